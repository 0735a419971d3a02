// The kernels as functions of JavaScript (Node-API). Every array is measured before a kernel touches it, and every failure becomes an
// exception of JavaScript: no call from outside can lead a kernel beyond an array. The order of arguments is that of
// src/learning/tensor/native/native-kernels.ts.
#include <node_api.h>

#include <cstdio>
#include <stdexcept>
#include <string>

#include "kernels.h"

namespace {

struct Table {
  const char* name;
  const Kernels* kernels;
  bool (*supported)();
};

// The fastest first.
const Table tables[] = {
#if defined(__x86_64__)
    {"avx512", &kernelsAvx512,
     [] {
       return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
     }},
    {"avx2", &kernelsAvx2, [] { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }},
#endif
    {"generic", &kernelsGeneric, [] { return true; }},
};
constexpr int64_t tableCount = sizeof tables / sizeof tables[0];

void fail(const std::string& message) { throw std::invalid_argument(message); }

/** A product of sizes, which must stay far from the end of what can be counted. */
template <class... Sizes> int64_t times(Sizes... sizes) {
  int64_t product = 1;
  for (int64_t size : {(int64_t)sizes...})
    if (__builtin_mul_overflow(product, size, &product) || product > (int64_t)1 << 48) fail("a size is too large");
  return product;
}

/** The arguments of a call, read one after another. */
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = most;
    if (napi_get_cb_info(env, info, &count, values_, nullptr, nullptr) != napi_ok) fail("the call cannot be read");
    count_ = count < most ? (int)count : most;
    const int64_t table = integer();
    if (table < 0 || table >= tableCount || !tables[table].supported()) fail("these instructions are not supported here");
    kernels_ = tables[table].kernels;
    const int64_t wanted = integer();
    if (wanted < 1 || wanted > 256) fail("threads must be from 1 to 256");
    threads = (int)wanted;
  }

  const Kernels* operator->() const { return kernels_; }

  int64_t integer() {
    int64_t value;
    if (napi_get_value_int64(env_, next(), &value) != napi_ok) wrong("a number");
    return value;
  }
  /** A size: 0 or more. */
  int64_t size() {
    const int64_t value = integer();
    if (value < 0 || value > (int64_t)1 << 40) wrong("a size from 0");
    return value;
  }
  float number() {
    double value;
    if (napi_get_value_double(env_, next(), &value) != napi_ok) wrong("a number");
    return (float)value;
  }
  bool flag() {
    bool value;
    if (napi_get_value_bool(env_, next(), &value) != napi_ok) wrong("true or false");
    return value;
  }
  /** A Float32Array of at least so many numbers. */
  float* floats(int64_t least) { return (float*)array(napi_float32_array, least, nullptr); }
  float* optionalFloats(int64_t least) { return absent() ? nullptr : floats(least); }
  int32_t* integers(int64_t least, int64_t* length = nullptr) { return (int32_t*)array(napi_int32_array, least, length); }
  int32_t* optionalIntegers(int64_t least) { return absent() ? nullptr : integers(least); }
  uint8_t* bytes(int64_t least) { return (uint8_t*)array(napi_uint8_array, least, nullptr); }
  float* floats(int64_t least, int64_t* length) { return (float*)array(napi_float32_array, least, length); }

  int threads;

 private:
  static constexpr int most = 32;
  napi_env env_;
  napi_value values_[most];
  int count_, at_ = 0;
  const Kernels* kernels_;

  napi_value next() {
    if (at_ >= count_) fail("argument " + std::to_string(at_) + " is missing");
    return values_[at_++];
  }
  [[noreturn]] void wrong(const char* wanted) { throw std::invalid_argument("argument " + std::to_string(at_ - 1) + " must be " + wanted); }
  bool absent() {
    napi_valuetype type;
    if (at_ >= count_ || napi_typeof(env_, values_[at_], &type) != napi_ok || (type != napi_undefined && type != napi_null)) return false;
    at_++;
    return true;
  }
  void* array(napi_typedarray_type wanted, int64_t least, int64_t* length) {
    const napi_value value = next();
    bool typed = false;
    if (napi_is_typedarray(env_, value, &typed) != napi_ok || !typed) wrong("a typed array");
    napi_typedarray_type type;
    size_t count;
    void* data;
    if (napi_get_typedarray_info(env_, value, &type, &count, &data, nullptr, nullptr) != napi_ok || type != wanted)
      wrong(wanted == napi_float32_array ? "a Float32Array" : wanted == napi_int32_array ? "an Int32Array" : "a Uint8Array");
    if ((int64_t)count < least)
      fail("argument " + std::to_string(at_ - 1) + " has " + std::to_string(count) + " numbers; wanted at least " + std::to_string(least));
    if (length != nullptr) *length = (int64_t)count;
    return data;
  }
};

