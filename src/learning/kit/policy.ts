// Policies that learning begins with, beyond the six bases: other variants of the task, and small ones for quick checks. Made once and kept, but
// for the small ones.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { BanyanError } from '../../core/errors.ts'
import { loadNet, saveNet } from '../files/net-file.ts'
import type { CausalNet } from '../nets/causal-net.ts'
import { saveTokeniser } from '../tokenisers/tokeniser-file.ts'
import type { BandName } from './bands.ts'
import { type BuildOptions, baseConfig, baseFor, basePath, openBase, trainedOnDemonstrations } from './base.ts'
import { contextLength } from './codec.ts'
import { type ProblemSizes, problemSizes } from './problems.ts'
import { wordProblemTokeniser } from './vocabulary.ts'

/** `verbose`: steps may be followed by checks, so that lengths differ. `long`: 8 to 12 clauses instead of 3 to 6. */
export type Variant = 'usual' | 'verbose' | 'long'

/** Shape and training of a net that is made in a moment. */
export interface SmallPolicy {
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Of training. */
  readonly steps: number
  /** Examples a step. Default 16. */
  readonly batch?: number
}

/** Made in two seconds by native kernels: four of five answers have their form, one in a hundred is right. For checks of mechanisms. */
export const quickPolicy: SmallPolicy = { width: 32, layers: 2, heads: 2, steps: 300 }

/** Options of `kitPolicy`. */
export interface KitPolicyOptions {
  readonly band: BandName
  /** Any; the policy is that of the seed modulo three. */
  readonly seed: number
  /** Default `usual`: the base itself. */
  readonly variant?: Variant
  /** Trains a small net instead, in this moment. It is hardly ever right. */
  readonly small?: SmallPolicy
}

/** How many clauses problems of a variant have. */
export function sizesOf(variant: Variant = 'usual'): ProblemSizes {
  return variant === 'long' ? problemSizes.long : problemSizes.usual
}

/** Tokens that a policy of a variant reads: with room for a check after each step where there are some. */
export function contextOf(variant: Variant = 'usual'): number {
  const sizes = sizesOf(variant)
  return contextLength(sizes) + (variant === 'verbose' ? 4 * sizes.most : 0)
}

/** How often a step is followed by a check. */
const checks = { usual: 0, verbose: 0.3, long: 0 } as const satisfies Record<Variant, number>

/**
 * Opens a policy, and makes it where it is not there: one to five minutes on one thread, a small one seconds.
 *
 * @throws BanyanError E_KIT_STOPPED when it was stopped before it was made; what `buildBase` and `train` throw.
 * @example
 * const net = await kitPolicy({ band: 'medium', seed: 1, variant: 'verbose' })
 */
export async function kitPolicy(
  { band, seed, variant = 'usual', small }: KitPolicyOptions,
  options: BuildOptions = {},
): Promise<CausalNet> {
  const base = baseFor(band, seed)
  if (small === undefined && variant === 'usual') return openBase(base, options)
  const config = { ...baseConfig, context: contextOf(variant) }
  const demonstrations = { ...base, sizes: sizesOf(variant), checks: checks[variant] }
  if (small !== undefined) {
    const { width, layers, heads, steps, batch = 16 } = small
    const trained = await trainedOnDemonstrations({ ...demonstrations, config: { ...config, width, layers, heads }, steps, batch }, options)
    wantWhole(options)
    return trained.net
  }
  const path = `${basePath(base)}-${variant}`
  if (existsSync(`${path}.json`)) return loadNet(path)
  const trained = await trainedOnDemonstrations({ ...demonstrations, config }, options)
  wantWhole(options)
  await mkdir(dirname(path), { recursive: true })
  saveTokeniser(wordProblemTokeniser, `${path}-words.json`)
  saveNet(trained.net, path, { tokeniser: `${basename(path)}-words.json` })
  return trained.net
}

function wantWhole({ signal }: BuildOptions): void {
  if (signal?.aborted)
    throw new BanyanError('E_KIT_STOPPED', 'the policy was not finished, because it was stopped', { hint: 'Call again to make it anew' })
}
