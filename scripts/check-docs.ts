// Every `ts` block of the README and the guide is compiled under strict types and run as a process without a network, and so is every `sh`
// block that calls `npx banyan`. How a block may say otherwise: scripts/docs/blocks.ts.
//   npm run check:docs -- --json
//   npm run check:docs -- docs/guide/budgets.md
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type RequirementName, requirement } from '../src/testing/requirements.ts'
import { type Block, BlockError, blocksOf } from './docs/blocks.ts'
import { type Program, programsOf } from './docs/programs.ts'

interface Failure {
  readonly file: string
  readonly line: number
  readonly message: string
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
})
if (values.help) {
  process.stdout.write(
    'npm run check:docs -- [--json] [FILE.md …]\n\nExits 1 when an example does not compile or does not run; says file and line.\n',
  )
  process.exit(0)
}

const root = fileURLToPath(new URL('..', import.meta.url))
const seconds = 120
const say = (line: string): void => {
  if (!values.json) process.stdout.write(`${line}\n`)
}

const failures: Failure[] = []
const blocks = (positionals.length > 0 ? positionals : documents()).flatMap(read)
const counts = { blocks: blocks.length, run: 0, typesOnly: 0, shown: 0, skipped: 0 }
counts.shown = blocks.filter(({ language, treatment }) => treatment === 'shown' && ['ts', 'sh'].includes(language)).length
const programs = [...Map.groupBy(blocks, ({ file }) => file).values()].flatMap(programsOf)
const shells = blocks.filter(isCommand)

// Inside the project, so that `banyan` is found by its own name.
const folder = mkdtempSync(join(root, '.docs-'))
try {
  for (const program of programs) writeFileSync(join(folder, program.name), program.text)
  writeFileSync(join(folder, 'vitest.config.mjs'), "export default { test: { include: ['*.test.ts'] } }")
  checkTypes()
  await inPairs([...programs.map((program) => () => runProgram(program)), ...shells.map((block) => () => runShell(block))])
} finally {
  rmSync(folder, { recursive: true, force: true })
}

failures.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line)
if (values.json) process.stdout.write(`${JSON.stringify({ ...counts, failed: failures.length, failures })}\n`)
else {
  for (const { file, line, message } of failures) say(`\n✗ ${file}:${line}\n${message}`)
  say(
    `${counts.run} run, ${counts.typesOnly} compiled only, ${counts.shown} only shown, ${counts.skipped} skipped, ${failures.length} failed`,
  )
}
process.exit(failures.length === 0 ? 0 : 1)

function documents(): string[] {
  const guide = join(root, 'docs', 'guide')
  const pages = readdirSync(guide, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))
  return ['README.md', ...pages.sort().map((name) => join('docs', 'guide', name))]
}

function read(file: string): Block[] {
  try {
    return blocksOf(relative(root, join(root, file)), readFileSync(join(root, file), 'utf8'))
  } catch (error) {
    if (!(error instanceof BlockError)) throw error
    failures.push({ file: error.file, line: error.line, message: error.message })
    return []
  }
}

function isCommand({ language, treatment, code }: Block): boolean {
  return language === 'sh' && treatment !== 'shown' && /^npx banyan /m.test(code)
}

function checkTypes(): void {
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../tsconfig.json', compilerOptions, include: ['*.ts'] }))
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const done = spawnSync(process.execPath, [compiler, '--project', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8' })
  for (const line of done.stdout.split('\n')) {
    const found = /^([^(\s]+)\((\d+),\d+\): error (.*)$/.exec(line)
    if (found === null) continue
    const program = programs.find(({ name }) => name === basename(found[1]!))
    const at = Number(found[2])
    failures.push(
      program === undefined
        ? { file: relative(root, join(folder, found[1]!)), line: at, message: found[3]! }
        : { file: program.file, line: program.lineOf(at), message: found[3]! },
    )
  }
  if (done.status !== 0 && failures.length === 0) throw new Error(`the compiler failed: ${done.stdout}${done.stderr}`)
}

async function runProgram(program: Program): Promise<void> {
  if (program.treatment === 'types') {
    counts.typesOnly++
    return
  }
  if (!hasAll(program.needs)) return
  const own = join(folder, program.name.replace(/\.ts$/, ''))
  mkdirSync(own)
  const file = join(folder, program.name)
  const offline = new URL('./docs/offline.ts', import.meta.url).href
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const command = program.test ? [vitest, 'run', '--root', folder, program.name] : ['--import', offline, file]
  const { code, output } = await ended(process.execPath, command, own)
  counts.run++
  if (code === 0) say(`✓ ${program.file}:${program.line}`)
  else failures.push({ file: program.file, line: lineIn(program, output), message: output })
}

/** The line of the document that the first stack line of the program names. */
function lineIn(program: Program, output: string): number {
  const at = output.split(program.name)[1]?.match(/^:(\d+)/)
  return at == null ? program.line : program.lineOf(Number(at[1]))
}

async function runShell(block: Block): Promise<void> {
  if (!hasAll(block.needs === undefined ? [] : [block.needs])) return
  const own = mkdtempSync(join(folder, 'sh-'))
  const launcher = `npx() { shift; "${process.execPath}" "${join(root, 'bin', 'banyan.js')}" "$@"; }`
  const { code, output } = await ended('bash', ['-euc', [launcher, block.before, block.code].join('\n')], own)
  counts.run++
  if (code === 0) say(`✓ ${block.file}:${block.line}`)
  else failures.push({ file: block.file, line: block.line, message: output })
}

function hasAll(needs: readonly string[]): boolean {
  const gaps = needs.map((name) => requirement(name as RequirementName)).filter(({ available }) => !available)
  if (gaps.length === 0) return true
  counts.skipped++
  for (const { name, reason, remedy } of gaps) say(`- skipped: ${name}: ${reason} → ${remedy}`)
  return false
}

/** Two at a time. */
async function inPairs(jobs: readonly (() => Promise<void>)[]): Promise<void> {
  const left = [...jobs]
  const work = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) await job()
  }
  await Promise.all([work(), work()])
}

/** How a process ended, and all that it wrote; it is stopped when it takes too long. */
function ended(command: string, args: readonly string[], cwd: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', BANYAN_API_KEY: '', BANYAN_BASE_URL: '' },
    })
    let output = ''
    const timer = setTimeout(() => {
      output += `\nstopped after ${seconds} s`
      child.kill('SIGKILL')
    }, seconds * 1000)
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, output: output.trim() })
    })
  })
}