template <void call(Arguments&)> napi_value without(napi_env env, napi_callback_info info) {
  try {
    Arguments arguments(env, info);
    call(arguments);
  } catch (const std::exception& error) {
    napi_throw_error(env, "E_NATIVE_ARGUMENT", error.what());
  }
  return nullptr;
}

template <double call(Arguments&)> napi_value number(napi_env env, napi_callback_info info) {
  napi_value result = nullptr;
  try {
    Arguments arguments(env, info);
    napi_create_double(env, call(arguments), &result);
  } catch (const std::exception& error) {
    napi_throw_error(env, "E_NATIVE_ARGUMENT", error.what());
  }
  return result;
}

void matmul(Arguments& a) {
  Product p;
  p.rows = a.size();
  p.columns = a.size();
  p.inner = a.size();
  p.transposeA = a.flag();
  p.transposeB = a.flag();
  p.batch = a.size();
  p.strideA = a.size();
  p.strideB = a.size();
  p.scale = a.number();
  p.accumulate = a.flag();
  const int64_t kind = a.integer();
  if (kind < 0 || kind > (int64_t)Activation::absolute) fail("there is no such activation");
  p.activation = (Activation)kind;
  const int64_t size = times(p.rows, p.columns);
  p.bias = a.optionalFloats(p.columns);
  p.residual = a.optionalFloats(size);
  p.slope = a.optionalFloats(size);
  if (p.batch == 0 || size == 0) return;
  if (p.inner == 0) fail("a product over nothing");
  const bool more = p.bias != nullptr || p.residual != nullptr || p.slope != nullptr || p.activation != Activation::none;
  if (more && (p.accumulate || p.batch > 1)) fail("bias, activation and residual need a single product that is not accumulated");
  const float* left = a.floats(times(p.batch - 1, p.strideA) + times(p.rows, p.inner));
  const float* right = a.floats(times(p.batch - 1, p.strideB) + times(p.inner, p.columns));
  float* out = a.floats(times(p.batch, size));
  a->matmul(a.threads, p, left, right, out);
}

void eightBitMatmul(Arguments& a) {
  EightBitProduct p;
  p.rows = a.size();
  p.columns = a.size();
  p.inner = a.size();
  const int64_t size = times(p.rows, p.columns);
  p.residual = a.optionalFloats(size);
  if (p.inner == 0 || p.inner % 32 != 0) fail("the inner length must be a multiple of 32");
  if (size == 0) return;
  const int64_t blocks = p.inner / 32, panels = (p.columns + 15) / 16;
  const float* x = a.floats(times(p.rows, p.inner));
  const uint8_t* codes = a.bytes(times(panels, blocks, 512));
  const float* scales = a.floats(times(panels, blocks, 32));
  a->eightBitMatmul(a.threads, p, x, codes, scales, a.floats(size));
}

