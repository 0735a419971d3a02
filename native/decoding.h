// What decoding needs: attention of single rows over pages of keys and values, and the choice of the next token. A row is one task, or a part
// of one, so its bits depend on no other row; attention gives the bits that attention.h gives for the whole sequence.
#pragma once
#include <algorithm>
#include <vector>

#include "attention.h"
#include "rowwise.h"

namespace {

/** Places of a page: the keys of one head and page are `size` steps of whole lanes. */
constexpr int64_t pageLength = laneCount;
/** Chains of multiply-adds that run side by side: one alone would wait for each of its own steps. */
constexpr int chainCount = 8;

struct Chain {
  /** Takes one number a step. */
  const float* factors;
  /** Takes whole lanes a step. */
  const float* lanes;
};

/** sums[c] += factors · lanes over `steps` steps for `count` chains; `stride` numbers from one step's lanes to the next. */
template <int N> inline void runChains(const Chain* chains, int64_t steps, int64_t stride, int64_t valid, Lanes* sums) {
  Lanes held[N];
#pragma GCC unroll 8
  for (int c = 0; c < N; c++) held[c] = sums[c];
  for (int64_t s = 0; s < steps; s++)
#pragma GCC unroll 8
    for (int c = 0; c < N; c++) held[c] = fma(Lanes::all(chains[c].factors[s]), loadUpTo(chains[c].lanes + s * stride, valid), held[c]);
#pragma GCC unroll 8
  for (int c = 0; c < N; c++) sums[c] = held[c];
}

inline void runChains(int64_t count, const Chain* chains, int64_t steps, int64_t stride, int64_t valid, Lanes* sums) {
  int64_t c = 0;
  for (; c + 8 <= count; c += 8) runChains<8>(chains + c, steps, stride, valid, sums + c);
  for (; c + 4 <= count; c += 4) runChains<4>(chains + c, steps, stride, valid, sums + c);
  for (; c + 2 <= count; c += 2) runChains<2>(chains + c, steps, stride, valid, sums + c);
  for (; c < count; c++) runChains<1>(chains + c, steps, stride, valid, sums + c);
}

struct PagedRow {
  const PagedAttention& shape;
  float* pages;
  int64_t row;

