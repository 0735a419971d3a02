// Kernels that go number by number, or move numbers. Plain loops: the compiler makes them wide, and without contraction of a·b + c every width
// gives the same bits.
#pragma once
#include <limits>

#include "pointwise.h"
#include "rowwise.h"
#include "threads.h"

namespace {

/** Calls `work(start, end)` for parts of many numbers. */
template <class Work> inline void forParts(int threads, int64_t count, Work work) {
  constexpr int64_t part = 1 << 15;
  parallel(threads, (count + part - 1) / part, [&](int64_t task) {
    const int64_t end = (task + 1) * part;
    work(task * part, end < count ? end : count);
  });
}

void activation(int threads, Activation kind, int64_t count, const float* x, float* out, float* slope) {
  forParts(threads, count, [&](int64_t start, int64_t end) {
    forLanes(end - start, [&](int64_t i, int64_t n) {
      const ValueAndSlope found = activate(kind, loadUpTo(x + start + i, n));
      storeUpTo(found.value, out + start + i, n);
      if (slope != nullptr) storeUpTo(found.slope, slope + start + i, n);
    });
  });
}

void gatedSilu(int threads, int64_t count, const float* a, const float* b, float* out) {
  forParts(threads, count, [&](int64_t start, int64_t end) {
    forLanes(end - start, [&](int64_t i, int64_t n) {
      const Lanes x = loadUpTo(a + start + i, n);
      storeUpTo(x * logistic(x) * loadUpTo(b + start + i, n), out + start + i, n);
    });
  });
}

/** `toA` and `toB` may be one array, which then gets both when accumulating. */
void gatedSiluBackward(int threads, int64_t count, const float* a, const float* b, const float* outGradient, float* toA, float* toB,
                       bool accumulate) {
  forParts(threads, count, [&](int64_t start, int64_t end) {
    forLanes(end - start, [&](int64_t i, int64_t n) {
      const int64_t at = start + i;
      const Lanes x = loadUpTo(a + at, n), above = loadUpTo(outGradient + at, n);
      const ValueAndSlope gate = activate(Activation::silu, x);
      const Lanes backA = above * loadUpTo(b + at, n) * gate.slope, backB = above * gate.value;
      storeUpTo(accumulate ? loadUpTo(toA + at, n) + backA : backA, toA + at, n);
      storeUpTo(accumulate ? loadUpTo(toB + at, n) + backB : backB, toB + at, n);
    });
  });
}

void rotary(int threads, int64_t rows, int64_t heads, int64_t size, bool neighbours, bool inverse, const float* x, const float* angles,
            float* out, bool accumulate) {
  const int64_t half = size / 2, step = neighbours ? 2 : 1, other = neighbours ? 1 : half;
  const float sign = inverse ? -1 : 1;
  forRowBlocks(threads, rows, [&](int64_t, int64_t start, int64_t end) {
    for (int64_t row = start; row < end; row++) {
      const float *cosines = angles + row * size, *sines = cosines + half;
      for (int64_t head = 0; head < heads; head++) {
        const float* from = x + (row * heads + head) * size;
        float* to = out + (row * heads + head) * size;
        for (int64_t i = 0; i < half; i++) {
          const float first = from[i * step], second = from[i * step + other], sine = sign * sines[i];
          const float a = first * cosines[i] - second * sine, b = first * sine + second * cosines[i];
          to[i * step] = accumulate ? to[i * step] + a : a;
          to[i * step + other] = accumulate ? to[i * step + other] + b : b;
        }
      }
    }
  });
}

template <class Apply> inline void applyBinary(int threads, int64_t count, const float* a, const float* b, float* out, bool accumulate, Apply apply) {
  forParts(threads, count, [&](int64_t start, int64_t end) {
    if (accumulate)
      for (int64_t i = start; i < end; i++) out[i] = out[i] + apply(a[i], b[i]);
    else
      for (int64_t i = start; i < end; i++) out[i] = apply(a[i], b[i]);
  });
}

void binary(int threads, Binary kind, int64_t count, const float* a, const float* b, float* out, bool accumulate) {
  auto with = [&](auto apply) { applyBinary(threads, count, a, b, out, accumulate, apply); };
  switch (kind) {
    case Binary::add: return with([](float x, float y) { return x + y; });
    case Binary::subtract: return with([](float x, float y) { return x - y; });
    case Binary::multiply: return with([](float x, float y) { return x * y; });
    case Binary::divide: return with([](float x, float y) { return x / y; });
    // NaN stays NaN, whichever of both it is.
    case Binary::minimum: return with([](float x, float y) { return x < y || x != x ? x : y; });
    case Binary::maximum: return with([](float x, float y) { return x > y || x != x ? x : y; });
  }
}

void scaled(int threads, int64_t count, float scale, const float* x, float* out, bool accumulate) {
  forParts(threads, count, [&](int64_t start, int64_t end) {
    if (accumulate)
      for (int64_t i = start; i < end; i++) out[i] = out[i] + scale * x[i];
    else
      for (int64_t i = start; i < end; i++) out[i] = scale * x[i];
  });
}

void copyAxis(const StridedCopy& c, int axis, const float* from, float* to) {
  const int64_t count = c.shape[axis], f = c.fromStrides[axis], t = c.toStrides[axis];
  if (axis < StridedCopy::axes - 1) {
    for (int64_t i = 0; i < count; i++) copyAxis(c, axis + 1, from + i * f, to + i * t);
  } else if (f == 1 && t == 1) {
    if (c.accumulate)
      for (int64_t i = 0; i < count; i++) to[i] = to[i] + c.scale * from[i];
    else
      for (int64_t i = 0; i < count; i++) to[i] = c.scale * from[i];
  } else {
    for (int64_t i = 0; i < count; i++) to[i * t] = c.accumulate ? to[i * t] + c.scale * from[i * f] : c.scale * from[i * f];
  }
}

void copy(const StridedCopy& c, const float* from, float* to) { copyAxis(c, 0, from, to); }

void sum(int threads, int64_t outer, int64_t length, int64_t inner, float scale, const float* x, float* out, bool accumulate) {
  if (inner == 1) {
    parallel(threads, outer, [&](int64_t o) {
      constexpr int64_t part = 4096;
      double total = 0;
      for (int64_t start = 0; start < length; start += part)
        total += sumOverLanes(length - start < part ? length - start : part, [&](int64_t i, int64_t n) { return loadUpTo(x + o * length + start + i, n); });
      const float result = (float)(scale * total);
      out[o] = accumulate ? out[o] + result : result;
    });
    return;
  }
  static thread_local Scratch scratch;
  const int64_t blocks = (length + rowBlock - 1) / rowBlock;
  float* partial = scratch.floats(blocks * inner);
  for (int64_t o = 0; o < outer; o++) {
    const float* from = x + o * length * inner;
    forRowBlocks(threads, length, [&](int64_t block, int64_t start, int64_t end) {
      float* to = partial + block * inner;
      constexpr int64_t wide = 4 * laneCount;
      int64_t i = 0;
      for (; i + wide <= inner; i += wide) {
        Lanes a = Lanes::all(0), b = a, c = a, d = a;
        for (int64_t row = start; row < end; row++) {
          const float* at = from + row * inner + i;
          a = a + Lanes::load(at);
          b = b + Lanes::load(at + laneCount);
          c = c + Lanes::load(at + 2 * laneCount);
          d = d + Lanes::load(at + 3 * laneCount);
        }
        a.store(to + i);
        b.store(to + i + laneCount);
        c.store(to + i + 2 * laneCount);
        d.store(to + i + 3 * laneCount);
      }
      forLanes(inner - i, [&](int64_t j, int64_t n) {
        Lanes a = Lanes::all(0);
        for (int64_t row = start; row < end; row++) a = a + loadUpTo(from + row * inner + i + j, n);
        storeUpTo(a, to + i + j, n);
      });
    });
    forLanes(inner, [&](int64_t i, int64_t n) {
      Lanes total = loadUpTo(partial + i, n);
      for (int64_t block = 1; block < blocks; block++) total = total + loadUpTo(partial + block * inner + i, n);
      total = total * Lanes::all(scale);
      float* to = out + o * inner + i;
      storeUpTo(accumulate ? loadUpTo(to, n) + total : total, to, n);
    });
  }
}

void gatherRows(int threads, int64_t width, const float* table, const int32_t* indices, int64_t count, const float* add, float* out) {
  forRowBlocks(threads, count, [&](int64_t, int64_t start, int64_t end) {
    for (int64_t row = start; row < end; row++) {
      float* to = out + row * width;
      const float* from = table + indices[row] * width;
      const float* more = add == nullptr ? nullptr : add + row * width;
      if (indices[row] == -1)
        for (int64_t i = 0; i < width; i++) to[i] = more == nullptr ? 0 : more[i];
      else if (more != nullptr)
        for (int64_t i = 0; i < width; i++) to[i] = from[i] + more[i];
      else
        std::memcpy(to, from, sizeof(float) * width);
    }
  });
}

void scatterRows(int64_t width, const float* rows, const int32_t* indices, int64_t count, float* table) {
  for (int64_t row = 0; row < count; row++) {
    if (indices[row] == -1) continue;
    float* to = table + indices[row] * width;
    const float* from = rows + row * width;
    for (int64_t i = 0; i < width; i++) to[i] += from[i];
  }
}

double sumOfSquares(int64_t count, const float* x) {
  double sums[laneCount] = {};
  int64_t i = 0;
  for (; i + laneCount <= count; i += laneCount)
    for (int64_t lane = 0; lane < laneCount; lane++) sums[lane] += (double)x[i + lane] * (double)x[i + lane];
  for (int64_t lane = 0; i < count; i++, lane++) sums[lane] += (double)x[i] * (double)x[i];
  double total = 0;
  for (double sum : sums) total += sum;
  return total;
}

int64_t firstNonFinite(int64_t count, const float* x) {
  constexpr int64_t part = 1024;
  const uint32_t exponent = 0x7f800000;
  for (int64_t start = 0; start < count; start += part) {
    const int64_t end = start + part < count ? start + part : count;
    uint32_t found = 0;
    for (int64_t i = start; i < end; i++) {
      uint32_t bits;
      std::memcpy(&bits, x + i, 4);
      found |= (bits & exponent) == exponent;
    }
    if (found == 0) continue;
    for (int64_t i = start; i < end; i++) {
      uint32_t bits;
      std::memcpy(&bits, x + i, 4);
      if ((bits & exponent) == exponent) return i;
    }
  }
  return -1;
}

void adam(int threads, const AdamStep& s, int64_t count, float* weights, const float* gradient, float* first, float* second) {
  const float rest1 = 1 - s.beta1, rest2 = 1 - s.beta2;
  forParts(threads, count, [&](int64_t start, int64_t end) {
    for (int64_t i = start; i < end; i++) {
      const float g = s.gradientScale * gradient[i];
      const float m = s.beta1 * first[i] + rest1 * g, v = s.beta2 * second[i] + rest2 * g * g;
      first[i] = m;
      second[i] = v;
      const float step = (m * s.correction1) / (std::sqrt(v * s.correction2) + s.epsilon);
      weights[i] = weights[i] - s.rate * (step + s.decay * weights[i]);
    }
  });
}

}  // namespace