AttentionShape attentionShape(Arguments& a) {
  AttentionShape s;
  s.batch = a.size();
  s.heads = a.size();
  s.keyHeads = a.size();
  s.queries = a.size();
  s.keys = a.size();
  s.size = a.size();
  s.causal = a.flag();
  s.scale = a.number();
  if (s.batch < 1 || s.keyHeads < 1 || s.heads < 1 || s.heads % s.keyHeads != 0 || s.queries < 1 || s.keys < 1 || s.size < 1)
    fail("the shape of attention is not possible");
  if (s.causal && s.queries > s.keys) fail("there are more causal queries than keys");
  return s;
}

Rows rowsOf(Arguments& a, int64_t rows, int64_t width) {
  int64_t length;
  float* data = a.floats(1, &length);
  const int64_t offset = a.size(), stride = a.size();
  if (offset + times(rows - 1, stride) + width > length) fail("rows lie beyond their array");
  return {data + offset, stride};
}

void attention(Arguments& a) {
  const AttentionShape s = attentionShape(a);
  const int64_t queries = times(s.batch, s.queries), keys = times(s.batch, s.keys);
  const Rows q = rowsOf(a, queries, times(s.heads, s.size));
  const Rows k = rowsOf(a, keys, times(s.keyHeads, s.size));
  const Rows v = rowsOf(a, keys, times(s.keyHeads, s.size));
  float* out = a.floats(times(queries, s.heads, s.size));
  float* logSums = a.floats(times(queries, s.heads));
  a->attention(a.threads, s, q, k, v, out, logSums);
}

void attentionBackward(Arguments& a) {
  const AttentionShape s = attentionShape(a);
  const int64_t queries = times(s.batch, s.queries), keys = times(s.batch, s.keys);
  const int64_t width = times(s.heads, s.size), keyWidth = times(s.keyHeads, s.size);
  Rows forward[3], gradients[3];
  for (int i = 0; i < 3; i++) forward[i] = rowsOf(a, i == 0 ? queries : keys, i == 0 ? width : keyWidth);
  const float* out = a.floats(times(queries, width));
  const float* logSums = a.floats(times(queries, s.heads));
  const float* outGradient = a.floats(times(queries, width));
  for (int i = 0; i < 3; i++) gradients[i] = rowsOf(a, i == 0 ? queries : keys, i == 0 ? width : keyWidth);
  a->attentionBackward(a.threads, s, forward, out, logSums, outGradient, gradients, a.flag());
}

void pagedAttention(Arguments& a) {
  constexpr int64_t pageLength = 16;
  PagedAttention s;
  s.rows = a.size();
  s.heads = a.size();
  s.keyHeads = a.size();
  s.size = a.size();
  s.scale = a.number();
  s.tableStride = a.size();
  if (s.heads < 1 || s.keyHeads < 1 || s.heads % s.keyHeads != 0 || s.size < 1 || s.size > 256 || s.tableStride < 1)
    fail("the shape of attention is not possible");
  int64_t tableLength, pagesLength;
  s.positions = a.integers(s.rows);
  s.tableOf = a.integers(s.rows);
  s.tables = a.integers(0, &tableLength);
  const float* mixed = a.floats(times(s.rows, s.heads + 2 * s.keyHeads, s.size));
  float* pages = a.floats(0, &pagesLength);
  float* out = a.floats(times(s.rows, s.heads, s.size));
  const int64_t pageCount = pagesLength / times(s.keyHeads, 2 * pageLength, s.size);
  for (int64_t row = 0; row < s.rows; row++) {
    if (s.tableOf[row] < 0 || times((int64_t)s.tableOf[row] + 1, s.tableStride) > tableLength) fail("there is no such table");
    if (s.positions[row] < 0 || s.positions[row] / pageLength >= s.tableStride) fail("a place is beyond its table");
    const int32_t* table = s.tables + s.tableOf[row] * s.tableStride;
    for (int64_t i = 0; i <= s.positions[row] / pageLength; i++)
      if (table[i] < 0 || table[i] >= pageCount) fail("there is no page " + std::to_string(table[i]));
  }
  a->pagedAttention(a.threads, s, mixed, pages, out);
}

