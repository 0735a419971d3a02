// Sixteen floats that go through arithmetic together: one AVX-512 register, two AVX2 registers, or an array. All three round alike at every
// step, so the kernels above give the same bits with AVX-512 and with AVX2. Chosen by the flags that a file is compiled with.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace {

constexpr int64_t laneCount = 16;

#if defined(__AVX512F__)

struct Lanes {
  __m512 v;
  static Lanes load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static Lanes all(float x) { return {_mm512_set1_ps(x)}; }
  static Lanes loadFirst(const float* p, int64_t n) { return {_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p)}; }
  void store(float* p) const { _mm512_storeu_ps(p, v); }
  void storeFirst(float* p, int64_t n) const { _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), v); }
};
inline Lanes operator+(Lanes a, Lanes b) { return {_mm512_add_ps(a.v, b.v)}; }
inline Lanes operator-(Lanes a, Lanes b) { return {_mm512_sub_ps(a.v, b.v)}; }
inline Lanes operator*(Lanes a, Lanes b) { return {_mm512_mul_ps(a.v, b.v)}; }
inline Lanes operator/(Lanes a, Lanes b) { return {_mm512_div_ps(a.v, b.v)}; }
inline Lanes fma(Lanes a, Lanes b, Lanes c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
/** The second where one is NaN. */
inline Lanes least(Lanes a, Lanes b) { return {_mm512_min_ps(a.v, b.v)}; }
inline Lanes greatest(Lanes a, Lanes b) { return {_mm512_max_ps(a.v, b.v)}; }
inline Lanes nearest(Lanes a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
/** 2^n for whole n from -126 to 127; 0 for -127 and infinite for 128. */
inline Lanes powerOfTwo(Lanes n) { return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(n.v), _mm512_set1_epi32(127)), 23))}; }
/** The first n lanes, 0 to 16, and the others from elsewhere. */
inline Lanes keepFirst(Lanes a, int64_t n, Lanes others) { return {_mm512_mask_blend_ps((__mmask16)((1u << n) - 1), others.v, a.v)}; }
/** a < b ? yes : no. */
inline Lanes whereLess(Lanes a, Lanes b, Lanes yes, Lanes no) { return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ), no.v, yes.v)}; }

#elif defined(__AVX2__)

struct Lanes {
  __m256 low, high;
  static Lanes load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
  static Lanes all(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
  static __m256i first(int64_t n) { return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)); }
  static Lanes loadFirst(const float* p, int64_t n) { return {_mm256_maskload_ps(p, first(n)), n > 8 ? _mm256_maskload_ps(p + 8, first(n - 8)) : _mm256_setzero_ps()}; }
  void store(float* p) const { _mm256_storeu_ps(p, low); _mm256_storeu_ps(p + 8, high); }
  void storeFirst(float* p, int64_t n) const { _mm256_maskstore_ps(p, first(n), low); if (n > 8) _mm256_maskstore_ps(p + 8, first(n - 8), high); }
};
inline Lanes operator+(Lanes a, Lanes b) { return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)}; }
inline Lanes operator-(Lanes a, Lanes b) { return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)}; }
inline Lanes operator*(Lanes a, Lanes b) { return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)}; }
inline Lanes operator/(Lanes a, Lanes b) { return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)}; }
inline Lanes fma(Lanes a, Lanes b, Lanes c) { return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)}; }
inline Lanes least(Lanes a, Lanes b) { return {_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)}; }
inline Lanes greatest(Lanes a, Lanes b) { return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)}; }
inline __m256 nearest(__m256 a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline Lanes nearest(Lanes a) { return {nearest(a.low), nearest(a.high)}; }
inline __m256 powerOfTwo(__m256 n) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23)); }
inline Lanes powerOfTwo(Lanes n) { return {powerOfTwo(n.low), powerOfTwo(n.high)}; }
inline Lanes keepFirst(Lanes a, int64_t n, Lanes others) {
  return {_mm256_blendv_ps(others.low, a.low, _mm256_castsi256_ps(Lanes::first(n))), _mm256_blendv_ps(others.high, a.high, _mm256_castsi256_ps(Lanes::first(n - 8)))};
}
inline __m256 whereLess(__m256 a, __m256 b, __m256 yes, __m256 no) { return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(a, b, _CMP_LT_OQ)); }
inline Lanes whereLess(Lanes a, Lanes b, Lanes yes, Lanes no) { return {whereLess(a.low, b.low, yes.low, no.low), whereLess(a.high, b.high, yes.high, no.high)}; }

#else

