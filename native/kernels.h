// What the kernels take, and the table in which each set of instructions offers them. The meanings are those of
// src/learning/tensor/kernels.ts. Pointers are checked by the caller (addon.cc).
#pragma once
#include <cstdint>

enum class Activation { none, gelu, silu, relu, tanh, sigmoid, exp, log, sqrt, square, absolute };
enum class Binary { add, subtract, multiply, divide, minimum, maximum };

struct Product {
  int64_t rows, columns, inner;
  bool transposeA, transposeB;
  int64_t batch, strideA, strideB;
  float scale;
  bool accumulate;
  Activation activation;
  const float* bias;      // or null
  const float* residual;  // or null
  float* slope;           // or null
};

struct EightBitProduct {
  int64_t rows, columns, inner;
  const float* residual;  // or null
};

struct AttentionShape {
  int64_t batch, heads, keyHeads, queries, keys, size;
  bool causal;
  float scale;
};

/** Row p of sequence b starts at data + (b * rows + p) * stride. */
struct Rows {
  float* data;
  int64_t stride;
};

/** Numbers of pages lie in `tables` [tables, tableStride]; see kernels.ts. */
struct PagedAttention {
  int64_t rows, heads, keyHeads, size, tableStride;
  float scale;
  const int32_t *positions, *tableOf, *tables;
};

struct Sampling {
  int64_t rows, classes;
  const float* temperatures;
  const int32_t* topK;
  const float* topP;
  const int32_t *draws, *maskOf;
  const float* allowed;  // or null
};

struct Sampled {
  int32_t* tokens;
  float *logProbs, *rawLogProbs, *logSums, *entropies;
};

struct AdamStep {
  float rate, beta1, beta2, epsilon, decay, correction1, correction2, gradientScale;
};

struct StridedCopy {
  static constexpr int axes = 6;
  int64_t shape[axes], fromStrides[axes], toStrides[axes];
  float scale;
  bool accumulate;
};

struct Kernels {
  void (*matmul)(int threads, const Product&, const float* a, const float* b, float* out);
  /** `codes` [panels, blocks, 8, 16, 4], `scales` [panels, blocks, 2, 16]; see kernels.ts. */
  void (*eightBitMatmul)(int threads, const EightBitProduct&, const float* x, const uint8_t* codes, const float* scales, float* out);
  void (*attention)(int threads, const AttentionShape&, Rows queries, Rows keys, Rows values, float* out, float* logSums);
  void (*attentionBackward)(int threads, const AttentionShape&, const Rows forward[3], const float* out, const float* logSums,
                            const float* outGradient, const Rows gradients[3], bool accumulate);
  void (*pagedAttention)(int threads, const PagedAttention&, const float* mixed, float* pages, float* out);
  void (*sample)(int threads, const Sampling&, const float* logits, const Sampled&);
  void (*layerNorm)(int threads, int64_t rows, int64_t width, const float* x, const float* gain, const float* bias, float epsilon,
                    float* out, float* means, float* inverses);
  /** Without `means` it is RMS norm; gradients may be null. */
  void (*normBackward)(int threads, int64_t rows, int64_t width, const float* x, const float* gain, const float* means,
                       const float* inverses, const float* outGradient, float* toX, float* toGain, float* toBias, bool accumulate,
                       bool accumulateWeights);
  void (*rmsNorm)(int threads, int64_t rows, int64_t width, const float* x, const float* gain, float epsilon, float* out, float* inverses);
  void (*softmax)(int threads, int64_t rows, int64_t width, const float* x, float* out, bool log);
  void (*softmaxBackward)(int threads, int64_t rows, int64_t width, const float* out, const float* outGradient, float* gradient, bool log,
                          bool accumulate);
  void (*activation)(int threads, Activation, int64_t count, const float* x, float* out, float* slope);
  void (*gatedSilu)(int threads, int64_t count, const float* a, const float* b, float* out);
  void (*gatedSiluBackward)(int threads, int64_t count, const float* a, const float* b, const float* outGradient, float* toA, float* toB,
                            bool accumulate);
  void (*rotary)(int threads, int64_t rows, int64_t heads, int64_t size, bool neighbours, bool inverse, const float* x,
                 const float* angles, float* out, bool accumulate);
  void (*binary)(int threads, Binary, int64_t count, const float* a, const float* b, float* out, bool accumulate);
  void (*scaled)(int threads, int64_t count, float scale, const float* x, float* out, bool accumulate);
  void (*copy)(const StridedCopy&, const float* from, float* to);
  void (*sum)(int threads, int64_t outer, int64_t length, int64_t inner, float scale, const float* x, float* out, bool accumulate);
  void (*gatherRows)(int threads, int64_t width, const float* table, const int32_t* indices, int64_t count, const float* add, float* out);
  void (*scatterRows)(int64_t width, const float* rows, const int32_t* indices, int64_t count, float* table);
  /** `classes` or `soft` targets; the other is null. */
  void (*crossEntropy)(int threads, int64_t rows, int64_t classes, const float* logits, const int32_t* targets, const float* soft,
                       const float* weights, float* losses, float* gradient);
  double (*sumOfSquares)(int64_t count, const float* x);
  int64_t (*firstNonFinite)(int64_t count, const float* x);
  void (*adam)(int threads, const AdamStep&, int64_t count, float* weights, const float* gradient, float* first, float* second);
};

extern const Kernels kernelsGeneric, kernelsAvx2, kernelsAvx512;
