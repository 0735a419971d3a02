// Low-rank adaptation (LoRA; Hu et al. 2021, arXiv:2106.09685): a net whose own weights stay as they are, with small trainable matrices beside
// some of its linear layers. It knows no architecture and no files; see `lora/peft-files.ts`.
import { BanyanError } from '../core/errors.ts'
import type { AdaptableNet, Adapter, LinearLayer } from './nets/adaptable-net.ts'
import type { CausalNet } from './nets/causal-net.ts'
import { type ParameterSource, parameterMaker } from './nets/parameters.ts'
import { parameter } from './tensor/tensor.ts'

/** Which layers get adapters, and how large. */
export type LoraOptions = {
  /** Numbers between the two matrices of an adapter, from 1; the paper's r. Default 8. */
  readonly rank?: number
  /** The change is scaled by alpha / rank; the paper's α. Default 2 · rank. */
  readonly alpha?: number
  /** Which linear layers: endings of their names, `attention.query` for those of all blocks, `layers.29.feed.down` for one. Default: all. */
  readonly targets?: readonly string[]
}

/** A net with adapters. Only these are trainable. It decodes, scores and is trained like any other. */
export interface LoraNet extends CausalNet {
  readonly kind: 'lora'
  /** Without the adapters. */
  readonly base: AdaptableNet
  /** By the name of the layer. */
  readonly adapters: ReadonlyMap<string, Adapter>
  readonly rank: number
  readonly alpha: number
}

/**
 * A net with adapters beside its linear layers, over the same numbers. New adapters change nothing until they are trained: `down` is normally
 * distributed with variance 1/(3 · inner), as wide as PEFT's, and `up` is zero (section 4.1).
 *
 * @param source of the adapters' numbers. Parameters are named `lora.<layer>.down` and `lora.<layer>.up`.
 * @throws BanyanError E_LORA_OPTION for a rank or alpha out of range, or a target that no layer has.
 * @throws BanyanError E_NET_PARAMETER when the given parameters are not those of these options.
 * @example
 * const net = lora(llama(config, { seed: 1 }), { rank: 8, targets: ['attention.query', 'attention.value'] }, { seed: 2 })
 * await train({ net, data: { examples }, objective: 'supervised', rate: 2e-4 }, { keepNet: false })
 */
export function lora(base: AdaptableNet, options: LoraOptions, source: ParameterSource): LoraNet {
  const { rank = 8 } = options
  const { alpha = 2 * rank, targets } = options
  if (!(Number.isInteger(rank) && rank >= 1)) throw outOfRange('the rank', rank, 'a whole number from 1')
  if (!(alpha > 0 && alpha < Number.POSITIVE_INFINITY)) throw outOfRange('alpha', alpha, 'a number above 0')
  const maker = parameterMaker('lora', source)
  const adapters = new Map<string, Adapter>()
  for (const [name, { inner, columns }] of chosenLayers(base, targets))
    adapters.set(name, {
      down: maker.make(`lora.${name}.down`, [inner, rank], 1 / Math.sqrt(3 * inner)),
      up: maker.make(`lora.${name}.up`, [rank, columns], 0),
      scale: alpha / rank,
    })
  maker.end()
  return {
    ...base.adapted(adapters),
    kind: 'lora',
    config: { base: { kind: base.kind, config: base.config }, rank, alpha, ...(targets !== undefined && { targets }) },
    base,
    adapters,
    rank,
    alpha,
  }
}

/**
 * The weights with what the adapters add, as parameters of a net of the base's kind: W + scale · down · up (section 4.1). Weights without an
 * adapter are shared with the base.
 *
 * @example
 * const plain = llama(config, { parameters: mergedParameters(net) })
 */
export function mergedParameters({ base, adapters }: LoraNet): CausalNet['parameters'] {
  const byWeight = new Map([...adapters].map(([name, adapter]) => [base.linearLayers.get(name)!.weight, adapter]))
  return base.parameters.map((weight) => {
    const adapter = byWeight.get(weight)
    return adapter === undefined ? weight : parameter(weight.name, weight.shape, { data: sumOf(weight.data, adapter) })
  })
}

function sumOf(weight: Float32Array, { down, up, scale }: Adapter): Float32Array {
  const [rank, columns] = up.shape as readonly [number, number]
  const out = new Float32Array(weight)
  for (let at = 0; at < out.length; at++) {
    const [row, column] = [Math.floor(at / columns), at % columns]
    let change = 0
    for (let i = 0; i < rank; i++) change += down.data[row * rank + i]! * up.data[i * columns + column]!
    out[at] = weight[at]! + scale * change
  }
  return out
}

function chosenLayers({ linearLayers }: AdaptableNet, targets: readonly string[] | undefined): readonly (readonly [string, LinearLayer])[] {
  const names = [...linearLayers.keys()]
  const fits = (name: string, target: string) => name === target || name.endsWith(`.${target}`)
  const useless = targets?.find((target) => !names.some((name) => fits(name, target)))
  if (useless !== undefined || targets?.length === 0)
    throw outOfRange('a target', useless ?? [], `endings of names of linear layers, such as ${names.slice(0, 7).join(', ')}`)
  return [...linearLayers].filter(([name]) => targets === undefined || targets.some((target) => fits(name, target)))
}

function outOfRange(what: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_LORA_OPTION', `lora: ${what} is out of range`, { seen, wanted })
}
