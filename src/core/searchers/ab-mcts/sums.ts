// How many values there were, their sum and the sum of their squares, by number: all that the posteriors of AB-MCTS need to know of scores.

/** Sums of values by a whole number from 0 on: a node, or a place in a list. Grows as it is needed. */
export class Sums {
  count = new Float64Array(64)
  sum = new Float64Array(64)
  squares = new Float64Array(64)

  add(at: number, value: number): void {
    if (at >= this.count.length) this.#grow(at)
    this.count[at]!++
    this.sum[at]! += value
    this.squares[at]! += value * value
  }

  /** Number of values; 0 where none was added. */
  counted(at: number): number {
    return this.count[at] ?? 0
  }

  /** Sum of squared distances from the mean, at least 0. */
  spread(at: number): number {
    const count = this.counted(at)
    return count < 2 ? 0 : Math.max(0, this.squares[at]! - this.sum[at]! ** 2 / count)
  }

  #grow(at: number): void {
    const length = Math.max(at + 1, 2 * this.count.length)
    this.count = longer(this.count, length)
    this.sum = longer(this.sum, length)
    this.squares = longer(this.squares, length)
  }
}

function longer(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const result = new Float64Array(length)
  result.set(values)
  return result
}
