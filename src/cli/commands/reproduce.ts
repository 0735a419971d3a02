// `banyan reproduce`: a system against its paper's baselines at equal budget, with intervals and verdicts.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BanyanError } from '../../core/errors.ts'
import { type Scale, scales } from '../../experiments/experiment.ts'
import { systemPage } from '../../experiments/reproduction/page.ts'
import { reproduce as reproduceSystem } from '../../experiments/reproduction/reproduce.ts'
import type { Reproduction } from '../../experiments/reproduction/results.ts'
import { systemNamed, systemNames } from '../catalogue.ts'
import { untilInterrupted } from '../interrupt.ts'
import { print, printJson, remark } from '../output.ts'
import { readSeeds, readWhole } from '../read-values.ts'
import { progress } from '../render/progress.ts'
import { claimLines } from '../render/reproduction.ts'
import { table } from '../render/table.ts'
import { runApart } from '../reproduction-process.ts'
import { json } from '../shared-arguments.ts'
import { type Values, verb } from '../verb.ts'
import { version } from '../version.ts'

const args = {
  slug: { type: 'positional', description: systemNames.join(', '), required: true },
  scale: {
    type: 'string',
    description: 'smoke: the mechanism, in seconds; standard: the verdict, in minutes. Default standard',
    valueHint: 'name',
  },
  seeds: { type: 'string', description: 'as in 1,2,3 or 1-5; default: those of the experiment', valueHint: 'n,…' },
  jobs: { type: 'string', description: 'processes at once; default 2', valueHint: 'n' },
  out: { type: 'string', description: 'where everything is kept; default .banyan/reproductions/<system>/<scale>', valueHint: 'folder' },
  fresh: { type: 'boolean', description: 'run everything anew, also what is there from before' },
  json,
} as const

export const reproduce = verb({
  name: 'reproduce',
  summary: "run a system against its paper's baselines at equal budget",
  args,
  examples: ['banyan reproduce ets', 'banyan reproduce ets --seeds 11-15 --jobs 2 --json', 'banyan reproduce ets --scale smoke'],
  run: runReproduce,
})

async function runReproduce(values: Values<typeof args>): Promise<void> {
  const { slug } = values
  const system = await systemNamed(slug)
  const scale = scaleOf(values.scale)
  const seeds = readSeeds(values.seeds)
  const jobs = readWhole('--jobs', values.jobs, 1) ?? 2
  const folder = values.out ?? join('.banyan', 'reproductions', slug, scale)
  using interrupt = untilInterrupted()
  let line: ReturnType<typeof progress> | undefined
  const result = await reproduceSystem({
    ...{ system, scale, folder, jobs, fresh: values.fresh, signal: interrupt.signal },
    ...(seeds !== undefined && { seeds }),
    versions: { banyan: version(), node: process.versions.node },
    run: (cell, options) => runApart({ slug, scale, folder, cell }, options),
    progress({ done, total, reused, note }) {
      line ??= progress({ title: slug, total, unit: 'cells' })
      line.update(done, reused > 0 ? `${note}; ${reused} known from before` : note)
    },
  })
  line?.end()
  if (result === undefined) return remark('not finished; the same command goes on where it stopped')
  keep(
    folder,
    result,
    systemPage({ card: system.card, figures: system.experiment.figures ?? [], result, command: commandOf(slug, scale, result.seeds) }),
  )
  if (values.json) return printJson(result)
  report(result, folder)
}

function scaleOf(text: string | undefined): Scale {
  const found = scales.find((scale) => scale === (text ?? 'standard'))
  if (found !== undefined) return found
  throw new BanyanError('E_CLI_ARGUMENT', 'there is no such scale', { seen: text, wanted: scales.join(' or ') })
}

function commandOf(slug: string, scale: Scale, seeds: readonly number[]): string {
  return `npx banyan reproduce ${slug}${scale === 'standard' ? '' : ` --scale ${scale}`} --seeds ${seeds.join(',')}`
}

function keep(folder: string, result: Reproduction, page: ReadonlyMap<string, string>): void {
  for (const [name, text] of [['result.json', `${JSON.stringify(result, undefined, 2)}\n`] as const, ...page]) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

function report({ claims, arms, verdict, seconds, seeds, scale }: Reproduction, folder: string): void {
  const metrics = [...new Set(arms.flatMap((arm) => Object.keys(arm.metrics)))]
  const units = [...new Set(arms.flatMap(({ spent }) => Object.keys(spent)))]
  const number = (value: number | null | undefined) => (value == null ? '' : String(Number(value.toPrecision(4))))
  const rows = arms.map((arm) => [
    arm.name,
    ...metrics.map((metric) => number(arm.metrics[metric]?.mean)),
    ...units.map((unit) => number(arm.spent[unit])),
  ])
  print(table(['arm', ...metrics, ...units], rows, { width: process.stdout.columns ?? 160 }))
  print('')
  for (const text of claims.flatMap(claimLines)) print(text)
  print(`\n${verdict}; ${scale}, seeds ${seeds.join(', ')}, ${Math.round(seconds)} processor seconds. Kept in ${folder}`)
}