void sample(Arguments& a) {
  Sampling s;
  s.rows = a.size();
  s.classes = a.size();
  if (s.classes == 0) fail("there are no classes");
  s.temperatures = a.floats(s.rows);
  s.topK = a.integers(s.rows);
  s.topP = a.floats(s.rows);
  s.draws = a.integers(s.rows);
  s.maskOf = a.integers(s.rows);
  int64_t masks = -1;
  for (int64_t row = 0; row < s.rows; row++) {
    if (!(s.temperatures[row] >= 0)) fail("a temperature is below 0");
    if (s.maskOf[row] > masks) masks = s.maskOf[row];
  }
  s.allowed = a.optionalFloats(times(masks + 1, s.classes));
  if (masks >= 0 && s.allowed == nullptr) fail("masks are missing");
  const float* logits = a.floats(times(s.rows, s.classes));
  Sampled out;
  out.tokens = a.integers(s.rows);
  out.logProbs = a.floats(s.rows);
  out.rawLogProbs = a.floats(s.rows);
  out.logSums = a.floats(s.rows);
  out.entropies = a.floats(s.rows);
  a->sample(a.threads, s, logits, out);
}

void layerNorm(Arguments& a) {
  const int64_t rows = a.size(), width = a.size(), size = times(rows, width);
  const float *x = a.floats(size), *gain = a.floats(width), *bias = a.floats(width);
  const float epsilon = a.number();
  float *out = a.floats(size), *means = a.floats(rows), *inverses = a.floats(rows);
  a->layerNorm(a.threads, rows, width, x, gain, bias, epsilon, out, means, inverses);
}

void rmsNorm(Arguments& a) {
  const int64_t rows = a.size(), width = a.size(), size = times(rows, width);
  const float *x = a.floats(size), *gain = a.floats(width);
  const float epsilon = a.number();
  float *out = a.floats(size), *inverses = a.floats(rows);
  a->rmsNorm(a.threads, rows, width, x, gain, epsilon, out, inverses);
}

void normBackward(Arguments& a) {
  const int64_t rows = a.size(), width = a.size(), size = times(rows, width);
  const float *x = a.floats(size), *gain = a.floats(width), *means = a.optionalFloats(rows), *inverses = a.floats(rows);
  const float* outGradient = a.floats(size);
  float *toX = a.optionalFloats(size), *toGain = a.optionalFloats(width), *toBias = a.optionalFloats(width);
  const bool accumulate = a.flag(), accumulateWeights = a.flag();
  if (rows == 0) fail("a norm of nothing");
  a->normBackward(a.threads, rows, width, x, gain, means, inverses, outGradient, toX, toGain, toBias, accumulate, accumulateWeights);
}

void softmax(Arguments& a) {
  const int64_t rows = a.size(), width = a.size(), size = times(rows, width);
  const float* x = a.floats(size);
  float* out = a.floats(size);
  a->softmax(a.threads, rows, width, x, out, a.flag());
}

void softmaxBackward(Arguments& a) {
  const int64_t rows = a.size(), width = a.size(), size = times(rows, width);
  const float *out = a.floats(size), *outGradient = a.floats(size);
  float* gradient = a.floats(size);
  const bool log = a.flag(), accumulate = a.flag();
  a->softmaxBackward(a.threads, rows, width, out, outGradient, gradient, log, accumulate);
}

void activation(Arguments& a) {
  const int64_t kind = a.integer(), count = a.size();
  if (kind < 1 || kind > (int64_t)Activation::absolute) fail("there is no such activation");
  const float* x = a.floats(count);
  float *out = a.floats(count), *slope = a.optionalFloats(count);
  a->activation(a.threads, (Activation)kind, count, x, out, slope);
}

void gatedSilu(Arguments& a) {
  const int64_t count = a.size();
  const float *x = a.floats(count), *y = a.floats(count);
  a->gatedSilu(a.threads, count, x, y, a.floats(count));
}