  int64_t headFloats() const { return 2 * pageLength * shape.size; }
  int64_t seen() const { return (int64_t)shape.positions[row] + 1; }
  const int32_t* table() const { return shape.tables + (int64_t)shape.tableOf[row] * shape.tableStride; }
  /** Where the keys of the first head begin. */
  float* page(int64_t at) const { return pages + (int64_t)table()[at] * shape.keyHeads * headFloats(); }
};

inline void writePage(const PagedRow& at, const float* mixed) {
  const PagedAttention& s = at.shape;
  const int64_t place = s.positions[at.row], slot = place % pageLength;
  const float* keys = mixed + at.row * (s.heads + 2 * s.keyHeads) * s.size + s.heads * s.size;
  const float* values = keys + s.keyHeads * s.size;
  float* page = at.page(place / pageLength);
  for (int64_t head = 0; head < s.keyHeads; head++, page += at.headFloats()) {
    for (int64_t i = 0; i < s.size; i++) page[i * pageLength + slot] = keys[head * s.size + i];
    std::memcpy(page + (pageLength + slot) * s.size, values + head * s.size, s.size * sizeof(float));
  }
}

inline void attendPages(const PagedRow& at, const float* mixed, float* out) {
  static thread_local Scratch scratch;
  const PagedAttention& s = at.shape;
  const int64_t seen = at.seen(), width = roundUp(seen, laneCount), pageCount = width / pageLength, group = s.heads / s.keyHeads;
  const float* query = mixed + at.row * (s.heads + 2 * s.keyHeads) * s.size;
  float* scores = scratch.floats(s.heads * (width + 1));
  float* inverses = scores + s.heads * width;
  Chain chains[chainCount];
  Lanes sums[chainCount];

  // Scores: a chain for each head and page.
  const int64_t scoreChains = s.heads * pageCount;
  for (int64_t first = 0; first < scoreChains; first += chainCount) {
    const int64_t count = scoreChains - first < chainCount ? scoreChains - first : chainCount;
    for (int64_t c = 0; c < count; c++) {
      const int64_t head = (first + c) / pageCount, page = (first + c) % pageCount;
      chains[c] = {query + head * s.size, at.page(page) + head / group * at.headFloats()};
      sums[c] = Lanes::all(0);
    }
    runChains(count, chains, s.size, pageLength, laneCount, sums);
    for (int64_t c = 0; c < count; c++) (Lanes::all(s.scale) * sums[c]).store(scores + (first + c) * laneCount);
  }
  for (int64_t head = 0; head < s.heads; head++) {
    inverses[head] = 1 / weigh(scores + head * width, seen, width).total;
  }

  // Values: a chain for each head and lanes of its result, cut as products are.
  const int64_t blocks = (s.size + laneCount - 1) / laneCount, valueChains = s.heads * blocks;
  const bool whole = s.size % laneCount == 0;
  for (int64_t first = 0; first < valueChains;) {
    // Lanes that are not whole go alone: chains side by side load alike.
    const bool partial = !whole && first % blocks == blocks - 1;
    const int64_t most = whole ? valueChains - first : partial ? 1 : blocks - 1 - first % blocks;
    const int64_t count = most < chainCount ? most : chainCount;
    const int64_t valid = partial ? s.size % laneCount : laneCount;
    Lanes totals[chainCount];
    for (int64_t from = 0; from < seen; from += depthBlock) {
      const int64_t to = from + depthBlock < seen ? from + depthBlock : seen;
      for (int64_t c = 0; c < count; c++) sums[c] = Lanes::all(0);
      for (int64_t place = from; place < to; place += pageLength) {
        const float* page = at.page(place / pageLength);
        for (int64_t c = 0; c < count; c++) {
          const int64_t head = (first + c) / blocks, block = (first + c) % blocks;
          chains[c] = {scores + head * width + place, page + head / group * at.headFloats() + pageLength * s.size + block * laneCount};
        }
        runChains(count, chains, to - place < pageLength ? to - place : pageLength, s.size, valid, sums);
      }
      for (int64_t c = 0; c < count; c++) totals[c] = from == 0 ? sums[c] : totals[c] + sums[c];
    }
    for (int64_t c = 0; c < count; c++) {
      const int64_t head = (first + c) / blocks, block = (first + c) % blocks;
      storeUpTo(totals[c] * Lanes::all(inverses[head]), out + (at.row * s.heads + head) * s.size + block * laneCount, valid);
    }
    first += count;
  }
}

void pagedAttention(int threads, const PagedAttention& shape, const float* mixed, float* pages, float* out) {
  constexpr int64_t together = 8;
  const int64_t tasks = (shape.rows + together - 1) / together;
  auto eachRow = [&](auto visit) {
    parallel(threads, tasks, [&](int64_t task) {
      const int64_t end = (task + 1) * together < shape.rows ? (task + 1) * together : shape.rows;
      for (int64_t row = task * together; row < end; row++) visit(PagedRow{shape, pages, row});
    });
  };
  eachRow([&](const PagedRow& row) { writePage(row, mixed); });
  eachRow([&](const PagedRow& row) { attendPages(row, mixed, out); });
}

/** Sets all but the most probable weights to 0; gives the sum of what is left. */
inline double cutWeights(float* weights, int64_t classes, int64_t topK, float topP, double total) {
  std::vector<int32_t> order(classes);
  for (int64_t i = 0; i < classes; i++) order[i] = (int32_t)i;
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return weights[a] > weights[b] || (weights[a] == weights[b] && a < b); });
  const int64_t most = topK > 0 && topK < classes ? topK : classes;
  double allKept = total;
  if (most < classes) {
    allKept = 0;
    for (int64_t i = 0; i < most; i++) allKept += weights[order[i]];
  }
  double kept = 0;
  int64_t taken = 0;
  while (taken < most && (taken == 0 || kept < topP * allKept)) kept += weights[order[taken++]];
  for (int64_t i = taken; i < classes; i++) weights[order[i]] = 0;
  return kept;
}

