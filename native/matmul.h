// Products of whole matrices, cut into tasks for threads and blocks for caches.
#pragma once
#include "pointwise.h"
#include "product.h"
#include "threads.h"

namespace {

// Columns of the right matrix that are packed at a time: with `depthBlock` steps 512 kB, half of a usual second cache.
constexpr int64_t columnBlock = 512;

/** Bias, activation and residual, for rows that have just been computed. */
inline void finishRows(const Product& p, float* out, int64_t row, int64_t rows, int64_t column, int64_t columns) {
  for (int64_t i = row; i < row + rows; i++) {
    const int64_t from = i * p.columns + column;
    forLanes(columns, [&](int64_t at, int64_t n) {
      Lanes x = loadUpTo(out + from + at, n);
      if (p.bias != nullptr) x = x + loadUpTo(p.bias + column + at, n);
      if (p.activation != Activation::none) {
        const ValueAndSlope found = activate(p.activation, x);
        x = found.value;
        if (p.slope != nullptr) storeUpTo(found.slope, p.slope + from + at, n);
      }
      if (p.residual != nullptr) x = x + loadUpTo(p.residual + from + at, n);
      storeUpTo(x, out + from + at, n);
    });
  }
}

/** A part of the result: rows and columns from here to there. */
struct Part {
  int64_t row, rowEnd, column, columnEnd;
};

/** Rows of a result that count as few: a turned left matrix is read where it lies, again for each panel of the right one. */
constexpr int64_t mostNarrow = 256;

/** Some steps of all rows, for a turned left matrix with few: panel by panel of the right one, while the next panel is fetched. */
inline void narrowBlock(const Product& p, const float* a, const float* b, float* out, Part part, int64_t column, int64_t columns, int64_t k, int64_t steps) {
  static thread_local Scratch packed;
  float* room = packed.floats(depthBlock * tileColumns);
  const Left left = {a, 1, p.rows};
  for (int64_t j = 0; j < columns; j += tileColumns) {
    const int64_t width = columns - j < tileColumns ? columns - j : tileColumns;
    const float* from = b + k * p.columns + column + j;
    const Right panel = Right::pack(from, p.columns, false, steps, width, room);
    const float* next = j + tileColumns < columns ? from + tileColumns : k + steps < p.inner ? from - j + steps * p.columns : nullptr;
    for (int64_t i = part.row; i < part.rowEnd; i += tileRows) {
      const int64_t rows = part.rowEnd - i < tileRows ? part.rowEnd - i : tileRows, nth = (i - part.row) / tileRows;
      const Soon soon = next != nullptr && nth < tileLanes ? Soon{next + nth * laneCount, p.columns} : Soon{};
      multiply(rows, left.at(i, k), panel, steps, width, {out + i * p.columns + column + j, p.columns, p.scale, p.accumulate || k > 0}, soon);
    }
  }
}

inline void computePart(const Product& p, const float* a, const float* b, float* out, Part part) {
  static thread_local Scratch packedRight, packedLeft;
  const bool finish = p.bias != nullptr || p.activation != Activation::none || p.residual != nullptr;
  const Left left = p.transposeA ? Left{a, 1, p.rows} : Left{a, p.inner, 1};
  const int64_t height = part.rowEnd - part.row;
  for (int64_t j = part.column; j < part.columnEnd; j += columnBlock) {
    const int64_t columns = part.columnEnd - j < columnBlock ? part.columnEnd - j : columnBlock;
    for (int64_t k = 0; k < p.inner; k += depthBlock) {
      const int64_t steps = p.inner - k < depthBlock ? p.inner - k : depthBlock;
      const bool last = k + steps == p.inner;
      if (p.transposeA && !p.transposeB && p.rows <= mostNarrow) {
        narrowBlock(p, a, b, out, part, j, columns, k, steps);
        if (last && finish) finishRows(p, out, part.row, height, j, columns);
        continue;
      }
      // For few rows packing costs more than it saves: whole panels are then read where they lie.
      const bool inPlace = !p.transposeB && height <= 2 * tileRows;
      const int64_t placed = inPlace ? columns / tileColumns * tileColumns : 0;
      const float* from = p.transposeB ? b + (j + placed) * p.inner + k : b + k * p.columns + j + placed;
      float* room = packedRight.floats(Right::floatsOf(steps, columns));
      const Right right = Right::pack(from, p.transposeB ? p.inner : p.columns, p.transposeB, steps, columns - placed, room);
      for (int64_t i = part.row; i < part.rowEnd; i += tileRows) {
        const int64_t rows = part.rowEnd - i < tileRows ? part.rowEnd - i : tileRows;
        Left block = left.at(i, k);
        if (p.transposeA) {
          float* turned = packedLeft.floats(depthBlock * tileRows);
          if (rows == tileRows)
            for (int64_t s = 0; s < steps; s++) std::memcpy(turned + s * tileRows, block.data + s * p.rows, tileRows * sizeof(float));
          else
            for (int64_t s = 0; s < steps; s++) std::memcpy(turned + s * tileRows, block.data + s * p.rows, rows * sizeof(float));
          block = {turned, 1, tileRows};
        }
        Target target = {out + i * p.columns + j, p.columns, p.scale, p.accumulate || k > 0};
        target.far[0] = target.data;
        if (last && p.residual != nullptr) target.far[1] = p.residual + i * p.columns + j;
        if (last && p.slope != nullptr) target.far[2] = p.slope + i * p.columns + j;
        // The rows after these lie behind them where no step is left out.
        Soon soon;
        if (!p.transposeA && steps == p.inner && i + tileRows < part.rowEnd) soon = {left.at(i + tileRows, 0).data, laneCount};
        for (int64_t x = 0; x < placed; x += tileColumns) {
          const Target place = {target.data + x, target.row, target.scale, target.add};
          tileFor(rows, tileColumns, !p.transposeA)(steps, block, b + k * p.columns + j + x, p.columns, place, tileColumns, soon);
          soon = {};
        }
        target.data += placed;
        if (placed < columns) multiply(rows, block, right, steps, columns - placed, target, soon);
        if (last && finish) finishRows(p, out, i, rows, j, columns);
      }
    }
  }
}

/** Parts of similar size, enough for all threads and for some to be slower; along the longer side. */
inline void computeOne(int threads, const Product& p, const float* a, const float* b, float* out) {
  const bool byRow = p.rows >= p.columns;
  const int64_t length = byRow ? p.rows : p.columns, unit = byRow ? tileRows : tileColumns;
  const bool small = p.rows * p.columns * p.inner < 100000;
  const int64_t least = byRow ? 128 : 64;
  int64_t size = small || threads == 1 ? length : roundUp((length + 4 * threads - 1) / (4 * threads), unit);
  if (size < least) size = roundUp(least, unit);
  parallel(threads, (length + size - 1) / size, [&](int64_t task) {
    const int64_t start = task * size, end = start + size < length ? start + size : length;
    computePart(p, a, b, out, byRow ? Part{start, end, 0, p.columns} : Part{0, p.rows, start, end});
  });
}

void matmul(int threads, const Product& p, const float* a, const float* b, float* out) {
  auto one = [&](int inside, int64_t at) {
    computeOne(inside, p, a + at * p.strideA, b + at * p.strideB, out + at * p.rows * p.columns);
  };
  if (p.batch >= threads && p.batch > 1) parallel(threads, p.batch, [&](int64_t at) { one(1, at); });
  else
    for (int64_t at = 0; at < p.batch; at++) one(threads, at);
}

}  // namespace
