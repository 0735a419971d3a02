// A net on the disk: `<name>.safetensors` with its weights, and `<name>.json` with its kind, its configuration, the digest of the weights and
// the name of its tokeniser's file. Damaged files, and weights that are not those of the configuration, are refused.
import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import type { CausalNet } from '../nets/causal-net.ts'
import { type PairwiseHead, pairwiseHead } from '../nets/pairwise-head.ts'
import type { ScalarHead } from '../nets/scalar-head.ts'
import { valueHead } from '../nets/value-head.ts'
import { type Parameter, parameter } from '../tensor/tensor.ts'
import { makeNet, type NetKind } from './net-kinds.ts'
import { readText } from './read-text.ts'
import { replaceFile } from './replace-file.ts'
import { openTensors, type WrittenTensors, writeTensors } from './safetensors.ts'

/** What stands in `<name>.json`. */
export interface NetConfiguration {
  readonly format: 'banyan-net-1'
  readonly kind: string
  readonly config: Json
  /** Numbers that are trained. */
  readonly parameters: number
  readonly weights: WrittenTensors
  /** Name of the tokeniser's file, in the same folder, and its digest. */
  readonly tokeniser?: { readonly file: string; readonly sha256: string } | undefined
  /** Configurations of heads whose parameters lie with those of the net. */
  readonly heads?: HeadConfigurations | undefined
}

/** Heads that are kept with a net. */
export interface Heads {
  readonly value?: ScalarHead
  readonly pairwise?: PairwiseHead
}

/** Options of `saveNet`. */
export interface SaveNetOptions {
  /** Name of the tokeniser's file, which lies in the same folder already. */
  readonly tokeniser?: string
  /** Default: none. */
  readonly heads?: Heads
}

/** Options of `loadNet`. */
export interface LoadNetOptions {
  /** Factories for further kinds. Default: `gpt`. */
  readonly kinds?: Readonly<Record<string, NetKind>>
}

/**
 * Writes a net, each of its two files whole or not at all.
 *
 * @param path with or without an ending: `out/base`, `out/base.safetensors` and `out/base.json` mean the same net.
 * @throws BanyanError E_FILE_WRITE when the system cannot write; E_FILE_READ when the tokeniser's file is not there.
 * @example
 * saveNet(net, 'out/base', { tokeniser: 'words.json' })
 */
export function saveNet(net: CausalNet, path: string, { tokeniser, heads = {} }: SaveNetOptions = {}): NetConfiguration {
  const base = baseOf(path)
  if (tokeniser !== undefined && tokeniser !== basename(tokeniser))
    throw new BanyanError('E_NET_FILE', 'the tokeniser lies in another folder', {
      seen: tokeniser,
      wanted: 'the name of a file beside the net',
    })
  const described = tokeniser === undefined ? undefined : { file: tokeniser, sha256: sha256Of(join(dirname(base), tokeniser)) }
  const given: readonly ScalarHead[] = Object.values(heads)
  const parameters = [...net.parameters, ...given.flatMap((head) => head.parameters)]
  const weights = writeTensors(`${base}.safetensors`, parameters, { format: 'banyan-net-1', kind: net.kind })
  const configuration: NetConfiguration = {
    format: 'banyan-net-1',
    kind: net.kind,
    config: net.config,
    parameters: parameters.reduce((sum, { data }) => sum + data.length, 0),
    weights,
    ...(described !== undefined && { tokeniser: described }),
    ...(given.length > 0 && { heads: headConfigurationsOf(heads) }),
  }
  replaceFile(`${base}.json`, (write) => write(Buffer.from(`${JSON.stringify(configuration, null, 2)}\n`)))
  return configuration
}

/**
 * Reads a net.
 *
 * @param path with or without an ending, as for `saveNet`.
 * @throws BanyanError E_FILE_READ when a file is missing; E_NET_FILE when the configuration is none, or its digest is not that of the weights;
 * E_TENSOR_FILE_DAMAGED for weights that are damaged; E_NET_KIND, E_NET_CONFIG for kinds and sizes that cannot be; E_NET_PARAMETER naming the
 * tensor, what was seen and what is wanted, for weights of another shape.
 * @example
 * const net = loadNet('out/base')
 */
export function loadNet(path: string, options: LoadNetOptions = {}): CausalNet {
  return loadNetWithHeads(path, options).net
}

/**
 * Reads a net with the heads that were saved with it.
 * @throws BanyanError as `loadNet` does.
 * @example
 * const { net, heads } = loadNetWithHeads('out/prm')
 * const values = scorer(net).score(sequences, { head: heads.value })
 */
