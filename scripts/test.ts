// The test command: format and lint, types, dead code, then all tests that this machine can run. It ends with what could not be run
// and the line that would allow it; with BANYAN_REQUIRE_ALL=1 such a gap is a failure.
// The last line is always `N passed, N failed, N skipped`: tests, and each check as one more.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Requirement, requirementsFileVariable } from '../src/testing/requirements.ts'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** What vitest's JSON report says that we use. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

const root = fileURLToPath(new URL('..', import.meta.url))
const requireAll = process.env.BANYAN_REQUIRE_ALL === '1'
const env = { ...process.env, PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH }
const print = (line: string) => process.stdout.write(`${line}\n`)

process.exitCode = main(process.argv.slice(2))

function main(filters: readonly string[]): number {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
  check(counts, 'format and lint', 'lint')
  check(counts, 'types', 'types')
  check(counts, 'dead code', 'knip')

  const directory = mkdtempSync(join(tmpdir(), 'banyan-test-'))
  try {
    const { skippedFiles, gaps } = runTests(counts, filters, directory)
    printGaps(counts, gaps, skippedFiles)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  print(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  return counts.failed === 0 ? 0 : 1
}

/** Runs one script of package.json; its output is shown only when it complains. */
function check(counts: Counts, title: string, script: string): void {
  const start = performance.now()
  const done = spawnSync('npm', ['run', '--silent', script], { cwd: root, env, encoding: 'utf8', shell: process.platform === 'win32' })
  const passed = done.status === 0
  counts[passed ? 'passed' : 'failed']++
  print(`${passed ? '✓' : '✗'} ${title} (npm run ${script}, ${seconds(start)})`)
  if (!passed) print([done.error?.message, done.stdout, done.stderr].filter(Boolean).join('\n').trimEnd())
}

function runTests(counts: Counts, filters: readonly string[], directory: string): { skippedFiles: string[]; gaps: Requirement[] } {
  const start = performance.now()
  const reportFile = join(directory, 'report.json')
  const gapsFile = join(directory, 'gaps.jsonl')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`, ...filters]
  const done = spawnSync('vitest', args, {
    cwd: root,
    env: { ...env, [requirementsFileVariable]: gapsFile },
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  const before = counts.failed
  const skippedFiles = new Map<string, number>()
  if (existsSync(reportFile)) {
    for (const file of (JSON.parse(readFileSync(reportFile, 'utf8')) as Report).testResults) {
      const name = relative(root, file.name)
      // A file that cannot be loaded has no tests and one failure.
      if (file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')) counts.failed++
      for (const { status } of file.assertionResults) {
        if (status === 'passed') counts.passed++
        else if (status === 'failed') counts.failed++
        else {
          counts.skipped++
          skippedFiles.set(name, (skippedFiles.get(name) ?? 0) + 1)
        }
      }
    }
  }
  // Failures outside of any test (an unhandled rejection, a crashed worker) show in the exit code alone.
  if (done.status !== 0 && counts.failed === before) counts.failed++
  print(`${counts.failed === before ? '✓' : '✗'} tests (vitest, ${seconds(start)})`)
  return { skippedFiles: [...skippedFiles].map(([name, count]) => `${name} (${count})`), gaps: readGaps(gapsFile) }
}

function readGaps(file: string): Requirement[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  const gaps = lines.map((line) => JSON.parse(line) as Requirement)
  return [...new Map(gaps.map((gap) => [gap.name, gap])).values()]
}

/** Says what was not run, and why. Where everything is required, each reason counts as a failure. */
function printGaps(counts: Counts, gaps: readonly Requirement[], skippedFiles: readonly string[]): void {
  if (gaps.length === 0 && skippedFiles.length === 0) {
    print('Nothing was left out.')
    return
  }
  print('\nNot run on this machine:')
  for (const gap of gaps) print(`  ${gap.name}: ${gap.reason} → ${gap.remedy}`)
  if (skippedFiles.length > 0) print(`  skipped tests: ${skippedFiles.join(', ')}`)
  if (requireAll) {
    counts.failed += Math.max(1, gaps.length)
    print('BANYAN_REQUIRE_ALL=1: each of these is a failure.')
  }
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}