struct Lanes {
  float v[laneCount];
  static Lanes load(const float* p) { Lanes r; std::memcpy(r.v, p, sizeof r.v); return r; }
  static Lanes all(float x) { Lanes r; for (float& y : r.v) y = x; return r; }
  static Lanes loadFirst(const float* p, int64_t n) { Lanes r = all(0); for (int64_t i = 0; i < n; i++) r.v[i] = p[i]; return r; }
  void store(float* p) const { std::memcpy(p, v, sizeof v); }
  void storeFirst(float* p, int64_t n) const { for (int64_t i = 0; i < n; i++) p[i] = v[i]; }
};
template <class Apply> inline Lanes each(Lanes a, Lanes b, Apply apply) { Lanes r; for (int i = 0; i < laneCount; i++) r.v[i] = apply(a.v[i], b.v[i]); return r; }
inline Lanes operator+(Lanes a, Lanes b) { return each(a, b, [](float x, float y) { return x + y; }); }
inline Lanes operator-(Lanes a, Lanes b) { return each(a, b, [](float x, float y) { return x - y; }); }
inline Lanes operator*(Lanes a, Lanes b) { return each(a, b, [](float x, float y) { return x * y; }); }
inline Lanes operator/(Lanes a, Lanes b) { return each(a, b, [](float x, float y) { return x / y; }); }
/** Two roundings: without a fused instruction a call of `fmaf` would cost a hundredfold. */
inline Lanes fma(Lanes a, Lanes b, Lanes c) { return a * b + c; }
inline Lanes least(Lanes a, Lanes b) { return each(a, b, [](float x, float y) { return x < y ? x : y; }); }
inline Lanes greatest(Lanes a, Lanes b) { return each(a, b, [](float x, float y) { return x > y ? x : y; }); }
inline Lanes nearest(Lanes a) { return each(a, a, [](float x, float) { return std::nearbyintf(x); }); }
inline Lanes powerOfTwo(Lanes n) { return each(n, n, [](float x, float) { int32_t bits = (x == x ? (int32_t)x + 127 : 0) << 23; float y; std::memcpy(&y, &bits, 4); return y; }); }
inline Lanes keepFirst(Lanes a, int64_t n, Lanes others) { for (int64_t i = n; i < laneCount; i++) a.v[i] = others.v[i]; return a; }
inline Lanes whereLess(Lanes a, Lanes b, Lanes yes, Lanes no) { Lanes r; for (int i = 0; i < laneCount; i++) r.v[i] = a.v[i] < b.v[i] ? yes.v[i] : no.v[i]; return r; }

#endif

/** Halves folded onto each other until one lane is left: the same order everywhere. */
template <class Fold> inline float foldLanes(Lanes a, Fold fold) {
#if defined(__AVX2__)
#if defined(__AVX512F__)
  const __m256 low = _mm512_castps512_ps256(a.v), high = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a.v), 1));
  const __m256 eight = fold(low, high);
#else
  const __m256 eight = fold(a.low, a.high);
#endif
  const __m128 four = fold(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = fold(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(fold(two, _mm_shuffle_ps(two, two, 1)));
#else
  for (int width = laneCount / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) a.v[i] = fold(a.v[i], a.v[i + width]);
  return a.v[0];
#endif
}

struct Plus {
  float operator()(float a, float b) const { return a + b; }
#if defined(__AVX2__)
  __m256 operator()(__m256 a, __m256 b) const { return _mm256_add_ps(a, b); }
  __m128 operator()(__m128 a, __m128 b) const { return _mm_add_ps(a, b); }
#endif
};
struct Greater {
  float operator()(float a, float b) const { return a > b ? a : b; }
#if defined(__AVX2__)
  __m256 operator()(__m256 a, __m256 b) const { return _mm256_max_ps(a, b); }
  __m128 operator()(__m128 a, __m128 b) const { return _mm_max_ps(a, b); }
#endif
};

inline float sumOf(Lanes a) { return foldLanes(a, Plus()); }
inline float greatestOf(Lanes a) { return foldLanes(a, Greater()); }

/** e^x to about one unit in the last place (the polynomial of Cephes' expf); 0 below -87.7, infinite above 88.4, NaN for NaN. */
inline Lanes exponential(Lanes x) {
  // Beyond these bounds n is -127 or 128, and what stands for 2^n is 0 or infinite.
  const Lanes bounded = least(Lanes::all(88.8f), greatest(Lanes::all(-88.1f), x));
  const Lanes n = nearest(bounded * Lanes::all(1.44269504f));
  Lanes r = fma(n, Lanes::all(-0.693359375f), bounded);
  r = fma(n, Lanes::all(2.12194440e-4f), r);
  Lanes p = Lanes::all(1.9875691500e-4f);
  p = fma(p, r, Lanes::all(1.3981999507e-3f));
  p = fma(p, r, Lanes::all(8.3334519073e-3f));
  p = fma(p, r, Lanes::all(4.1665795894e-2f));
  p = fma(p, r, Lanes::all(1.6666665459e-1f));
  p = fma(p, r, Lanes::all(5.0000001201e-1f));
  p = fma(p, r * r, r) + Lanes::all(1);
  return p * powerOfTwo(n);
}

/** Calls `step(start, count)` for blocks of lanes; the last may be shorter. */
template <class Step> inline void forLanes(int64_t count, Step step) {
  int64_t i = 0;
  for (; i + laneCount <= count; i += laneCount) step(i, laneCount);
  if (i < count) step(i, count - i);
}

inline Lanes loadUpTo(const float* p, int64_t n) { return n == laneCount ? Lanes::load(p) : Lanes::loadFirst(p, n); }
inline void storeUpTo(Lanes x, float* p, int64_t n) {
  if (n == laneCount) x.store(p);
  else x.storeFirst(p, n);
}

}  // namespace
