// Fuzz: every parser of what models, users, servers and files bring, with inputs that are nearly right and nowhere near it. A parser may refuse
// with a BanyanError; nothing else may be thrown, and no input may take over a second.
//   npm run check:fuzz -- --runs 1000000 --json
//   npm run check:fuzz -- --target "writing rules" --runs 10000 --seed 7
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Json } from '../src/core/common.ts'
import { keep, type Regression } from './fuzz/corpus.ts'
import { targets } from './fuzz/targets/index.ts'
import type { Job, Report } from './fuzz/worker.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    target: { type: 'string' },
    workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(
    `npm run check:fuzz -- [--runs 100000] [--seed N] [--target NAME] [--workers 2] [--keep] [--json]\n\n--keep adds inputs that failed to the corpus. Exits 1 when one did.\nTargets: ${targets.map(({ name }) => name).join(', ')}\n`,
  )
  process.exit(0)
}

/** Wall time without a new input after which a target hangs; far above the second that is checked, for machines that are busy. */
const patience = 20_000
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target)
const weights = chosen.reduce((sum, { weight }) => sum + weight, 0)
const jobs: Job[] = chosen.map(({ name, weight }) => ({ target: name, seed, runs: Math.ceil((Number(values.runs) * weight) / weights) }))
if (jobs.length === 0) {
  process.stderr.write(`there is no target ${values.target}; see --help\n`)
  process.exit(2)
}

const start = performance.now()
let inputs = 0
let hung = 0
const failures: (Regression & { readonly message: string; readonly path?: string | undefined })[] = []
const left = [...jobs]
await Promise.all(Array.from({ length: Number(values.workers) }, work))

if (values.keep) keep(failures.map(({ target, input, seed: by }) => ({ target, input, seed: by })))
const seconds = Math.round((performance.now() - start) / 100) / 10
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ seed, targets: jobs.length, inputs, failed: failures.length, hung, seconds, failures: failures.map((failure) => ({ ...failure, input: shown(failure.input) })) })}\n`,
  )
} else {
  for (const { target, message, input, path } of failures) {
    process.stdout.write(`\n✗ ${target}${path === undefined ? '' : ` (seed ${seed}, path ${path})`}\n${shown(input)}\n${message}\n`)
  }
  process.stdout.write(`seed ${seed}: ${inputs} inputs, ${jobs.length} targets, ${failures.length} failed, ${hung} hung, ${seconds} s\n`)
}
process.exit(failures.length === 0 ? 0 : 1)

async function work(): Promise<void> {
  for (let job = left.shift(); job !== undefined; job = left.shift()) {
    const { report, begun } = await inThread(job)
    inputs += report?.tried ?? begun
    if (report === undefined) {
      hung++
      const found = await inThread({ ...job, runs: begun, only: begun - 1 })
      failures.push({ target: job.target, seed, input: found.report?.input ?? null, message: 'it hangs' })
    } else if (report.failure !== undefined) failures.push({ target: job.target, seed, ...report.failure })
    if (!values.json)
      process.stdout.write(
        `${report?.failure === undefined && report !== undefined ? '✓' : '✗'} ${job.target}: ${report?.tried ?? begun}\n`,
      )
  }
}

/** A target in a thread; without a report where it hung. */
function inThread(job: Job): Promise<{ readonly report?: Report; readonly begun: number }> {
  return new Promise((resolve, reject) => {
    const tried = new Int32Array(new SharedArrayBuffer(4))
    const worker = new Worker(new URL('./fuzz/worker.ts', import.meta.url), { workerData: { jobs: [job], tried } })
    let seen = -1
    let since = performance.now()
    const watch = setInterval(() => {
      const now = Atomics.load(tried, 0)
      if (now !== seen) since = performance.now()
      seen = now
      if (now > 0 && performance.now() - since > patience) end()
    }, 500)
    const end = (report?: Report): void => {
      clearInterval(watch)
      void worker.terminate()
      resolve({ ...(report === undefined ? {} : { report }), begun: Atomics.load(tried, 0) })
    }
    worker.on('message', end)
    worker.on('error', (error) => {
      clearInterval(watch)
      reject(error)
    })
  })
}

function shown(input: Json): string {
  const text = JSON.stringify(input) ?? 'undefined'
  return text.length > 600 ? `${text.slice(0, 600)}… (${text.length} characters)` : text
}
