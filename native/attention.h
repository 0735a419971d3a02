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

/** Asks for rows that the next task reads (0) or writes (1): one head of each lies far from the next. */
template <int Write> inline void fetchRows(const float* first, int64_t stride, int64_t from, int64_t to, int64_t size) {
  for (int64_t i = from; i < to; i++)
    for (int64_t j = 0; j < size; j += laneCount) __builtin_prefetch(first + i * stride + j, Write);
}

/** Scores at `j` of a row, those that are not seen as `hidden`. */
inline Lanes seenLanes(const float* row, int64_t j, int64_t seen, float hidden) {
  const Lanes x = Lanes::load(row + j);
  return seen - j >= laneCount ? x : keepFirst(x, seen - j, Lanes::all(hidden));
}

/** Zeros from whole lanes on. */
inline void clear(float* row, int64_t from, int64_t to) {
  for (int64_t j = from; j < to; j += laneCount) Lanes::all(0).store(row + j);
}

struct Weighed {
  float highest, total;
};

/** The scores that are seen become the weights of a softmax that is not yet divided by its total, the others zeros, in whole lanes up to `most`. */
inline Weighed weigh(float* row, int64_t seen, int64_t most) {
  Lanes top = seenLanes(row, 0, seen, -INFINITY), sum = Lanes::all(0);
  for (int64_t j = laneCount; j < seen; j += laneCount) top = greatest(top, seenLanes(row, j, seen, -INFINITY));
  const float highest = greatestOf(top);
  clear(row, roundUp(seen, laneCount), most);
  for (int64_t j = 0; j < seen; j += laneCount) {
    const Lanes weight = exponential(seenLanes(row, j, seen, -INFINITY) - Lanes::all(highest));
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
    const bool more = task + 1 < shape.batch * shape.keyHeads;
    const Heads next = {shape, (task + more) / shape.keyHeads, (task + more) % shape.keyHeads};
    for (int64_t member = 0; member < at.group(); member++)
      for (int64_t q = 0; q < shape.queries; q += stair) {
        const int64_t rows = shape.queries - q < stair ? shape.queries - q : stair;
        const int64_t most = at.seen(q + rows - 1);
        fetchRows<0>(next.query(queries, 0, member), queries.stride, q, q + rows, shape.size);
        fetchRows<1>(next.query(results, 0, member), results.stride, q, q + rows, shape.size);
        if (member == 0) {
          const int64_t end = q + rows < shape.keys ? q + rows : shape.keys;
          fetchRows<0>(next.key(keys, 0), keys.stride, q, end, shape.size);
          fetchRows<0>(next.key(values, 0), values.stride, q, end, shape.size);
        }
        multiply(rows, {at.query(queries, q, member), queries.stride, 1}, turnedKeys, shape.size, most, {scores, width, shape.scale, false});
        float inverses[stair];
        for (int64_t i = 0; i < rows; i++) {
          const Weighed found = weigh(scores + i * width, at.seen(q + i), most);
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
    const bool more = task + 1 < shape.batch * shape.keyHeads;
    const Heads next = {shape, (task + more) / shape.keyHeads, (task + more) % shape.keyHeads};
    for (int64_t member = 0; member < at.group(); member++)
      for (int64_t q = 0; q < shape.queries; q += queryBlock) {
        const int64_t rows = shape.queries - q < queryBlock ? shape.queries - q : queryBlock;
        const int64_t most = at.seen(q + rows - 1);
        const Left query = {at.query(queries, q, member), queries.stride, 1}, from = {at.query(above, q, member), above.stride, 1};
        for (int64_t s = 0; s < rows; s += stair) {
          const int64_t height = rows - s < stair ? rows - s : stair, seenHere = at.seen(q + s + height - 1);
          const int64_t start = q + s, end = start + height, endOfKeys = end < shape.keys ? end : shape.keys;
          fetchRows<0>(next.query(queries, 0, member), queries.stride, start, end, size);
          fetchRows<0>(next.query(results, 0, member), results.stride, start, end, size);
          fetchRows<0>(next.query(above, 0, member), above.stride, start, end, size);
          fetchRows<1>(next.query(gradients[0], 0, member), gradients[0].stride, start, end, size);
          if (member == 0) {
            fetchRows<0>(next.key(keys, 0), keys.stride, start, endOfKeys, size);
            fetchRows<0>(next.key(values, 0), values.stride, start, endOfKeys, size);
            fetchRows<1>(next.key(gradients[1], 0), gradients[1].stride, start, endOfKeys, size);
            fetchRows<1>(next.key(gradients[2], 0), gradients[2].stride, start, endOfKeys, size);
          }
          multiply(height, query.at(s, 0), turnedKeys, size, seenHere, {weights + s * width, width, shape.scale, false});
          multiply(height, from.at(s, 0), turnedValues, size, seenHere, {back + s * width, width, 1, false});
          for (int64_t i = s; i < s + height; i++) {
            const float* result = at.query(results, q + i, member);
            Lanes along = Lanes::all(0);
            forLanes(size, [&](int64_t j, int64_t n) { along = fma(loadUpTo(result + j, n), loadUpTo(from.data + i * from.row + j, n), along); });
            const Lanes mean = Lanes::all(sumOf(along));
            const Lanes logSum = Lanes::all(logSums[(at.sequence * shape.heads + at.head(member)) * shape.queries + q + i]);
            float *weight = weights + i * width, *gradient = back + i * width;
            const int64_t seen = at.seen(q + i);
            for (int64_t j = 0; j < seen; j += laneCount) {
              const Lanes w = exponential(seenLanes(weight, j, seen, -INFINITY) - logSum);
              w.store(weight + j);
              const Lanes found = w * (Lanes::load(gradient + j) - mean);
              (seen - j >= laneCount ? found : keepFirst(found, seen - j, Lanes::all(0))).store(gradient + j);
            }
            clear(weight, roundUp(seen, laneCount), most);
            clear(gradient, roundUp(seen, laneCount), most);
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
