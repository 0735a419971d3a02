// Kills real processes at random moments and resumes their runs until they are done; then compares with runs that were never killed.
//   npm run check:crash -- --kills 50 --json
import { fork } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { canonical, type Json, type LogEvent, Random, type Tree, treeDigest } from '../src/core/index.ts'
import { search } from '../src/core/search.ts'
import { scripted } from '../src/models/scripted.ts'
import { requirement } from '../src/testing/requirements.ts'
import { memory } from '../src/traces/memory.ts'
import { sqlite } from '../src/traces/sqlite.ts'
import { type Job, type JobKind, jobOptions } from './crash/job.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(
    'npm run check:crash -- [--kills 50] [--seed 1] [--json]\n\nKills searching processes with SIGKILL and resumes them; exits 1 when anything is lost or done twice.\n',
  )
  process.exit(0)
}

interface Report {
  kills: number
  runs: number
  hashMismatches: number
  recordedCallsRepeated: number
  callsLost: number
  irreversibleRepeated: number
  /** Commits whose result was lost by a kill: told as unknown, and not done again. */
  unknownCommits: number
}

const folder = mkdtempSync(join(tmpdir(), 'banyan-crash-'))
const database = join(folder, 'runs.db')
const wanted = Number(values.kills)
const say = (text: string): void => void process.stderr.write(`${text}\n`)

const report = emptyReport()
const kinds: readonly JobKind[] = ['search', 'commit', 'live']
let next = 0
// Two at once: a killed process mostly waits. They share the database, as processes on one machine do.
await Promise.all([lane(), lane()])
const local = requirement('local-model').available ? emptyReport() : undefined
if (local !== undefined) {
  const kills = Math.max(2, Math.ceil(wanted / 25))
  for (let run = 0; local.kills < kills; run++)
    await crashRun({ kind: 'local', runId: `local-${run}`, seed: run + 1, folder, delay: 0 }, local, kills)
  say(`local model: ${local.kills} kills, ${local.runs} runs`)
} else say('local model: not in the cache, so not checked (npx banyan models pull smollm2-135m)')
rmSync(folder, { recursive: true, force: true })

const bad = [report, local].some(
  (one) => one !== undefined && one.hashMismatches + one.recordedCallsRepeated + one.callsLost + one.irreversibleRepeated > 0,
)
const shown = { ...report, ...(local === undefined ? {} : { local }) }
process.stdout.write(
  values.json
    ? `${JSON.stringify(shown)}\n`
    : `${Object.entries(report)
        .map(([name, count]) => `${name} ${count}`)
        .join('\n')}\n`,
)
process.exit(bad ? 1 : 0)

async function lane(): Promise<void> {
  while (report.kills < wanted) {
    const run = next++
    await crashRun({ kind: kinds[run % kinds.length]!, runId: `run-${run}`, seed: run + 1, folder, delay: 30 }, report, wanted)
    say(`${report.kills} of ${wanted} kills, ${report.runs} runs`)
  }
}

function emptyReport(): Report {
  return { kills: 0, runs: 0, hashMismatches: 0, recordedCallsRepeated: 0, callsLost: 0, irreversibleRepeated: 0, unknownCommits: 0 }
}

/** One run: killed at random moments, resumed until done, then judged. */
async function crashRun(job: Job, report: Report, most: number): Promise<void> {
  const random = new Random(Number(values.seed), `check-crash ${job.runId}`)
  let before: LogEvent[] = []
  for (;;) {
    const made = journal(job).length
    const kill = report.kills < most
    const digest = await work(job, kill ? Math.floor(random.unit() * (job.kind === 'local' ? 1200 : 350)) : undefined)
    const events = await recorded(job.runId)
    report.callsLost += lost(before, events)
    report.recordedCallsRepeated += repeated(before, events, journal(job).slice(made))
    before = events
    if (digest === undefined) {
      report.kills++
      continue
    }
    report.runs++
    if (!(await sameAsUnkilled(job, digest, events))) report.hashMismatches++
    const done = journal(job).flatMap((line) => ('done' in line ? [line.done] : []))
    if (events.some((event) => event.type === 'trial-end' && event.status === 'unknown')) report.unknownCommits++
    report.irreversibleRepeated += done.length - new Set(done).size
    return
  }
}

/** Lets a process work on the run; kills it some milliseconds after it is ready. Its result, or undefined when it was killed. */
function work(job: Job, killAfter: number | undefined): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./crash/worker.ts', import.meta.url), [database, JSON.stringify(job)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Hundreds of processes load the same sources.
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
    })
    let digest: string | undefined
    let errors = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    child.on('message', (message: string | { digest: string }) => {
      if (message === 'ready' && killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfter)
      if (typeof message === 'object') digest = message.digest
    })
    child.on('exit', (code, signal) => {
      if (digest !== undefined) resolve(digest)
      else if (signal === 'SIGKILL') resolve(undefined)
      else reject(new Error(`a worker ended with code ${code}:\n${errors}`))
    })
  })
}

async function recorded(runId: string): Promise<LogEvent[]> {
  const store = sqlite(database)
  const events = [...(await store.read(runId))].map((entry) => entry.event)
  await store.close()
  return events
}

/** Events that were in the log before and are not there now. */
function lost(before: readonly LogEvent[], after: readonly LogEvent[]): number {
  return before.filter((event, index) => canonical(event as unknown as Json) !== canonical((after[index] ?? null) as unknown as Json))
    .length
}

type Line = { readonly made: { readonly prompt: string; readonly seed: number } } | { readonly done: string }

function journal(job: Job): Line[] {
  const file = join(folder, `${job.runId}.jsonl`)
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

/** Calls begun again, or really made again, although the log had their result. */
function repeated(before: readonly LogEvent[], after: readonly LogEvent[], made: readonly Line[]): number {
  const ends = before.filter((event) => event.type === 'call-end')
  const ended = new Set(ends.map((event) => `${event.trial}:${event.index}`))
  const begun = after
    .slice(before.length)
    .filter((event) => event.type === 'call-start' && ended.has(`${event.trial}:${event.index}`)).length
  const answered = canonical(ends.map((event) => event.result))
  const seeds = new Set(answered.match(/(?<=[a-d] )\d+/g))
  return begun + made.filter((line) => 'made' in line && seeds.has(String(line.made.seed))).length
}

/** Whether the tree is the one that a run without kills grows; after an unknown commit, the one before its commit. */
async function sameAsUnkilled(job: Job, digest: string, events: readonly LogEvent[]): Promise<boolean> {
  // A local model promises `log → same tree` only: the recorded prefix was compared event by event after each kill.
  if (job.kind === 'local') return (await replayed(job)) === digest
  const unknown = events.some((event) => event.type === 'trial-end' && event.status === 'unknown')
  const quiet = { ...job, delay: 0, folder: mkdtempSync(join(folder, 'quiet-')) }
  const options = jobOptions(quiet, memory())
  const digests: string[] = []
  await search({ ...options, watch: (tree) => digests.push(treeDigest(tree as Tree)) })
  return digests.at(unknown ? -2 : -1) === digest
}

/** The digest of the tree as the log alone gives it. */
async function replayed(job: Job): Promise<string> {
  const store = sqlite(database)
  const nobody = scripted({ fail: () => ({ status: 500 }) })
  const result = await search({ ...jobOptions({ ...job, folder: mkdtempSync(join(folder, 'replay-')) }, store, nobody), replayOnly: true })
  await store.close()
  return result.digest
}
