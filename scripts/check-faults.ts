// Brings about faults around real processes, and judges what they make of them: servers that misbehave, full disks, damaged files, clocks
// that jump, memory that ends, signals at every stage. Each case has a time limit; a process that outlives it counts as hung.
//   npm run check:faults -- --json
//   npm run check:faults -- --only signal
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type FaultCase, HungError } from './faults/case.ts'
import { clockCases } from './faults/clock-cases.ts'
import { databaseCases } from './faults/database-cases.ts'
import { diskCases } from './faults/disk-cases.ts'
import { memoryCases } from './faults/memory-cases.ts'
import { modelServer } from './faults/model-server.ts'
import { serverCases } from './faults/server-cases.ts'
import { signalCases } from './faults/signal-cases.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(
    'npm run check:faults -- [--json] [--only TEXT] [--jobs 3]\n\nExits 1 when a case goes otherwise than expected, or a process hangs. --only: cases whose names hold the text.\n',
  )
  process.exit(0)
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)
const server = await modelServer()
const folder = mkdtempSync(join(tmpdir(), 'banyan-faults-'))
const all: readonly FaultCase[] = [
  ...serverCases(server),
  ...diskCases(),
  ...databaseCases(),
  ...clockCases(),
  ...memoryCases(),
  ...signalCases(),
].filter(({ name }) => name.includes(values.only))

const failures: { readonly case: string; readonly expected: string; readonly seen: string }[] = []
const skipped: string[] = []
let hung = 0
let next = 0
let done = 0

async function worker(): Promise<void> {
  for (let place = next++; place < all.length; place = next++) {
    const { name, expects, skip, run } = all[place]!
    if (skip !== undefined) {
      skipped.push(`${name}: ${skip}`)
      say(`skipped  ${name}: ${skip}`)
      continue
    }
    const own = join(folder, String(place))
    mkdirSync(own)
    const began = performance.now()
    done++
    try {
      await run(own)
      say(`ok       ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`)
    } catch (error) {
      if (error instanceof HungError) hung++
      const seen = error instanceof Error ? error.message : String(error)
      failures.push({ case: name, expected: expects, seen })
      say(`${error instanceof HungError ? 'HUNG' : 'FAILED'}   ${name}\n  expected ${expects}\n  ${seen.replaceAll('\n', '\n  ')}`)
    }
  }
}

try {
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, worker))
} finally {
  server.close()
  rmSync(folder, { recursive: true, force: true })
}
const failed = failures.length - hung
const report = { cases: done, failed, hung, skipped, failures }
process.stdout.write(
  values.json ? `${JSON.stringify(report)}\n` : `${done} cases, ${failed} failed, ${hung} hung, ${skipped.length} skipped\n`,
)
process.exitCode = failures.length > 0 ? 1 : 0
