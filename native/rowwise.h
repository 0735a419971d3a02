// Kernels that go row by row: norms, softmax, cross-entropy. Sums over many rows (gradients of gains and biases) are made of fixed blocks of
// rows, so that threads do not change them.
#pragma once
#include <vector>

#include "kernels.h"
#include "lanes.h"
#include "scratch.h"
#include "threads.h"

namespace {

/** Rows that one task takes, and whose sum is one term of a sum over all. */
constexpr int64_t rowBlock = 64;

template <class Visit> inline void forRowBlocks(int threads, int64_t rows, Visit visit) {
  parallel(threads, (rows + rowBlock - 1) / rowBlock, [&](int64_t block) {
    const int64_t end = (block + 1) * rowBlock;
    visit(block, block * rowBlock, end < rows ? end : rows);
  });
}

/** Σ step(i, n), where lanes from n on are 0. */
template <class Step> inline float sumOverLanes(int64_t count, Step step) {
  Lanes total = Lanes::all(0);
  forLanes(count, [&](int64_t i, int64_t n) {
    Lanes x = step(i, n);
    if (n < laneCount) {
      float v[laneCount];
      x.store(v);
      x = Lanes::loadFirst(v, n);
    }
    total = total + x;
  });
  return sumOf(total);
}

void layerNorm(int threads, int64_t rows, int64_t width, const float* x, const float* gain, const float* bias, float epsilon, float* out,
               float* means, float* inverses) {
  forRowBlocks(threads, rows, [&](int64_t, int64_t start, int64_t end) {
    for (int64_t row = start; row < end; row++) {
      const float* from = x + row * width;
      const float mean = sumOverLanes(width, [&](int64_t i, int64_t n) { return loadUpTo(from + i, n); }) / (float)width;
      const Lanes center = Lanes::all(mean);
      const float squares = sumOverLanes(width, [&](int64_t i, int64_t n) {
        const Lanes off = loadUpTo(from + i, n) - center;
        return off * off;
      });
      const float inverse = 1 / std::sqrt(squares / (float)width + epsilon);
      means[row] = mean;
      inverses[row] = inverse;
      const Lanes factor = Lanes::all(inverse);
      forLanes(width, [&](int64_t i, int64_t n) {
        const Lanes normal = (loadUpTo(from + i, n) - center) * factor;
        storeUpTo(fma(normal, loadUpTo(gain + i, n), loadUpTo(bias + i, n)), out + row * width + i, n);
      });
    }
  });
}

void rmsNorm(int threads, int64_t rows, int64_t width, const float* x, const float* gain, float epsilon, float* out, float* inverses) {
  forRowBlocks(threads, rows, [&](int64_t, int64_t start, int64_t end) {
    for (int64_t row = start; row < end; row++) {
      const float* from = x + row * width;
      const float squares = sumOverLanes(width, [&](int64_t i, int64_t n) {
        const Lanes y = loadUpTo(from + i, n);
        return y * y;
      });
      const float inverse = 1 / std::sqrt(squares / (float)width + epsilon);
      inverses[row] = inverse;
      forLanes(width, [&](int64_t i, int64_t n) {
        storeUpTo(loadUpTo(from + i, n) * Lanes::all(inverse) * loadUpTo(gain + i, n), out + row * width + i, n);
      });
    }
  });
}

/** out (+)= the sum over blocks of rows of `partial` [blocks, width], in their order. */
inline void sumBlocks(const float* partial, int64_t blocks, int64_t stride, int64_t width, float* out, bool accumulate) {
  if (out == nullptr) return;
  forLanes(width, [&](int64_t i, int64_t n) {
    Lanes total = loadUpTo(partial + i, n);
    for (int64_t block = 1; block < blocks; block++) total = total + loadUpTo(partial + block * stride + i, n);
    storeUpTo(accumulate ? loadUpTo(out + i, n) + total : total, out + i, n);
  });
}

void normBackward(int threads, int64_t rows, int64_t width, const float* x, const float* gain, const float* means, const float* inverses,
                  const float* outGradient, float* toX, float* toGain, float* toBias, bool accumulate, bool accumulateWeights) {
  static thread_local Scratch scratch;
  const int64_t blocks = (rows + rowBlock - 1) / rowBlock, padded = width + laneCount;
  float* partial = scratch.floats(blocks * 2 * padded);
  const Lanes share = Lanes::all(1 / (float)width);
  forRowBlocks(threads, rows, [&](int64_t block, int64_t start, int64_t end) {
    float *gains = partial + block * 2 * padded, *biases = gains + padded;
    std::memset(gains, 0, sizeof(float) * 2 * padded);
    for (int64_t row = start; row < end; row++) {
      const float *from = x + row * width, *above = outGradient + row * width;
      const Lanes mean = Lanes::all(means == nullptr ? 0 : means[row]), inverse = Lanes::all(inverses[row]);
      Lanes sum = Lanes::all(0), along = Lanes::all(0);
      // Behind the end of a row the gradient is loaded as 0, and all that is added with it.
      forLanes(width, [&](int64_t i, int64_t n) {
        const Lanes gradient = loadUpTo(above + i, n), normal = (loadUpTo(from + i, n) - mean) * inverse;
        const Lanes back = gradient * loadUpTo(gain + i, n);
        sum = sum + back;
        along = fma(back, normal, along);
        fma(gradient, normal, Lanes::load(gains + i)).store(gains + i);
        (Lanes::load(biases + i) + gradient).store(biases + i);
      });
      if (toX == nullptr) continue;
      const Lanes average = Lanes::all(means == nullptr ? 0 : sumOf(sum)) * share, slope = Lanes::all(sumOf(along)) * share;
      float* to = toX + row * width;
      forLanes(width, [&](int64_t i, int64_t n) {
        const Lanes normal = (loadUpTo(from + i, n) - mean) * inverse;
        const Lanes back = inverse * (loadUpTo(above + i, n) * loadUpTo(gain + i, n) - average - normal * slope);
        storeUpTo(accumulate ? loadUpTo(to + i, n) + back : back, to + i, n);
      });
    }
  });
  sumBlocks(partial, blocks, 2 * padded, width, toGain, accumulateWeights);
  sumBlocks(partial + padded, blocks, 2 * padded, width, toBias, accumulateWeights);
}

struct Spread {
  float highest, total;
};

/** The highest of a row, and Σ e^(x - highest). */
inline Spread spreadOf(const float* x, int64_t width) {
  Lanes most = Lanes::all(-INFINITY);
  int64_t i = 0;
  for (; i + laneCount <= width; i += laneCount) most = greatest(most, Lanes::load(x + i));
  float highest = greatestOf(most);
  for (; i < width; i++) highest = x[i] > highest ? x[i] : highest;
  const Lanes top = Lanes::all(highest);
  return {highest, sumOverLanes(width, [&](int64_t i, int64_t n) { return exponential(loadUpTo(x + i, n) - top); })};
}

void softmax(int threads, int64_t rows, int64_t width, const float* x, float* out, bool log) {
  forRowBlocks(threads, rows, [&](int64_t, int64_t start, int64_t end) {
    for (int64_t row = start; row < end; row++) {
      const float* from = x + row * width;
      const Spread spread = spreadOf(from, width);
      const Lanes top = Lanes::all(spread.highest), inverse = Lanes::all(1 / spread.total), logTotal = Lanes::all(std::log(spread.total));
      forLanes(width, [&](int64_t i, int64_t n) {
        const Lanes off = loadUpTo(from + i, n) - top;
        storeUpTo(log ? off - logTotal : exponential(off) * inverse, out + row * width + i, n);
      });
    }
  });
}

void softmaxBackward(int threads, int64_t rows, int64_t width, const float* out, const float* outGradient, float* gradient, bool log,
                     bool accumulate) {
  forRowBlocks(threads, rows, [&](int64_t, int64_t start, int64_t end) {
    for (int64_t row = start; row < end; row++) {
      const float *y = out + row * width, *above = outGradient + row * width;
      float* to = gradient + row * width;
      const Lanes sum = Lanes::all(sumOverLanes(width, [&](int64_t i, int64_t n) {
        const Lanes g = loadUpTo(above + i, n);
        return log ? g : g * loadUpTo(y + i, n);
      }));
      forLanes(width, [&](int64_t i, int64_t n) {
        const Lanes g = loadUpTo(above + i, n), p = loadUpTo(y + i, n);
        const Lanes back = log ? g - exponential(p) * sum : p * (g - sum);
        storeUpTo(accumulate ? loadUpTo(to + i, n) + back : back, to + i, n);
      });
    }
  });
}

void crossEntropy(int threads, int64_t rows, int64_t classes, const float* logits, const int32_t* targets, const float* soft,
                  const float* weights, float* losses, float* gradient) {
  forRowBlocks(threads, rows, [&](int64_t, int64_t start, int64_t end) {
    for (int64_t row = start; row < end; row++) {
      const float* from = logits + row * classes;
      float* to = gradient == nullptr ? nullptr : gradient + row * classes;
      const float weight = weights[row];
      if (weight == 0) {
        losses[row] = 0;
        if (to != nullptr) std::memset(to, 0, sizeof(float) * classes);
        continue;
      }
      const Spread spread = spreadOf(from, classes);
      const float logTotal = spread.highest + std::log(spread.total);
      float loss = 0, mass = 1;
      const float* wanted = soft == nullptr ? nullptr : soft + row * classes;
      if (wanted == nullptr) {
        loss = logTotal - from[targets[row]];
      } else {
        mass = sumOverLanes(classes, [&](int64_t i, int64_t n) { return loadUpTo(wanted + i, n); });
        loss = sumOverLanes(classes, [&](int64_t i, int64_t n) { return loadUpTo(wanted + i, n) * (Lanes::all(logTotal) - loadUpTo(from + i, n)); });
      }
      losses[row] = weight * loss;
      if (to == nullptr) continue;
      const Lanes top = Lanes::all(spread.highest), factor = Lanes::all(weight * mass / spread.total);
      forLanes(classes, [&](int64_t i, int64_t n) {
        Lanes back = exponential(loadUpTo(from + i, n) - top) * factor;
        if (wanted != nullptr) back = back - Lanes::all(weight) * loadUpTo(wanted + i, n);
        storeUpTo(back, to + i, n);
      });
      if (wanted == nullptr) to[targets[row]] -= weight;
    }
  });
}

}  // namespace
