// Products with a right matrix of eight-bit codes: rows of floats are rounded to codes as well, block by block, so that the sums of a block are
// whole numbers, and only blocks are added as floats, in order. So the bits of a row depend neither on the other rows, nor on threads, nor on
// which of the ways below computes a block.
#pragma once
#include "lanes.h"
#include "scratch.h"
#include "threads.h"

namespace {

/** Inner steps of a block, and those whose codes lie together for each column. */
constexpr int64_t codeBlock = 32, codeGroup = 4, codeGroups = codeBlock / codeGroup;
/** Codes of a block in a panel of `laneCount` columns. */
constexpr int64_t panelBlock = codeBlock * laneCount;
/** Rows whose sums are kept in registers. */
constexpr int codeRows = 8;

/** Rows as codes: `codes` in the form that `blockSums` reads, and for each block what a code is worth, and that times the sum of its codes. */
struct CodedRows {
  float* memory;
  int64_t blocks;
  static int64_t floatsPerBlock() { return 2 + codeBlock * sizeof(int16_t) / sizeof(float); }
  static int64_t floatsOf(int64_t rows, int64_t blocks) { return rows * blocks * floatsPerBlock(); }
  int16_t* codes(int64_t row, int64_t block) const { return (int16_t*)(memory + (row * blocks + block) * floatsPerBlock() + 2); }
  float& worth(int64_t row, int64_t block) const { return memory[(row * blocks + block) * floatsPerBlock()]; }
  float& sum(int64_t row, int64_t block) const { return memory[(row * blocks + block) * floatsPerBlock() + 1]; }
};

#if defined(__AVX512F__)
#define WITH_DOT_PRODUCTS __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512vnni")))
/** Whether the processor multiplies bytes in fours (AVX-512 VNNI). */
inline bool dotProducts() {
  static const bool supported = __builtin_cpu_supports("avx512vnni");
  return supported;
}
#else
inline bool dotProducts() { return false; }
#endif

/** Codes of a block: of 16 bits, in each group the even ones before the odd ones; or of 8 bits in order, for dot products. */
inline void codeRow(const float* x, const CodedRows& rows, int64_t row) {
  for (int64_t block = 0; block < rows.blocks; block++, x += codeBlock) {
    const Lanes a = Lanes::load(x), b = Lanes::load(x + laneCount);
    const Lanes zero = Lanes::all(0);
    const float largest = greatestOf(greatest(greatest(a, zero - a), greatest(b, zero - b)));
    // 0 · x is 0 unless x is infinite or NaN.
    const bool finite = sumOf(zero * a + zero * b) == 0;
    const Lanes inverse = Lanes::all(finite && largest > 0 ? 127 / largest : 0);
    float rounded[codeBlock];
    nearest(finite ? a * inverse : zero).store(rounded);
    nearest(finite ? b * inverse : zero).store(rounded + laneCount);
    int16_t* codes = rows.codes(row, block);
    int32_t sum = 0;
    for (int64_t i = 0; i < codeBlock; i++) sum += (int32_t)rounded[i];
    if (dotProducts())
      for (int64_t i = 0; i < codeBlock; i++) ((int8_t*)codes)[i] = (int8_t)(int32_t)rounded[i];
    else
      for (int64_t i = 0; i < codeBlock; i += codeGroup)
        for (int64_t j = 0; j < codeGroup; j++) codes[i + j / 2 + j % 2 * 2] = (int16_t)(int32_t)rounded[i + j];
    const float worth = finite ? largest / 127 : __builtin_nanf("");
    rows.worth(row, block) = worth;
    rows.sum(row, block) = worth * (float)sum;
  }
}

/** The product of some rows with a panel of columns. */
struct CodedTile {
  CodedRows left;
  int64_t row;
  const uint8_t* codes;
  const float* scales;
  float* out;
  int64_t outRow, columns;
  const float* residual;
};

inline void finishTile(const CodedTile& t, int64_t i, Lanes sum) {
  if (t.residual != nullptr) sum = sum + loadUpTo(t.residual + i * t.outRow, t.columns);
  storeUpTo(sum, t.out + i * t.outRow, t.columns);
}

#if defined(__AVX512F__)
template <int R> WITH_DOT_PRODUCTS inline void dotTile(const CodedTile& t) {
  __m512 sums[R];
  for (int i = 0; i < R; i++) sums[i] = _mm512_setzero_ps();
  const uint8_t* codes = t.codes;
  const float* scales = t.scales;
  const int64_t rowFloats = t.left.blocks * CodedRows::floatsPerBlock();
  const float* left = &t.left.worth(t.row, 0);
  for (int64_t block = 0; block < t.left.blocks; block++) {
    __m512i whole[R];
    for (int i = 0; i < R; i++) whole[i] = _mm512_setzero_si512();
#pragma GCC unroll 8
    for (int64_t g = 0; g < codeGroups; g++) {
      const __m512i c = _mm512_loadu_si512(codes + g * 64);
      _mm_prefetch((const char*)(codes + 8 * panelBlock + g * 64), _MM_HINT_T0);
#pragma GCC unroll 8
      for (int i = 0; i < R; i++) {
        int32_t four;
        std::memcpy(&four, (const int8_t*)(left + i * rowFloats + 2) + g * codeGroup, 4);
        whole[i] = _mm512_dpbusd_epi32(whole[i], c, _mm512_set1_epi32(four));
      }
    }
    const __m512 scale = _mm512_loadu_ps(scales), least = _mm512_loadu_ps(scales + laneCount);
    _mm_prefetch((const char*)(scales + 16 * laneCount), _MM_HINT_T0);
    _mm_prefetch((const char*)(scales + 17 * laneCount), _MM_HINT_T0);
#pragma GCC unroll 8
    for (int i = 0; i < R; i++) {
      const float* one = left + i * rowFloats;
      sums[i] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(whole[i]), _mm512_mul_ps(scale, _mm512_set1_ps(one[0])), sums[i]);
      sums[i] = _mm512_fmadd_ps(least, _mm512_set1_ps(one[1]), sums[i]);
    }
    codes += panelBlock;
    scales += 2 * laneCount;
    left += CodedRows::floatsPerBlock();
  }
  for (int i = 0; i < R; i++) finishTile(t, i, {sums[i]});
}
#endif