void gatedSiluBackward(Arguments& a) {
  const int64_t count = a.size();
  const float *x = a.floats(count), *y = a.floats(count), *outGradient = a.floats(count);
  float *toX = a.floats(count), *toY = a.floats(count);
  a->gatedSiluBackward(a.threads, count, x, y, outGradient, toX, toY, a.flag());
}

void rotary(Arguments& a) {
  const int64_t rows = a.size(), heads = a.size(), size = a.size();
  const bool neighbours = a.flag(), inverse = a.flag();
  if (size % 2 != 0) fail("a head of an odd size");
  const float *x = a.floats(times(rows, heads, size)), *angles = a.floats(times(rows, size));
  float* out = a.floats(times(rows, heads, size));
  a->rotary(a.threads, rows, heads, size, neighbours, inverse, x, angles, out, a.flag());
}

void binary(Arguments& a) {
  const int64_t kind = a.integer(), count = a.size();
  if (kind < 0 || kind > (int64_t)Binary::maximum) fail("there is no such function");
  const float *x = a.floats(count), *y = a.floats(count);
  float* out = a.floats(count);
  a->binary(a.threads, (Binary)kind, count, x, y, out, a.flag());
}

void scaled(Arguments& a) {
  const int64_t count = a.size();
  const float scale = a.number();
  const float* x = a.floats(count);
  float* out = a.floats(count);
  a->scaled(a.threads, count, scale, x, out, a.flag());
}

void copy(Arguments& a) {
  StridedCopy c;
  const int64_t axes = a.size(), fromOffset = a.size(), toOffset = a.size();
  if (axes > StridedCopy::axes) fail("a copy has at most 6 axes");
  c.scale = a.number();
  c.accumulate = a.flag();
  int64_t from = fromOffset, to = toOffset;
  for (int i = 0; i < StridedCopy::axes; i++) {
    // The axes are the last of six.
    const bool given = i >= StridedCopy::axes - axes;
    c.shape[i] = given ? a.size() : 1;
    c.fromStrides[i] = given ? a.size() : 0;
    c.toStrides[i] = given ? a.size() : 0;
    if (c.shape[i] == 0) fail("an axis of nothing");
    from += times(c.shape[i] - 1, c.fromStrides[i]);
    to += times(c.shape[i] - 1, c.toStrides[i]);
  }
  const float* source = a.floats(from + 1);
  float* target = a.floats(to + 1);
  a->copy(c, source + fromOffset, target + toOffset);
}

void sum(Arguments& a) {
  const int64_t outer = a.size(), length = a.size(), inner = a.size();
  const float scale = a.number();
  const float* x = a.floats(times(outer, length, inner));
  float* out = a.floats(times(outer, inner));
  if (length == 0) fail("a sum over nothing");
  a->sum(a.threads, outer, length, inner, scale, x, out, a.flag());
}

void wantIndices(const int32_t* indices, int64_t count, int64_t bound) {
  for (int64_t i = 0; i < count; i++)
    if (indices[i] < -1 || indices[i] >= bound) fail("index " + std::to_string(indices[i]) + " is outside of the table");
}

void gatherRows(Arguments& a) {
  const int64_t width = a.size();
  if (width == 0) fail("rows of nothing");
  int64_t tableLength, count;
  const float* table = a.floats(0, &tableLength);
  const int32_t* indices = a.integers(0, &count);
  wantIndices(indices, count, tableLength / width);
  const float* add = a.optionalFloats(times(count, width));
  a->gatherRows(a.threads, width, table, indices, count, add, a.floats(times(count, width)));
}

void scatterRows(Arguments& a) {
  const int64_t width = a.size();
  if (width == 0) fail("rows of nothing");
  int64_t tableLength, count;
  float* table = a.floats(0, &tableLength);
  const int32_t* indices = a.integers(0, &count);
  wantIndices(indices, count, tableLength / width);
  a->scatterRows(width, a.floats(times(count, width)), indices, count, table);
}