inline void sampleRow(const Sampling& s, int64_t row, const float* x, float* weights, const Sampled& out) {
  const Spread raw = spreadOf(x, s.classes);
  const Lanes top = Lanes::all(raw.highest);
  const float moment = sumOverLanes(s.classes, [&](int64_t i, int64_t n) {
    const Lanes gap = top - loadUpTo(x + i, n);
    return exponential(Lanes::all(0) - gap) * least(gap, Lanes::all(200));
  });
  const float logTotal = std::log(raw.total);
  out.logSums[row] = raw.highest + logTotal;
  out.entropies[row] = logTotal + moment / raw.total;
  out.tokens[row] = -1;
  out.logProbs[row] = out.rawLogProbs[row] = NAN;
  if (!std::isfinite(out.logSums[row])) return;

  const float* mask = s.maskOf[row] < 0 ? nullptr : s.allowed + (int64_t)s.maskOf[row] * s.classes;
  auto score = [&](int64_t i, int64_t n) {
    const Lanes y = loadUpTo(x + i, n);
    return mask == nullptr ? y : y + loadUpTo(mask + i, n);
  };
  float highest = raw.highest;
  if (mask != nullptr) {
    Lanes best = Lanes::all(-INFINITY);
    forLanes(s.classes, [&](int64_t i, int64_t n) {
      float v[laneCount];
      score(i, n).store(v);
      for (int64_t j = n; j < laneCount; j++) v[j] = -INFINITY;
      best = greatest(best, Lanes::load(v));
    });
    highest = greatestOf(best);
    if (!std::isfinite(highest)) return;
  }
  const float temperature = s.temperatures[row];
  int64_t token = -1;
  if (temperature == 0) {
    for (int64_t i = 0; i < s.classes && token < 0; i++)
      if ((mask == nullptr || mask[i] == 0) && x[i] == highest) token = i;
    if (token < 0) return;
    out.logProbs[row] = 0;
  } else {
    const Lanes center = Lanes::all(highest), colder = Lanes::all(1 / temperature);
    forLanes(s.classes, [&](int64_t i, int64_t n) { storeUpTo(exponential((score(i, n) - center) * colder), weights + i, n); });
    double total = 0;
    for (int64_t i = 0; i < s.classes; i++) total += weights[i];
    const bool cut = (s.topK[row] > 0 && s.topK[row] < s.classes) || s.topP[row] < 1;
    if (cut) total = cutWeights(weights, s.classes, s.topK[row], s.topP[row], total);
    double left = (double)(uint32_t)s.draws[row] / 4294967296.0 * total;
    for (int64_t i = 0; i < s.classes; i++) {
      if (weights[i] == 0) continue;
      token = i;
      left -= weights[i];
      if (left < 0) break;
    }
    if (token < 0) return;
    const bool plain = mask == nullptr && !cut && temperature == 1;
    out.logProbs[row] = plain ? x[token] - out.logSums[row] : (x[token] - highest) / temperature - (float)std::log(total);
  }
  out.tokens[row] = (int32_t)token;
  out.rawLogProbs[row] = x[token] - out.logSums[row];
}

void sample(int threads, const Sampling& s, const float* logits, const Sampled& out) {
  forRowBlocks(threads, s.rows, [&](int64_t, int64_t start, int64_t end) {
    static thread_local Scratch scratch;
    float* weights = scratch.floats(s.classes + laneCount);
    for (int64_t row = start; row < end; row++) sampleRow(s, row, logits + row * s.classes, weights, out);
  });
}

}  // namespace