export function loadNetWithHeads(path: string, { kinds }: LoadNetOptions = {}): { readonly net: CausalNet; readonly heads: Heads } {
  const base = baseOf(path)
  const { kind, config, weights, heads = {} } = readNetConfiguration(path)
  using file = openTensors(`${base}.safetensors`)
  const sha256 = file.sha256()
  if (sha256 !== weights.sha256)
    throw new BanyanError('E_NET_FILE', `${base}.safetensors does not belong to ${basename(base)}.json: its digest is another`, {
      seen: sha256,
      wanted: weights.sha256,
      hint: 'One of them was changed, or a save was cut off between the two; save the net again',
    })
  const parameters = [...file.tensors.values()].map(({ name, shape }) => parameter(name, shape, { data: file.read(name) }))
  const ofHead = ({ name }: Parameter) => Object.keys(heads).some((head) => name.startsWith(`${head}.`))
  return {
    net: makeNet(kind, config, { parameters: parameters.filter((one) => !ofHead(one)) }, kinds),
    heads: headsOf(heads, parameters.filter(ofHead)),
  }
}

/** What makes heads again beside their parameters. */
export type HeadConfigurations = z.infer<typeof headsSchema>

/** The configurations of heads. */
export function headConfigurationsOf(heads: Heads): HeadConfigurations {
  return Object.fromEntries(Object.entries(heads).map(([name, { config }]) => [name, config]))
}

/**
 * Heads of their configurations and parameters, which are named after them.
 * @throws BanyanError E_NET_PARAMETER for parameters that are not those of these heads.
 */
export function headsOf({ value, pairwise }: HeadConfigurations, parameters: readonly Parameter[]): Heads {
  const of = (head: string) => ({ parameters: parameters.filter(({ name }) => name.startsWith(`${head}.`)) })
  return {
    ...(value !== undefined && { value: valueHead(value, of('value')) }),
    ...(pairwise !== undefined && { pairwise: pairwiseHead(pairwise, of('pairwise')) }),
  }
}

/**
 * The configuration beside the weights, checked.
 * @throws BanyanError E_FILE_READ when it is missing; E_NET_FILE when it is none.
 */
export function readNetConfiguration(path: string): NetConfiguration {
  const file = `${baseOf(path)}.json`
  const { success, data, error } = schema.safeParse(readJson(file))
  if (success) return data
  const [issue] = error.issues
  throw new BanyanError('E_NET_FILE', `${file} is not the configuration of a net: ${issue!.path.join('.') || 'it'}: ${issue!.message}`)
}

/**
 * Where the tokeniser of a net lies; undefined when its configuration names none.
 * @throws BanyanError E_FILE_READ when it is not there; E_NET_FILE when it was changed since the net was saved.
 */
export function tokeniserPathOf(path: string): string | undefined {
  const { tokeniser } = readNetConfiguration(path)
  if (tokeniser === undefined) return undefined
  const file = join(dirname(baseOf(path)), tokeniser.file)
  const sha256 = sha256Of(file)
  if (sha256 === tokeniser.sha256) return file
  throw new BanyanError('E_NET_FILE', `${file} is not the tokeniser that the net was saved with: its digest is another`, {
    seen: sha256,
    wanted: tokeniser.sha256,
  })
}

const headSizes = { width: z.int().min(1), between: z.int().min(0).exactOptional() }
/** Configurations of heads as they stand in files. */
export const headsSchema = z.strictObject({
  value: z.object({ ...headSizes, bound: z.enum(['sigmoid', 'tanh']) }).exactOptional(),
  pairwise: z.object(headSizes).exactOptional(),
})
const digest = z.string().regex(/^[0-9a-f]{64}$/)
const schema = z.object({
  format: z.literal('banyan-net-1'),
  kind: z.string(),
  config: z.json(),
  parameters: z.int().min(0),
  weights: z.object({ bytes: z.int().min(0), sha256: digest }),
  tokeniser: z
    .object({
      file: z.string().refine((name) => name === basename(name), 'wanted the name of a file beside the net'),
      sha256: digest,
    })
    .optional(),
  heads: headsSchema.optional(),
})

function baseOf(path: string): string {
  return path.replace(/\.(safetensors|json)$/, '')
}

function sha256Of(path: string): string {
  return createHash('sha256').update(readText(path)).digest('hex')
}

function readJson(path: string): unknown {
  const text = readText(path)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new BanyanError('E_NET_FILE', `${path} is not the configuration of a net: it is no JSON`, {
      seen: text.slice(0, 40),
      cause: error,
    })
  }
}
