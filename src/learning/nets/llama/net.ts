// A Llama net over its parts, whatever its linear layers are made of: the way through it over a tape, and without one. It knows no files and no
// random numbers.
import { gatedSilu } from '../../tensor/operations/activation.ts'
import { reshape } from '../../tensor/operations/arrange.ts'
import { attention } from '../../tensor/operations/attention.ts'
import { rmsNorm } from '../../tensor/operations/norm.ts'
import { gatherRows } from '../../tensor/operations/rows.ts'
import type { Parameter } from '../../tensor/tensor.ts'
import type { CausalNet, CausalShape } from '../causal-net.ts'
import type { LlamaConfig } from '../llama.ts'
import { wantSequences } from '../sequences.ts'
import { workspace } from '../workspace.ts'
import { angles, turned } from './angles.ts'
import { type Dense, dense, denseRows } from './dense.ts'

export interface Block<Layer> {
  readonly mixNorm: Parameter
  readonly query: Layer
  readonly key: Layer
  readonly value: Layer
  readonly output: Layer
  readonly feedNorm: Parameter
  readonly gate: Layer
  readonly up: Layer
  readonly down: Layer
}

export interface Parts {
  readonly tokenTable: Parameter
  readonly blocks: readonly Block<Dense>[]
  readonly last: Parameter
  readonly head: Dense
}

export function netOf(config: LlamaConfig, shape: CausalShape, parts: Parts, parameters: readonly Parameter[]): CausalNet {
  const { tokenTable, blocks, last, head } = parts
  const { width, heads, keyHeads, headSize: size } = shape
  const { between, rotaryBase = 10000, rotaryPairs: pairs = 'neighbours', epsilon = 1e-5 } = config
  const turning = angles(size, rotaryBase)
  const arrays = workspace()
  const { floats } = arrays
  const keyWidth = keyHeads * size

  return {
    kind: 'llama',
    config: { ...config },
    shape,
    parameters,

    hidden(tape, tokens, batch) {
      const length = wantSequences('llama', shape, tokens, batch)
      const rows = batch * length
      const turns = tape.take(rows * size)
      const positions = Int32Array.from({ length: rows }, (_, row) => row % length)
      turning.at(tape.kernels, positions, rows, turns)
      let x = gatherRows(tape, tokenTable, tokens)
      for (const { mixNorm, query, key, value, output, feedNorm, gate, up, down } of blocks) {
        const mixed = rmsNorm(tape, x, mixNorm, { epsilon })
        const queries = turned(tape, dense(tape, mixed, query), turns, heads, size, pairs)
        const keys = turned(tape, dense(tape, mixed, key), turns, keyHeads, size, pairs)
        const values = dense(tape, mixed, value)
        const seen = attention(
          tape,
          reshape(tape, queries, [batch, length, width]),
          reshape(tape, keys, [batch, length, keyWidth]),
          reshape(tape, values, [batch, length, keyWidth]),
          { heads, keyHeads, causal: true },
        )
        x = dense(tape, reshape(tape, seen, [rows, width]), output, x)
        const fed = rmsNorm(tape, x, feedNorm, { epsilon })
        x = dense(tape, gatedSilu(tape, dense(tape, fed, gate), dense(tape, fed, up)), down, x)
      }
      return rmsNorm(tape, x, last, { epsilon })
    },

    logits: (tape, hidden) => dense(tape, hidden, head),

    decode(kernels, { count: rows, tokens, positions }, attend, result) {
      const take = (name: string, numbers: number) => floats(name, rows * numbers)
      // Each of the two products that write to the residual stream reads one of these and writes the other.
      const [x, y] = [take('x', width), take('y', width)]
      const [normed, seen, inverses] = [take('normed', width), take('seen', width), take('inverses', 1)]
      const [queries, keys, values] = [take('queries', width), take('keys', keyWidth), take('values', keyWidth)]
      const [turnedQueries, turnedKeys] = [take('turned queries', width), take('turned keys', keyWidth)]
      const mixed = take('mixed', width + 2 * keyWidth)
      const [gated, wide] = [take('gated', between), take('wide', between)]
      const turns = take('turns', size)
      turning.at(kernels, positions, rows, turns)
      const turn = (from: Float32Array, count: number, to: Float32Array) =>
        kernels.rotary({ rows, heads: count, size, pairs, inverse: false }, from, turns, to, false)
      const place = (from: Float32Array, columns: number, offset: number) =>
        kernels.copy(
          {
            ...{ shape: [rows, columns], fromOffset: 0, fromStrides: [columns, 1], scale: 1, accumulate: false },
            ...{ toOffset: offset, toStrides: [width + 2 * keyWidth, 1] },
          },
          from,
          mixed,
        )
      kernels.gatherRows(width, tokenTable.data, tokens.subarray(0, rows), undefined, x)
      blocks.forEach(({ mixNorm, query, key, value, output, feedNorm, gate, up, down }, layer) => {
        kernels.rmsNorm(rows, width, x, mixNorm.data, epsilon, normed, inverses)
        denseRows(kernels, rows, normed, query, queries, arrays)
        denseRows(kernels, rows, normed, key, keys, arrays)
        denseRows(kernels, rows, normed, value, values, arrays)
        turn(queries, heads, turnedQueries)
        turn(keys, keyHeads, turnedKeys)
        place(turnedQueries, width, 0)
        place(turnedKeys, keyWidth, width)
        place(values, keyWidth, width + keyWidth)
        attend(layer, mixed, seen)
        denseRows(kernels, rows, seen, output, y, arrays, x)
        kernels.rmsNorm(rows, width, y, feedNorm.data, epsilon, normed, inverses)
        denseRows(kernels, rows, normed, gate, gated, arrays)
        denseRows(kernels, rows, normed, up, wide, arrays)
        kernels.gatedSilu(rows * between, gated, wide, gated)
        denseRows(kernels, rows, gated, down, x, arrays, y)
      })
      kernels.rmsNorm(rows, width, x, last.data, epsilon, result, inverses)
    },

    decodeLogits: (kernels, rows, hidden, out) => denseRows(kernels, rows, hidden, head, out, arrays),
  }
}
