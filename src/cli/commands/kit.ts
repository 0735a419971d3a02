// `banyan kit`: the small nets that learning starts from; made on this machine, measured on fixed problems, kept in the cache.
import { existsSync } from 'node:fs'
import { BanyanError } from '../../core/errors.ts'
import { loadNet, readNetConfiguration } from '../../learning/files/net-file.ts'
import { type BandName, bandNamed, bandNames, bands, isInside, type Rate } from '../../learning/kit/bands.ts'
import { type Base, type BuiltBase, basePath, baseSeeds, buildBase } from '../../learning/kit/base.ts'
import { type Measurement, measurePolicy } from '../../learning/kit/measure.ts'
import { untilInterrupted } from '../interrupt.ts'
import { print, printJson, remark } from '../output.ts'
import { readWhole } from '../read-values.ts'
import { progress } from '../render/progress.ts'
import { table } from '../render/table.ts'
import { json } from '../shared-arguments.ts'
import { verb, verbs } from '../verb.ts'

const which = {
  band: { type: 'string', description: `${bandNames.join(' or ')}; default both`, valueHint: 'name' },
  seed: { type: 'string', description: `${baseSeeds.join(', ')}; default all`, valueHint: 'n' },
} as const

/** A base as it is reported. */
interface Reported extends Base {
  readonly state: 'inside' | 'outside' | 'missing'
  readonly path: string
  /** SHA-256 of the weights' file. */
  readonly sha256?: string
  readonly measured?: Measurement
}

const build = verb({
  name: 'build',
  summary: 'make the bases that are not there, about two minutes each; fails where one is outside of its band',
  args: { ...which, again: { type: 'boolean', description: 'make them anew where they are there' }, json },
  examples: ['banyan kit build', 'banyan kit build --band hard --seed 1', 'banyan kit build --again --json'],
  async run(values) {
    const bases = chosen(values)
    using interrupt = untilInterrupted()
    const reported: Reported[] = []
    for (const base of bases) {
      if (interrupt.signal.aborted) break
      const built = await made(base, values.again, interrupt.signal)
      if (built === undefined) break
      reported.push(await looked(base, interrupt.signal, built.measured))
    }
    report(reported, values.json)
  },
})

const show = verb({
  name: 'show',
  summary: 'measure the bases that are there on the fixed held-out problems',
  args: { ...which, json },
  examples: ['banyan kit show', 'banyan kit show --band medium --json'],
  async run(values) {
    const bases = chosen(values)
    using interrupt = untilInterrupted()
    const reported: Reported[] = []
    for (const base of bases) {
      if (interrupt.signal.aborted) break
      reported.push(await looked(base, interrupt.signal))
    }
    report(reported, values.json)
    if (reported.some(({ state }) => state === 'missing')) remark('npx banyan kit build makes what is missing')
  },
})

export const kit = verbs('kit', 'small nets that learning starts from: make them, measure them', { build, show }, [
  'banyan kit build',
  'banyan kit show',
])

/** Undefined when it was interrupted. */
async function made(base: Base, again: boolean, signal: AbortSignal): Promise<BuiltBase | undefined> {
  const title = `${base.band} ${base.seed}`
  let line: ReturnType<typeof progress> | undefined
  try {
    return await buildBase(base, {
      again,
      signal,
      progress({ step, steps, loss, tokensPerSecond }) {
        line ??= progress({ title, total: steps, unit: 'steps' })
        line.update(step, `loss ${loss.toFixed(3)}, ${Math.round(tokensPerSecond)} tokens/s`)
      },
    })
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  } finally {
    line?.end()
  }
}

/** A base, measured now where it is not known already. */
async function looked(base: Base, signal: AbortSignal, known?: Measurement): Promise<Reported> {
  const path = basePath(base)
  if (!existsSync(`${path}.json`)) return { ...base, state: 'missing', path }
  if (known === undefined) remark(`${base.band} ${base.seed}: measuring`)
  const { sha256 } = readNetConfiguration(path).weights
  const measured = known ?? (await measurePolicy(loadNet(path), { signal }))
  return { ...base, state: isInside(base.band, measured) ? 'inside' : 'outside', path, sha256, measured }
}

function report(bases: readonly Reported[], asJson: boolean): void {
  if (bases.some(({ state }) => state === 'outside')) process.exitCode = 1
  if (asJson) {
    printJson({ bases, bands: Object.fromEntries(bandNames.map((name) => [name, bands[name].wanted])) })
    return
  }
  print(
    table(
      ['band', 'seed', 'state', 'greedy', 'pass@1', 'pass@4', 'pass@16', 'majority', 'sha256'],
      bases.map(({ band, seed, state, measured, sha256 }) => [
        ...[band, String(seed), state],
        ...(['greedy', 'pass1', 'pass4', 'pass16', 'majority'] as const).map((rate) => measured?.[rate].toFixed(3)),
        sha256?.slice(0, 12),
      ]),
    ),
  )
  for (const name of new Set(bases.map(({ band }) => band))) print(`${name}: ${wantedText(name)}`)
}

function wantedText(name: BandName): string {
  const names: Record<Rate, string> = { greedy: 'greedy', pass1: 'pass@1', pass16: 'pass@16' }
  return Object.entries(bands[name].wanted)
    .map(([rate, [least, most]]) => `${names[rate as Rate]} ${least} to ${most}`)
    .join(', ')
}

function chosen(values: { readonly band: string | undefined; readonly seed: string | undefined }): Base[] {
  const seed = readWhole('--seed', values.seed, 0)
  if (seed !== undefined && !(baseSeeds as readonly number[]).includes(seed))
    throw new BanyanError('E_CLI_ARGUMENT', 'there is no base of this seed', { seen: seed, wanted: baseSeeds.join(', ') })
  return (values.band === undefined ? bandNames : [bandNamed(values.band)]).flatMap((band) =>
    (seed === undefined ? baseSeeds : [seed]).map((one) => ({ band, seed: one })),
  )
}
