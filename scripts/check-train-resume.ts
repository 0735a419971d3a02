// Kills real training processes at random moments and resumes them until they are done; then compares the weights with those of a training
// that was never stopped. Ctrl-C is tried too: it must keep a checkpoint.
//   npm run check:train-resume -- --json
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Random } from '../src/core/random.ts'
import { availableInstructions } from '../src/learning/tensor/open-kernels.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(
    'npm run check:train-resume -- [--kills 10] [--seed 1] [--json]\n\nKills `banyan train` with SIGKILL and resumes it; exits 1 when weights differ from those of a training that ran through.\n',
  )
  process.exit(0)
}

const folder = mkdtempSync(join(tmpdir(), 'banyan-train-resume-'))
const banyan = fileURLToPath(new URL('../bin/banyan.js', import.meta.url))
const wanted = Number(values.kills)
const random = new Random(Number(values.seed), 'check-train-resume')
// The reference kernels need a hundred times as long.
const steps = availableInstructions().length > 0 ? 1500 : 40
const say = (text: string): void => void process.stderr.write(`${text}\n`)

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly result: { readonly ended: string; readonly digest: string; readonly seconds: number; readonly steps: number } | undefined
  readonly errors: string
}

const report = { kills: 0, digests: 0, failed: 0, runs: 0, killedWithCheckpoint: 0, interrupted: 0 }
const digests = new Set<string>()
const data = writeRows()
try {
  const whole = await ended(training('whole', false))
  finished(whole)
  const length = 1000 * (whole.result?.seconds ?? 1)
  for (let run = 0; report.kills < wanted && report.failed === 0; run++) await killedRun(`killed-${run}`, length)
  await interruptedRun('interrupted')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
report.digests = digests.size
process.stdout.write(
  values.json
    ? `${JSON.stringify(report)}\n`
    : `${Object.entries(report)
        .map(([name, count]) => `${name} ${count}`)
        .join('\n')}\n`,
)
process.exitCode = report.failed === 0 && digests.size === 1 && report.kills >= wanted ? 0 : 1

/** Kills a training again and again, and lets it run through at last. */
async function killedRun(name: string, length: number): Promise<void> {
  for (;;) {
    const child = training(name, true)
    const kill = report.kills < wanted
    // Some kills come while the process still starts; a training takes several of the others.
    const timer = kill ? setTimeout(() => child.kill('SIGKILL'), 200 + random.unit() * length) : undefined
    const end = await ended(child)
    clearTimeout(timer)
    if (end.signal !== 'SIGKILL') return finished(end)
    report.kills++
    if (existsSync(join(folder, name, 'checkpoint.safetensors'))) report.killedWithCheckpoint++
    say(`${report.kills} of ${wanted} kills`)
  }
}

/** Ctrl-C: ends with 130 and a checkpoint, from which the training goes on. */
async function interruptedRun(name: string): Promise<void> {
  const child = training(name, true)
  child.stderr?.once('data', () => child.kill('SIGINT'))
  const end = await ended(child)
  const kept = existsSync(join(folder, name, 'checkpoint.safetensors'))
  if (end.code !== 130 || end.result?.ended !== 'aborted' || !kept) {
    report.failed++
    say(`Ctrl-C: ended with ${end.code}, ${end.result?.ended}, ${kept ? 'with' : 'without'} a checkpoint\n${end.errors}`)
    return
  }
  report.interrupted++
  finished(await ended(training(name, true)))
}

function finished({ code, result, errors }: Ended): void {
  report.runs++
  if (code === 0 && result?.ended === 'limit' && result.steps === steps) digests.add(result.digest)
  else {
    report.failed++
    say(`a training ended with ${code}:\n${errors}`)
  }
}

function training(name: string, resume: boolean): ChildProcess {
  const args = ['train', '--data', data, '--tokeniser', 'words', '--width', '32', '--context', '8', '--steps', String(steps), '--seed', '3']
  const options = ['--out', join(folder, name), '--checkpoint-every', '7', '--json', ...(resume ? ['--resume'] : [])]
  return spawn(process.execPath, [banyan, ...args, ...options], { stdio: ['ignore', 'pipe', 'pipe'] })
}

function ended(child: ChildProcess): Promise<Ended> {
  let output = ''
  let errors = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  return new Promise((resolve) =>
    child.on('close', (code, signal) =>
      resolve({ code, signal, errors, result: code === 0 || code === 130 ? JSON.parse(output) : undefined }),
    ),
  )
}

/** Additions of numbers below twenty. */
function writeRows(): string {
  const rows = Array.from({ length: 400 }, (_, i) => {
    const [a, b] = [i % 20, Math.floor(i / 20)]
    const source = { runId: 'additions', node: i, task: `${a} + ${b}` }
    return { row: 'verified', source, prompt: `${a} + ${b} =`, steps: [String(a + b)], answer: String(a + b) }
  })
  const path = join(folder, 'rows.jsonl')
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'))
  return path
}