void crossEntropy(Arguments& a) {
  const int64_t rows = a.size(), classes = a.size(), size = times(rows, classes);
  if (classes == 0) fail("there are no classes");
  const float* logits = a.floats(size);
  const int32_t* targets = a.optionalIntegers(rows);
  const float *soft = a.optionalFloats(size), *weights = a.floats(rows);
  float *losses = a.floats(rows), *gradient = a.optionalFloats(size);
  if ((targets == nullptr) == (soft == nullptr)) fail("targets are classes or weights of classes");
  if (targets != nullptr)
    for (int64_t row = 0; row < rows; row++)
      if (weights[row] != 0 && (targets[row] < 0 || targets[row] >= classes)) fail("there is no class " + std::to_string(targets[row]));
  a->crossEntropy(a.threads, rows, classes, logits, targets, soft, weights, losses, gradient);
}

double sumOfSquares(Arguments& a) {
  const int64_t count = a.size();
  return a->sumOfSquares(count, a.floats(count));
}

double firstNonFinite(Arguments& a) {
  const int64_t count = a.size();
  return (double)a->firstNonFinite(count, a.floats(count));
}

void adam(Arguments& a) {
  AdamStep s;
  for (float* value : {&s.rate, &s.beta1, &s.beta2, &s.epsilon, &s.decay, &s.correction1, &s.correction2, &s.gradientScale}) *value = a.number();
  int64_t count;
  float* weights = a.floats(0, &count);
  const float* gradient = a.floats(count);
  float *first = a.floats(count), *second = a.floats(count);
  a->adam(a.threads, s, count, weights, gradient, first, second);
}

}  // namespace

NAPI_MODULE_INIT() {
  const struct {
    const char* name;
    napi_callback call;
  } functions[] = {
      {"matmul", without<matmul>},
      {"eightBitMatmul", without<eightBitMatmul>},
      {"attention", without<attention>},
      {"attentionBackward", without<attentionBackward>},
      {"pagedAttention", without<pagedAttention>},
      {"sample", without<sample>},
      {"layerNorm", without<layerNorm>},
      {"rmsNorm", without<rmsNorm>},
      {"normBackward", without<normBackward>},
      {"softmax", without<softmax>},
      {"softmaxBackward", without<softmaxBackward>},
      {"activation", without<activation>},
      {"gatedSilu", without<gatedSilu>},
      {"gatedSiluBackward", without<gatedSiluBackward>},
      {"rotary", without<rotary>},
      {"binary", without<binary>},
      {"scaled", without<scaled>},
      {"copy", without<copy>},
      {"sum", without<sum>},
      {"gatherRows", without<gatherRows>},
      {"scatterRows", without<scatterRows>},
      {"crossEntropy", without<crossEntropy>},
      {"sumOfSquares", number<sumOfSquares>},
      {"firstNonFinite", number<firstNonFinite>},
      {"adam", without<adam>},
  };
  for (const auto& [name, call] : functions) {
    napi_value function;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, call, nullptr, &function) != napi_ok) return nullptr;
    if (napi_set_named_property(env, exports, name, function) != napi_ok) return nullptr;
  }
  // The sources that this was built from, and the instructions that this processor has, by the number of their table.
  napi_value source, instructions;
  napi_create_string_utf8(env, SOURCE_DIGEST, NAPI_AUTO_LENGTH, &source);
  napi_set_named_property(env, exports, "source", source);
  napi_create_array(env, &instructions);
  for (int64_t i = 0; i < tableCount; i++) {
    napi_value name;
    if (tables[i].supported()) napi_create_string_utf8(env, tables[i].name, NAPI_AUTO_LENGTH, &name);
    else napi_get_null(env, &name);
    napi_set_element(env, instructions, (uint32_t)i, name);
  }
  napi_set_named_property(env, exports, "instructions", instructions);
  return exports;
}
