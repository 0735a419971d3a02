// Attention, a task for each sequence and head of keys. The weights of the softmax are never kept: the way back computes them again from the
// logarithms of their sums (arXiv:2205.14135, algorithm 4). A query's bits depend on no other query: see product.h, and a key that it does
// not see adds an exact zero to its sums.
#pragma once
#include "product.h"
#include "threads.h"

namespace {

/** Queries that are taken together. A part of what the way back means: the gradients of keys are summed up block by block. */
constexpr int64_t queryBlock = 48;

/** Queries, or keys, that are multiplied at a time; with a causal mask, only by what the last of them sees, or is seen by. A multiple of all tiles. */
constexpr int64_t stair = 12;

struct Heads {
  const AttentionShape& shape;
  int64_t sequence, keyHead;

  int64_t group() const { return shape.heads / shape.keyHeads; }
  int64_t head(int64_t member) const { return keyHead * group() + member; }
  float* query(Rows rows, int64_t query, int64_t member) const {
    return rows.data + (sequence * shape.queries + query) * rows.stride + head(member) * shape.size;
  }
  float* key(Rows rows, int64_t key) const { return rows.data + (sequence * shape.keys + key) * rows.stride + keyHead * shape.size; }
  /** How many keys a query sees. */
  int64_t seen(int64_t query) const { return shape.causal ? shape.keys - shape.queries + query + 1 : shape.keys; }
};

/**
 * Makes a row of scores fit for whole lanes: what is not seen becomes -infinity up to the next whole lane, and 0 from there on, which is what
 * -infinity would become. Gives the end of the lanes.
 */
inline int64_t hideUnseen(float* row, int64_t seen, int64_t most) {
  const int64_t end = roundUp(seen, laneCount);
  for (int64_t i = seen; i < end; i++) row[i] = -INFINITY;
  for (int64_t i = end; i < most; i++) row[i] = 0;
  return end;
}

struct Weighed {
  float highest, total;
};

/** Scores in whole lanes become the weights of a softmax that is not yet divided by its total. */
inline Weighed weigh(float* row, int64_t end) {
  Lanes top = Lanes::load(row), sum = Lanes::all(0);
  for (int64_t j = laneCount; j < end; j += laneCount) top = greatest(top, Lanes::load(row + j));
  const float highest = greatestOf(top);
  for (int64_t j = 0; j < end; j += laneCount) {
    const Lanes weight = exponential(Lanes::load(row + j) - Lanes::all(highest));
    weight.store(row + j);
    sum = sum + weight;
  }
  return {highest, sumOf(sum)};
}

void attention(int threads, const AttentionShape& shape, Rows queries, Rows keys, Rows values, float* out, float* logSums) {
  const Rows results = {out, shape.heads * shape.size};
  parallel(threads, shape.batch * shape.keyHeads, [&](int64_t task) {
    static thread_local Scratch scratch;
    const Heads at = {shape, task / shape.keyHeads, task % shape.keyHeads};
    const int64_t width = roundUp(shape.keys, laneCount);
    const int64_t sizeOfKeys = Right::floatsOf(shape.size, shape.keys), sizeOfValues = Right::floatsOf(shape.keys, shape.size);
    float* room = scratch.floats(sizeOfKeys + sizeOfValues + stair * width);
    const Right turnedKeys = Right::pack(at.key(keys, 0), keys.stride, true, shape.size, shape.keys, room);
    const Right straightValues = Right::straight(at.key(values, 0), values.stride, shape.keys, shape.size, room + sizeOfKeys);
    float* scores = room + sizeOfKeys + sizeOfValues;
    for (int64_t member = 0; member < at.group(); member++)
      for (int64_t q = 0; q < shape.queries; q += stair) {
        const int64_t rows = shape.queries - q < stair ? shape.queries - q : stair;
        const int64_t most = at.seen(q + rows - 1);
        multiply(rows, {at.query(queries, q, member), queries.stride, 1}, turnedKeys, shape.size, most, {scores, width, shape.scale, false});
        float inverses[stair];
        for (int64_t i = 0; i < rows; i++) {
          float* row = scores + i * width;
          const int64_t end = hideUnseen(row, at.seen(q + i), most);
          const Weighed found = weigh(row, end);
          inverses[i] = 1 / found.total;
          logSums[(at.sequence * shape.heads + at.head(member)) * shape.queries + q + i] = found.highest + std::log(found.total);
        }
        float* to = at.query(results, q, member);
        multiply(rows, {scores, width, 1}, straightValues, most, shape.size, {to, results.stride, 1, false});
        for (int64_t i = 0; i < rows; i++)
          forLanes(shape.size, [&](int64_t j, int64_t n) {
            float* place = to + i * results.stride + j;
            storeUpTo(loadUpTo(place, n) * Lanes::all(inverses[i]), place, n);
          });
      }
  });
}

/** Rows of a block are written, or added, to where they belong. */
inline void writeRows(const float* from, int64_t rows, int64_t width, float* to, int64_t stride, bool accumulate) {
  for (int64_t i = 0; i < rows; i++)
    forLanes(width, [&](int64_t j, int64_t n) {
      const Lanes x = loadUpTo(from + i * width + j, n);
      float* place = to + i * stride + j;
      storeUpTo(accumulate ? loadUpTo(place, n) + x : x, place, n);
    });
}

void attentionBackward(int threads, const AttentionShape& shape, const Rows forward[3], const float* out, const float* logSums,
                       const float* outGradient, const Rows gradients[3], bool accumulate) {
  const Rows queries = forward[0], keys = forward[1], values = forward[2];
  const Rows results = {const_cast<float*>(out), shape.heads * shape.size};
  const Rows above = {const_cast<float*>(outGradient), shape.heads * shape.size};
  parallel(threads, shape.batch * shape.keyHeads, [&](int64_t task) {
    static thread_local Scratch scratch;
    const Heads at = {shape, task / shape.keyHeads, task % shape.keyHeads};
    const int64_t width = roundUp(shape.keys, laneCount), size = shape.size;
    const int64_t turnedSize = Right::floatsOf(size, shape.keys), straightSize = Right::floatsOf(shape.keys, size);
    const int64_t blockSize = Right::floatsOf(queryBlock, size);
    float* room = scratch.floats(2 * turnedSize + straightSize + 2 * blockSize + 2 * queryBlock * width + 2 * shape.keys * size);
    auto cut = [&](int64_t count) { float* part = room; room += count; return part; };
    const Right turnedKeys = Right::pack(at.key(keys, 0), keys.stride, true, size, shape.keys, cut(turnedSize));
    const Right turnedValues = Right::pack(at.key(values, 0), values.stride, true, size, shape.keys, cut(turnedSize));
    const Right straightKeys = Right::straight(at.key(keys, 0), keys.stride, shape.keys, size, cut(straightSize));
    float *roomForQueries = cut(blockSize), *roomForAbove = cut(blockSize);
    float *weights = cut(queryBlock * width), *back = cut(queryBlock * width);
    float *toKeys = cut(shape.keys * size), *toValues = cut(shape.keys * size);
    std::memset(toKeys, 0, sizeof(float) * 2 * shape.keys * size);
    for (int64_t member = 0; member < at.group(); member++)
      for (int64_t q = 0; q < shape.queries; q += queryBlock) {
        const int64_t rows = shape.queries - q < queryBlock ? shape.queries - q : queryBlock;
        const int64_t most = at.seen(q + rows - 1);
        const Left query = {at.query(queries, q, member), queries.stride, 1}, from = {at.query(above, q, member), above.stride, 1};
        for (int64_t s = 0; s < rows; s += stair) {
          const int64_t height = rows - s < stair ? rows - s : stair, seenHere = at.seen(q + s + height - 1);
          multiply(height, query.at(s, 0), turnedKeys, size, seenHere, {weights + s * width, width, shape.scale, false});
          multiply(height, from.at(s, 0), turnedValues, size, seenHere, {back + s * width, width, 1, false});
          for (int64_t i = s; i < s + height; i++) {
            const float* result = at.query(results, q + i, member);
            Lanes along = Lanes::all(0);
            forLanes(size, [&](int64_t j, int64_t n) { along = fma(loadUpTo(result + j, n), loadUpTo(from.data + i * from.row + j, n), along); });
            const Lanes mean = Lanes::all(sumOf(along));
            const Lanes logSum = Lanes::all(logSums[(at.sequence * shape.heads + at.head(member)) * shape.queries + q + i]);
            float *weight = weights + i * width, *gradient = back + i * width;
            const int64_t end = hideUnseen(weight, at.seen(q + i), most);
            for (int64_t j = 0; j < end; j += laneCount) {
              const Lanes w = exponential(Lanes::load(weight + j) - logSum);
              w.store(weight + j);
              (w * (Lanes::load(gradient + j) - mean)).store(gradient + j);
            }
            for (int64_t j = at.seen(q + i); j < most; j++) gradient[j] = 0;
          }
          const Target toQueries = {at.query(gradients[0], q + s, member), gradients[0].stride, shape.scale, accumulate};
          multiply(height, {back + s * width, width, 1}, straightKeys, seenHere, size, toQueries);
        }
        const Right straightAbove = Right::straight(from.data, from.row, rows, size, roomForAbove);
        const Right straightQueries = Right::straight(query.data, query.row, rows, size, roomForQueries);
        for (int64_t k = 0; k < most; k += stair) {
          const int64_t height = most - k < stair ? most - k : stair;
          // Queries before the first that sees any of these keys would add zeros.
          const int64_t before = shape.causal ? k - (shape.keys - shape.queries) - q : 0;
          const int64_t skipped = before > 0 && straightAbove.row > 0 ? before : 0;
          multiply(height, Left{weights, 1, width}.at(k, skipped), straightAbove.from(skipped), rows - skipped, size, {toValues + k * size, size, 1, true});
          multiply(height, Left{back, 1, width}.at(k, skipped), straightQueries.from(skipped), rows - skipped, size, {toKeys + k * size, size, shape.scale, true});
        }
      }
    writeRows(toKeys, shape.keys, size, at.key(gradients[1], 0), gradients[1].stride, accumulate);
    writeRows(toValues, shape.keys, size, at.key(gradients[2], 0), gradients[2].stride, accumulate);
  });
}

}  // namespace
