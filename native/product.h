// The matrix product of blocks, on which matmul and attention stand. Every number of a result is one chain of fused multiply-adds over its
// inner index, in order, cut every `depthBlock` steps; so its bits depend neither on its place in the matrix, nor on the other rows and
// columns, nor on threads.
#pragma once
#include "lanes.h"
#include "scratch.h"

namespace {

/** Steps of one chain; a new one is added to the result. Part of what a product means: another number gives other bits. */
constexpr int64_t depthBlock = 256;

// The tile: rows × (tileLanes · 16) sums are kept in registers, 24 of 32 with AVX-512 and 12 of 16 with AVX2.
#if defined(__AVX512F__)
constexpr int tileRows = 12, tileLanes = 2;
#elif defined(__AVX2__)
constexpr int tileRows = 6, tileLanes = 1;
#else
constexpr int tileRows = 4, tileLanes = 1;
#endif
constexpr int64_t tileColumns = tileLanes * laneCount;

/** A block of the left matrix: element (i, k) at data[i * row + k * step]; one of both strides is 1. */
struct Left {
  const float* data;
  int64_t row, step;
  Left at(int64_t i, int64_t k) const { return {data + i * row + k * step, row, step}; }
};

/** What becomes of a sum: out = scale · sum, or out += scale · sum. */
struct Target {
  float* data;
  int64_t row;
  float scale;
  bool add;
  /** Places that are far away as a rule: these, and what is read or written at the same places right after. Null where there are none. */
  const float* far[3] = {nullptr, nullptr, nullptr};
};

/** What will be needed soon: at each step of a tile, a line of the cache from here is asked for. */
struct Soon {
  const float* data = nullptr;
  int64_t step = 0;
};

template <int R, int W, bool Along> inline void tile(int64_t depth, Left left, const float* right, int64_t rightStep, Target out, int64_t columns, Soon soon) {
  // By the time that the sums are ready, the places that they go to are near.
  for (const float* place : out.far)
    if (place != nullptr)
#pragma GCC unroll 12
      for (int i = 0; i < R; i++)
#pragma GCC unroll 2
        for (int j = 0; j < W; j++) __builtin_prefetch(place + i * out.row + j * laneCount, 1);
  const float* ahead = soon.data != nullptr ? soon.data : right;
  Lanes sums[R][W];
#pragma GCC unroll 12
  for (int i = 0; i < R; i++)
#pragma GCC unroll 2
    for (int j = 0; j < W; j++) sums[i][j] = Lanes::all(0);
  // Rows in fours behind one pointer each: more pointers than registers would be spilled.
  const float* rows[(R + 3) / 4];
  for (int i = 0; i < (R + 3) / 4; i++) rows[i] = left.data + 4 * i * left.row;
  const float* column = left.data;
  for (int64_t k = 0; k < depth; k++) {
    __builtin_prefetch(ahead);
    ahead += soon.step;
    Lanes b[W];
#pragma GCC unroll 2
    for (int j = 0; j < W; j++) b[j] = Lanes::load(right + j * laneCount);
#pragma GCC unroll 12
    for (int i = 0; i < R; i++) {
      const Lanes a = Lanes::all(Along ? rows[i / 4][(i % 4) * left.row] : column[i]);
#pragma GCC unroll 2
      for (int j = 0; j < W; j++) sums[i][j] = fma(a, b[j], sums[i][j]);
    }
    right += rightStep;
    if (Along) {
#pragma GCC unroll 3
      for (int i = 0; i < (R + 3) / 4; i++) rows[i]++;
    } else {
      __builtin_prefetch(column + 2 * laneCount);
      column += left.step;
    }
  }
  const Lanes scale = Lanes::all(out.scale);
#pragma GCC unroll 12
  for (int i = 0; i < R; i++)
#pragma GCC unroll 2
    for (int j = 0; j < W; j++) {
      float* to = out.data + i * out.row + j * laneCount;
      const int64_t valid = columns - j * laneCount;
      if (valid >= laneCount) {
        (out.add ? fma(scale, sums[i][j], Lanes::load(to)) : scale * sums[i][j]).store(to);
      } else if (valid > 0) {
        (out.add ? fma(scale, sums[i][j], Lanes::loadFirst(to, valid)) : scale * sums[i][j]).storeFirst(to, valid);
      }
    }
}

using Tile = void (*)(int64_t depth, Left, const float* right, int64_t rightStep, Target, int64_t columns, Soon);

template <int W, bool Along> constexpr Tile tilesOf(int rows) {
  switch (rows) {
    case 1: return tile<1, W, Along>;
    case 2: return tile<2, W, Along>;
    case 3: return tile<3, W, Along>;
    case 4: return tile<4, W, Along>;
#if defined(__AVX2__)
    case 5: return tile<5, W, Along>;
    case 6: return tile<6, W, Along>;
#endif
#if defined(__AVX512F__)
    case 7: return tile<7, W, Along>;
    case 8: return tile<8, W, Along>;
    case 9: return tile<9, W, Along>;
    case 10: return tile<10, W, Along>;
    case 11: return tile<11, W, Along>;
    case 12: return tile<12, W, Along>;
#endif
  }
  return nullptr;
}

inline Tile tileFor(int64_t rows, int64_t columns, bool along) {
  if (tileLanes == 2 && columns > laneCount) return along ? tilesOf<tileLanes, true>((int)rows) : tilesOf<tileLanes, false>((int)rows);
  return along ? tilesOf<1, true>((int)rows) : tilesOf<1, false>((int)rows);
}

inline int64_t roundUp(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

#if defined(__AVX2__)
/** Eight rows of eight become eight columns. */
inline void turnEight(const float* from, int64_t fromRow, float* to, int64_t toRow) {
  __m256 r[8], t[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) r[i] = _mm256_loadu_ps(from + i * fromRow);
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
    r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
    r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    _mm256_storeu_ps(to + i * toRow, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
    _mm256_storeu_ps(to + (i + 4) * toRow, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
  }
}
#endif

/** to[k][x] = from[x][k] for `columns` x and `depth` k; rows of `to` are `width` long, and zero from `columns` on. */
inline void packTurned(const float* from, int64_t fromRow, int64_t columns, int64_t depth, float* to, int64_t width) {
  int64_t x = 0;
#if defined(__AVX2__)
  for (; x + 8 <= columns; x += 8) {
    int64_t k = 0;
    for (; k + 8 <= depth; k += 8) turnEight(from + x * fromRow + k, fromRow, to + k * width + x, width);
    for (; k < depth; k++)
      for (int64_t i = x; i < x + 8; i++) to[k * width + i] = from[i * fromRow + k];
  }
#endif
  for (; x < columns; x++)
    for (int64_t k = 0; k < depth; k++) to[k * width + x] = from[x * fromRow + k];
  if (columns < width)
    for (int64_t k = 0; k < depth; k++)
      for (int64_t i = columns; i < width; i++) to[k * width + i] = 0;
}

/** to[k][x] = from[k][x]; rows of `to` are `width` long, whole lanes, and zero from `columns` on. */
inline void packStraight(const float* from, int64_t fromRow, int64_t columns, int64_t depth, float* to, int64_t width) {
  for (int64_t k = 0; k < depth; k++)
    for (int64_t i = 0; i < width; i += laneCount) {
      const float* place = from + k * fromRow + i;
      __builtin_prefetch(place + 16 * fromRow);
      const Lanes x = columns - i >= laneCount ? Lanes::load(place) : Lanes::loadFirst(place, columns > i ? columns - i : 0);
      x.store(to + k * width + i);
    }
}

/**
 * A right matrix [depth, columns] as tiles read it: packed in blocks of `depthBlock` steps, in each panels of `tileColumns` columns (the last
 * of one register where that is enough), in each panel one step after another; or, with `row` above 0, in place with rows so far apart.
 */
struct Right {
  const float* data;
  int64_t depth, columns, row;

  static int64_t widthOf(int64_t left) { return left > laneCount ? tileColumns : laneCount; }
  static int64_t paddedColumns(int64_t columns) { return columns / tileColumns * tileColumns + (columns % tileColumns > 0 ? widthOf(columns % tileColumns) : 0); }
  static int64_t floatsOf(int64_t depth, int64_t columns) { return depth * paddedColumns(columns); }

  /** @param turned whether `from` holds [columns, depth]. */
  static Right pack(const float* from, int64_t fromRow, bool turned, int64_t depth, int64_t columns, float* to) {
    for (int64_t k = 0; k < depth; k += depthBlock) {
      const int64_t steps = depth - k < depthBlock ? depth - k : depthBlock;
      float* block = to + k * paddedColumns(columns);
      for (int64_t j = 0; j < columns; j += tileColumns) {
        const int64_t left = columns - j, width = widthOf(left), valid = left < width ? left : width;
        if (turned) packTurned(from + j * fromRow + k, fromRow, valid, steps, block + j * steps, width);
        else packStraight(from + k * fromRow + j, fromRow, valid, steps, block + j * steps, width);
      }
    }
    return {to, depth, columns, 0};
  }

  /** In place where no tile would read beyond a row, else packed. */
  static Right straight(const float* from, int64_t fromRow, int64_t depth, int64_t columns, float* room) {
    const bool whole = columns % laneCount == 0;
    return whole ? Right{from, depth, columns, fromRow} : pack(from, fromRow, false, depth, columns, room);
  }

  /** Without its first steps; only 0 of them where it is packed. */
  Right from(int64_t steps) const { return {data + steps * row, depth - steps, columns, row}; }
};

/**
 * out (+)= scale · left · right for `rows` rows, the first `depth` steps and the first `columns` columns of the right matrix.
 * @param soon what to ask for in the first tile.
 */
inline void multiply(int64_t rows, Left left, Right right, int64_t depth, int64_t columns, Target out, Soon soon = {}) {
  const bool along = left.step == 1;
  const int64_t padded = Right::paddedColumns(right.columns);
  for (int64_t k = 0; k < depth; k += depthBlock) {
    const int64_t whole = right.depth - k < depthBlock ? right.depth - k : depthBlock;
    const int64_t steps = depth - k < whole ? depth - k : whole;
    const float* block = right.data + k * (right.row > 0 ? right.row : padded);
    const bool add = out.add || k > 0;
    for (int64_t i = 0; i < rows; i += tileRows) {
      const int64_t height = rows - i < tileRows ? rows - i : tileRows;
      for (int64_t j = 0; j < columns; j += tileColumns) {
        const int64_t width = Right::widthOf(right.columns - j);
        Target place = {out.data + i * out.row + j, out.row, out.scale, add};
        for (int n = 0; n < 3; n++)
          if (out.far[n] != nullptr) place.far[n] = out.far[n] + i * out.row + j;
        const float* panel = right.row > 0 ? block + j : block + j * whole;
        tileFor(height, width, along)(steps, left.at(i, k), panel, right.row > 0 ? right.row : width, place, columns - j, soon);
        soon = {};
      }
    }
  }
}

}  // namespace
