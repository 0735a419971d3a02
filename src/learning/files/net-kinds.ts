// Which factory makes which kind of net out of a file's configuration and parameters.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import { type LoraOptions, lora } from '../lora.ts'
import type { AdaptableNet } from '../nets/adaptable-net.ts'
import type { CausalNet } from '../nets/causal-net.ts'
import { type GptConfig, gpt } from '../nets/gpt.ts'
import { type LlamaConfig, llama } from '../nets/llama.ts'
import type { ParameterSource } from '../nets/parameters.ts'

/** Makes a net of one kind. @throws BanyanError for configurations and parameters that do not fit. */
export type NetKind = (config: Json, source: ParameterSource) => CausalNet

/** By name. More can be given to `loadNet`. */
export const netKinds: Readonly<Record<string, NetKind>> = {
  gpt: (config, source) => gpt(checked('gpt', gptConfig, config), source),
  llama: (config, source) => llama(checked('llama', llamaConfig, config), source),
  lora: adaptedNet,
}

/**
 * A net of a kind.
 *
 * @throws BanyanError E_NET_KIND for a kind that is not known; E_NET_CONFIG naming the field of a configuration that does not fit.
 * @example
 * const net = makeNet('gpt', { vocabulary: 135, context: 48, width: 64, layers: 2, heads: 4 }, { seed: 1 })
 */
export function makeNet(
  kind: string,
  config: Json,
  source: ParameterSource,
  kinds: Readonly<Record<string, NetKind>> = netKinds,
): CausalNet {
  if (!Object.hasOwn(kinds, kind)) throw unknownName('E_NET_KIND', 'kind of net', kind, Object.keys(kinds))
  return kinds[kind]!(config, source)
}

const size = z.int().min(1)
const gptConfig: z.ZodType<GptConfig> = z.strictObject({
  vocabulary: size,
  context: size,
  width: size,
  layers: size,
  heads: size,
  tiedHead: z.boolean().exactOptional(),
  embeddingSpread: z.number().min(0).exactOptional(),
  weightSpread: z.number().min(0).exactOptional(),
})

const llamaConfig: z.ZodType<LlamaConfig> = z.strictObject({
  vocabulary: size,
  context: size,
  width: size,
  layers: size,
  heads: size,
  keyHeads: size.exactOptional(),
  between: size,
  rotaryBase: z.number().gt(0).exactOptional(),
  rotaryPairs: z.enum(['neighbours', 'halves']).exactOptional(),
  epsilon: z.number().gt(0).exactOptional(),
  tiedHead: z.boolean().exactOptional(),
  weightSpread: z.number().min(0).exactOptional(),
})

const loraConfig: z.ZodType<LoraOptions & { readonly base: { readonly kind: string; readonly config: Json } }> = z.strictObject({
  base: z.object({ kind: z.string(), config: z.json() }),
  rank: size,
  alpha: z.number().gt(0),
  targets: z.array(z.string()).exactOptional(),
})

/** A net with adapters: those of its parameters that are named so, beside a base with all others. */
function adaptedNet(config: Json, source: ParameterSource): CausalNet {
  const { base, ...options } = checked('lora', loraConfig, config)
  const ofAdapters = ({ name }: { readonly name: string }) => name.startsWith('lora.')
  const part = (adapters: boolean): ParameterSource =>
    'seed' in source ? source : { parameters: source.parameters.filter((one) => ofAdapters(one) === adapters) }
  const net = makeNet(base.kind, base.config, part(false))
  if (!('adapted' in net))
    throw new BanyanError('E_NET_CONFIG', 'lora: the base cannot carry adapters', { seen: base.kind, wanted: 'llama' })
  return lora(net as AdaptableNet, options, part(true))
}

function checked<Config>(kind: string, schema: z.ZodType<Config>, config: Json): Config {
  const { success, data, error } = schema.safeParse(config)
  if (success) return data
  const [issue] = error.issues
  throw new BanyanError(
    'E_NET_CONFIG',
    `${kind}: the configuration does not fit at ${issue!.path.join('.') || 'its top'}: ${issue!.message}`,
  )
}
