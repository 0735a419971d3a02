// The linear layers of a Llama net, with the names and the order of rows that they have in published weights.
import type { RotaryShape } from '../../tensor/kernels.ts'
import type { Parameter } from '../../tensor/tensor.ts'
import type { LinearLayer } from '../adaptable-net.ts'
import type { CausalShape } from '../causal-net.ts'

/** By name, as the parameters come. @param pairs how the net turns its heads; published weights are made for `halves`. */
export function linearLayersOf(
  { heads, keyHeads, headSize }: CausalShape,
  pairs: RotaryShape['pairs'],
  parameters: readonly Parameter[],
): ReadonlyMap<string, LinearLayer> {
  const layers = new Map<string, LinearLayer>()
  for (const weight of parameters) {
    const [, layer, part] = /^layers\.(\d+)\.(\w+\.\w+)\.weight$/.exec(weight.name) ?? []
    if (part === undefined) continue
    const [inner, columns] = weight.shape as readonly [number, number]
    const turning = { 'attention.query': heads, 'attention.key': keyHeads }[part]
    layers.set(`layers.${layer}.${part}`, {
      inner,
      columns,
      weight,
      publishedName: `model.layers.${layer}.${publishedNames[part]}`,
      ...(turning !== undefined && pairs === 'neighbours' && { publishedRows: halvesOfNeighbours(turning, headSize) }),
    })
  }
  return layers
}

const publishedNames: Readonly<Record<string, string>> = {
  'attention.query': 'self_attn.q_proj',
  'attention.key': 'self_attn.k_proj',
  'attention.value': 'self_attn.v_proj',
  'attention.output': 'self_attn.o_proj',
  'feed.gate': 'mlp.gate_proj',
  'feed.up': 'mlp.up_proj',
  'feed.down': 'mlp.down_proj',
}

/** Numbers 2i and 2i + 1 of a head, which turn together here, are i and i + size/2 of the published head. */
function halvesOfNeighbours(heads: number, size: number): Int32Array {
  return Int32Array.from({ length: heads * size }, (_, column) => {
    const within = column % size
    return column - within + (within >> 1) + (within % 2) * (size / 2)
  })
}