/** The sums of a block for one row, one for each column. */
inline Lanes blockSums(const int16_t* left, const uint8_t* codes) {
#if defined(__AVX2__)
  __m256i low = _mm256_setzero_si256(), high = low;
  const __m256i evenBytes = _mm256_set1_epi16(255);
#pragma GCC unroll 8
  for (int64_t g = 0; g < codeGroups; g++) {
    int32_t pairs[2];
    std::memcpy(pairs, left + g * codeGroup, sizeof pairs);
    const __m256i even = _mm256_set1_epi32(pairs[0]), odd = _mm256_set1_epi32(pairs[1]);
    const __m256i a = _mm256_loadu_si256((const __m256i*)(codes + g * 64)), b = _mm256_loadu_si256((const __m256i*)(codes + g * 64 + 32));
    low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_and_si256(a, evenBytes), even));
    low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_srli_epi16(a, 8), odd));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_and_si256(b, evenBytes), even));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_srli_epi16(b, 8), odd));
  }
#if defined(__AVX512F__)
  return {_mm512_cvtepi32_ps(_mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1))};
#else
  return {_mm256_cvtepi32_ps(low), _mm256_cvtepi32_ps(high)};
#endif
#else
  float sums[laneCount];
  for (int64_t column = 0; column < laneCount; column++) {
    int32_t sum = 0;
    for (int64_t g = 0; g < codeGroups; g++)
      for (int64_t j = 0; j < codeGroup; j++) sum += codes[g * 64 + column * codeGroup + j] * left[g * codeGroup + j / 2 + j % 2 * 2];
    sums[column] = (float)sum;
  }
  return Lanes::load(sums);
#endif
}

inline void plainTile(const CodedTile& t, int rows) {
  Lanes sums[codeRows];
  for (int i = 0; i < rows; i++) sums[i] = Lanes::all(0);
  for (int64_t block = 0; block < t.left.blocks; block++) {
    const Lanes scale = Lanes::load(t.scales + block * 2 * laneCount), least = Lanes::load(t.scales + (block * 2 + 1) * laneCount);
    for (int i = 0; i < rows; i++) {
      const Lanes whole = blockSums(t.left.codes(t.row + i, block), t.codes + block * panelBlock);
      sums[i] = fma(whole, scale * Lanes::all(t.left.worth(t.row + i, block)), sums[i]);
      sums[i] = fma(least, Lanes::all(t.left.sum(t.row + i, block)), sums[i]);
    }
  }
  for (int i = 0; i < rows; i++) finishTile(t, i, sums[i]);
}

inline void computeTile(const CodedTile& t, int64_t rows) {
#if defined(__AVX512F__)
  if (dotProducts()) switch (rows) {
      case 1: return dotTile<1>(t);
      case 2: return dotTile<2>(t);
      case 3: return dotTile<3>(t);
      case 4: return dotTile<4>(t);
      case 5: return dotTile<5>(t);
      case 6: return dotTile<6>(t);
      case 7: return dotTile<7>(t);
      case 8: return dotTile<8>(t);
    }
#endif
  plainTile(t, (int)rows);
}

void eightBitMatmul(int threads, const EightBitProduct& p, const float* x, const uint8_t* codes, const float* scales, float* out) {
  static thread_local Scratch memory;
  const int64_t blocks = p.inner / codeBlock, panels = (p.columns + laneCount - 1) / laneCount;
  const CodedRows left = {memory.floats(CodedRows::floatsOf(p.rows, blocks)), blocks};
  const bool small = p.rows * p.columns * p.inner < 200000;
  const int64_t rowTasks = small || p.rows * p.inner < 8192 ? 1 : threads;
  parallel(threads, rowTasks, [&](int64_t task) {
    for (int64_t row = p.rows * task / rowTasks; row < p.rows * (task + 1) / rowTasks; row++) codeRow(x + row * p.inner, left, row);
  });
  int64_t tasks = small ? 1 : threads == 1 ? 1 : 4 * threads;
  if (tasks > panels) tasks = panels;
  parallel(threads, tasks, [&](int64_t task) {
    for (int64_t panel = panels * task / tasks; panel < panels * (task + 1) / tasks; panel++)
      for (int64_t row = 0; row < p.rows; row += codeRows) {
        const int64_t column = panel * laneCount, at = row * p.columns + column;
        const int64_t width = p.columns - column < laneCount ? p.columns - column : laneCount;
        const float* residual = p.residual == nullptr ? nullptr : p.residual + at;
        const CodedTile tile = {left, row, codes + panel * blocks * panelBlock, scales + panel * blocks * 2 * laneCount, out + at, p.columns, width, residual};
        computeTile(tile, p.rows - row < codeRows ? p.rows - row : codeRows);
      }
  });
}

}  // namespace
