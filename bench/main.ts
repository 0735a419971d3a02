// Measures how fast the engine is, beside its peers where they can be run, and says whether the targets are met.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { unknownName } from '../src/core/names.ts'
import { entries } from './entries.ts'
import type { Entry, Need, Peer } from './entry.ts'
import { measureApart } from './measure.ts'
import { figure, missedTargets, type Result, readTargets } from './targets.ts'

const help = `npm run bench -- [--only name,…] [--runs 5] [--json] [--targets file] [--require-peers] [--list]

Measures the engine. Each figure is the median of --runs repetitions in a process of its own; a ratio above 1 says how many times
better it is than the peer, which is measured in the same run, PyTorch in turns. Progress goes to stderr.

  --only            entries, or groups of them: connect-four or connect-four/rollout. PyTorch (5 GB to install) is a peer, and targets
                    beside it are judged, only then
  --runs            repetitions of each (default 5)
  --json            prints { machine, results: [{ name, value, unit, peer?, ratio? }] } and nothing else
  --targets         a file of wanted figures; exits 1 and names those that were missed
  --require-peers   exits 1 when a peer cannot be run here; otherwise it is skipped with a line
  --list            prints the names of the entries

  npm run bench -- --only mcts,replay --runs 3
  npm run bench -- --json --require-peers --targets bench/targets.json
`

process.exitCode = await main()

async function main(): Promise<number> {
  let options: ReturnType<typeof read>
  try {
    options = read()
  } catch (error) {
    say(`${(error as Error).message}\nnpm run bench -- --help`)
    return 2
  }
  const { chosen, targets, runs, json, requirePeers } = options
  if (options.help || options.list) {
    process.stdout.write(options.help ? help : `${entries.map(({ name }) => name).join('\n')}\n`)
    return 0
  }
  const results: Result[] = []
  const failures: string[] = []
  for (const entry of chosen) {
    const result = await measured(entry, runs, requirePeers, failures)
    if (result === undefined) continue
    results.push(result)
    say(line(result))
  }
  const machine = machineName()
  process.stdout.write(
    json ? `${JSON.stringify({ machine, results })}\n` : `${machine}\n${results.map((result) => `  ${line(result)}\n`).join('')}`,
  )
  failures.push(...(targets === undefined ? [] : missedTargets(targets, chosen, results)))
  for (const name of Object.keys(targets ?? {}))
    if (!entries.some((entry) => entry.name === name)) failures.push(`${name}: there is no such entry`)
  const alone = chosen.filter(({ name, peer }) => peer === undefined && targets?.[name]?.ratio !== undefined)
  if (alone.length > 0)
    say(`ratios not judged, since their peer is measured with --only alone: ${alone.map(({ name }) => name).join(', ')}`)
  for (const failure of failures) say(`missed: ${failure}`)
  return failures.length > 0 ? 1 : 0
}

function read() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      runs: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
      targets: { type: 'string' },
      'require-peers': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs: seen ${values.runs}, wanted a whole number from 1`)
  const targets = values.targets === undefined ? undefined : readTargets(values.targets)
  const only = values.only?.split(',').map((name) => name.trim())
  for (const name of only ?? []) requireName(name)
  const chosen =
    only === undefined ? entries.map(withoutLargePeer) : entries.filter(({ name }) => only.some((wanted) => belongs(name, wanted)))
  return { chosen, targets, runs, json: values.json, requirePeers: values['require-peers'], list: values.list, help: values.help }
}

/** The medians of an entry and its peer; undefined when the machine lacks what the entry needs, which `--targets` then calls a miss. */
async function measured(entry: Entry, runs: number, requirePeers: boolean, failures: string[]): Promise<Result | undefined> {
  const { name, unit, peer } = entry
  const lacking = await missing(entry.needs)
  if (lacking !== undefined) {
    say(`${name}: skipped, ${lacking}`)
    return undefined
  }
  say(`${name} …`)
  const own = measureApart(entry, Math.min(runs, entry.mostRepetitions ?? runs))
  let beside = peer === undefined ? undefined : figuresOf(peer, runs)
  const figures: number[] = []
  const peerFigures: number[] = []
  const without = (error: Error) => {
    beside = undefined
    const skipped = `${name}: ${peer!.name} could not be run: ${error.message}`
    if (requirePeers) failures.push(skipped)
    else say(skipped)
  }
  try {
    // Both in turns, so that other work on the machine slows both.
    for await (const figure of own) {
      figures.push(figure)
      await beside?.next().then(({ done, value }) => done || peerFigures.push(value), without)
    }
  } catch (error) {
    failures.push(`${name}: ${(error as Error).message}`)
    return undefined
  } finally {
    await beside?.return(undefined).catch(without)
  }
  const value = median(figures)
  if (beside === undefined) return { name, value, unit }
  const peerValue = median(peerFigures)
  const ratio = entry.better === 'higher' ? value / peerValue : peerValue / value
  return { name, value, unit, peer: { name: peer!.name, value: peerValue }, ratio }
}

/** The figures of a peer, each when it is asked for. */
async function* figuresOf(peer: Peer, runs: number): AsyncGenerator<number> {
  const lacking = await missing(peer.needs)
  if (lacking !== undefined) throw new Error(lacking)
  yield* await peer.measure(Math.min(runs, peer.mostRepetitions ?? runs))
}

/** The entry as it is measured where all are: a peer of gigabytes is left out. */
function withoutLargePeer({ peer, ...entry }: Entry): Entry {
  return peer === undefined || peer.onlyByName === true ? entry : { ...entry, peer }
}

async function missing(needs: readonly Need[] = []): Promise<string | undefined> {
  for (const need of needs) {
    const why = await need.missing()
    if (why !== undefined) return `no ${need.name}: ${why}`
  }
  return undefined
}

function requireName(wanted: string): void {
  if (!entries.some(({ name }) => belongs(name, wanted)))
    throw unknownName(
      'E_BENCH_ENTRY',
      'entry',
      wanted,
      entries.map(({ name }) => name),
    )
}

function belongs(name: string, wanted: string): boolean {
  return name === wanted || name.startsWith(`${wanted}/`)
}

function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b)
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2
}

function machineName(): string {
  const processors = cpus()
  return `${processors.length} × ${processors[0]?.model.trim()}, ${process.platform} ${process.arch}, Node ${process.versions.node}`
}

function line({ name, value, unit, peer, ratio }: Result): string {
  const beside = peer === undefined ? '' : `, ${figure(ratio!)} times ${peer.name} (${figure(peer.value)})`
  return `${name}: ${figure(value)} ${unit}${beside}`
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
