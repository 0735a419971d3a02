// Which factory makes which kind of net out of a file's configuration and parameters.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import type { CausalNet } from '../nets/causal-net.ts'
import { type GptConfig, gpt } from '../nets/gpt.ts'
import type { ParameterSource } from '../nets/parameters.ts'

/** Makes a net of one kind. @throws BanyanError for configurations and parameters that do not fit. */
export type NetKind = (config: Json, source: ParameterSource) => CausalNet

/** By name. More can be given to `loadNet`. */
export const netKinds: Readonly<Record<string, NetKind>> = {
  gpt: (config, source) => gpt(checked('gpt', gptConfig, config), source),
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

function checked<Config>(kind: string, schema: z.ZodType<Config>, config: Json): Config {
  const { success, data, error } = schema.safeParse(config)
  if (success) return data
  const [issue] = error.issues
  throw new BanyanError(
    'E_NET_CONFIG',
    `${kind}: the configuration does not fit at ${issue!.path.join('.') || 'its top'}: ${issue!.message}`,
  )
}
