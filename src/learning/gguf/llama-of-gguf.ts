// A Llama net out of a GGUF file: its sizes from the metadata, its weights turned to [in, out]. The numbers lie in memory that threads can
// share, so that a training in a thread needs no copy of them. It knows no tokens.
import type { AdaptableNet } from '../nets/adaptable-net.ts'
import { llama } from '../nets/llama.ts'
import { parameter } from '../tensor/tensor.ts'
import { llamaConfigOf, tensorNames, tensorOf } from './llama-file.ts'
import type { GgufFile } from './open-gguf.ts'

/**
 * @throws BanyanError E_GGUF_ARCHITECTURE for a net that is not a plain Llama; E_GGUF_METADATA, E_GGUF_TENSOR and E_GGUF_TYPE for what is
 * missing or does not fit; E_NET_CONFIG for sizes that are not possible.
 */
export function llamaOfGguf(file: GgufFile): AdaptableNet {
  const config = llamaConfigOf(file)
  const parameters = tensorNames(file, config).map(([name, stored]) => {
    const { dimensions, elements } = tensorOf(file, stored)
    const data = new Float32Array(new SharedArrayBuffer(4 * elements))
    // The file's first dimension changes fastest: a weight [in, out] there is out rows of in numbers.
    const [columns, rows] = [dimensions[0]!, dimensions[1] ?? 1]
    const turn = dimensions.length === 2 && name !== 'tokens.weight'
    if (turn) turnInto(file.read(stored), rows, columns, data)
    else file.read(stored, data)
    return parameter(name, dimensions.length === 1 ? [columns] : turn ? [columns, rows] : [rows, columns], { data })
  })
  return llama(config, { parameters })
}

/** [rows, columns] to [columns, rows], in squares that stay in the cache. */
function turnInto(from: Float32Array, rows: number, columns: number, to: Float32Array): void {
  for (let top = 0; top < rows; top += square)
    for (let left = 0; left < columns; left += square)
      for (let row = top; row < Math.min(rows, top + square); row++)
        for (let column = left; column < Math.min(columns, left + square); column++) to[column * rows + row] = from[row * columns + column]!
}

const square = 32
