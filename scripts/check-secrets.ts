// Plants canary keys in environment, headers, addresses and the errors of providers, lets real processes meet a server that repeats all of them, and
// looks for them in everything that is written: database, write-ahead log, exports, outputs, error stacks.
//   npm run check:secrets -- --json
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { banyan, type Ended, type ProcessOptions, start, startNode } from './faults/process.ts'
import { canaries, canariesBelow, canariesIn } from './secrets/canaries.ts'
import { carelessServer, manners } from './secrets/careless-server.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } })
if (values.help) {
  process.stdout.write(
    'npm run check:secrets -- [--json]\n\nExits 1 when a planted key is found in a file or an output, and says which and where.\n',
  )
  process.exit(0)
}

const found: { readonly canary: string; readonly where: string }[] = []
let looked = 0
const root = mkdtempSync(join(tmpdir(), 'banyan-secrets-'))
const server = await carelessServer()
const say = (text: string): void => void process.stderr.write(`${text}\n`)

function look(where: string, text: string): void {
  looked++
  for (const canary of canariesIn(text)) found.push({ canary, where })
}

/** Runs a command, and looks at what it says. */
async function seen(where: string, ended: Promise<Ended>): Promise<Ended> {
  const end = await ended
  look(`${where}: stdout`, end.stdout)
  look(`${where}: stderr`, end.stderr)
  return end
}

const environment = {
  BANYAN_API_KEY: canaries['environment key'],
  OTHER_SERVICE_TOKEN: canaries['environment token'],
  // Stacks of errors are printed too.
  BANYAN_DEBUG: '1',
}
const solve = 'solve Which? --searcher best-of-n --set n=2 --proposer whole --budget calls=3 --run-id run --model m'.split(' ')

/** Ways of the server whose runs are looked at by every command. */
const shownWhole: readonly string[] = ['answers', '401', '500']

/** One way of the server, met by the command line; then everything that shows the run. */
async function commandLine(manner: string): Promise<void> {
  const folder = join(root, `cli-${manner}`)
  mkdirSync(folder)
  const address = `${server.origin}/${manner}/v1`
  const options: ProcessOptions = {
    folder,
    environment: { ...environment, BANYAN_BASE_URL: `${address}?api_key=${canaries['address query']}` },
  }
  writeFileSync(join(folder, 'banyan.config.json'), JSON.stringify({ models: { m: { baseUrl: address, attempts: 2 } } }))
  await seen(`${manner}: solve`, banyan(solve, options))
  await seen(`${manner}: solve --json`, banyan([...solve.with(-3, 'json'), '--json'], options))
  await seen(`${manner}: resume`, banyan(['resume', 'run', '--json'], options))
  const all = [
    ['list'],
    ['show', 'run'],
    ['tree', 'run'],
    ['replay', 'run'],
    ['export', 'run', '--format', 'svg'],
    ['export', 'run', '-o', 'run.json'],
  ]
  const views = shownWhole.includes(manner) ? [...all, ['export', 'run']] : [['export', 'run']]
  for (const args of views) await seen(`${manner}: runs ${args.join(' ')}`, banyan(['runs', ...args], options))
}

/** A comparison keeps its runs in a file of its own. */
async function comparison(): Promise<void> {
  const folder = join(root, 'compare')
  mkdirSync(folder)
  writeFileSync(join(folder, 'tasks.jsonl'), '{"id":"1","task":{"prompt":"Which?","answerBy":{"kind":"text"}},"reference":"oak"}\n')
  for (const manner of ['answers', '401', '500']) {
    const args = [
      'compare',
      '--environment',
      'reasoning',
      '--tasks',
      'tasks.jsonl',
      '--arms',
      'greedy',
      '--proposers',
      'whole',
      '--budget',
      'calls=1',
    ]
    const more = ['--model', 'm', '--base-url', `${server.origin}/${manner}/v1`, '--keep-runs', '--json']
    await seen(`compare: ${manner}`, banyan([...args, ...more], { folder, environment }))
  }
}

/** Addresses with secrets in them, good and bad. */
async function addresses(): Promise<void> {
  const folder = join(root, 'addresses')
  mkdirSync(folder)
  const { host } = new URL(server.origin)
  const query = `api_key=${canaries['address query']}`
  const password = canaries['address password']
  for (const address of [
    `${server.origin}/500/v1?${query}`,
    `http://me:${password}@${host}/401/v1`,
    `htp://me:${password}@${host}/v1`,
    `//me:${password}@${host}?${query}`,
  ]) {
    for (const args of [
      ['--model', 'm', '--base-url', address],
      ['--model', 'm', '--base-url', address, '--dry-run', '--json'],
    ])
      await seen(
        `address ${new URL(server.origin).protocol}`,
        banyan(['solve', 'Which?', '--proposer', 'whole', '--searcher', 'greedy', '--budget', 'calls=1', ...args], { folder, environment }),
      )
    writeFileSync(join(folder, 'banyan.config.json'), JSON.stringify({ models: { mine: { baseUrl: address, attempts: 1 } } }))
    for (const args of [
      ['solve', 'Which?', '--model', 'mine', '--proposer', 'whole', '--searcher', 'greedy', '--budget', 'calls=1'],
      ['models', 'list'],
      ['doctor'],
    ])
      await seen(`configured address: ${args[0]}`, banyan(args, { folder, environment }))
    rmSync(join(folder, 'banyan.config.json'))
  }
}

/** A process that is killed leaves its write-ahead log behind. */
async function writeAheadLog(): Promise<void> {
  const folder = join(root, 'killed')
  mkdirSync(folder)
  const args = [
    ...'solve Which? --searcher best-of-n --set n=null --proposer whole --budget calls=2000 --run-id run'.split(' '),
    '--model',
    'm',
  ]
  const started = start([...args, '--base-url', `${server.origin}/answers/v1`], { folder, environment })
  await started.says('trial 1:')
  await wait(300)
  cpSync(join(folder, '.banyan'), join(folder, 'while-it-runs'), { recursive: true })
  started.process.kill('SIGKILL')
  await seen('killed: solve', started.ended)
}

/** The library, with keys that stand in no environment variable. */
async function library(manner: string): Promise<void> {
  const folder = join(root, `library-${manner}`)
  mkdirSync(folder)
  const script = fileURLToPath(new URL('./secrets/library.ts', import.meta.url))
  await seen(`library: ${manner}`, startNode([script, server.origin, manner], { folder, environment }).ended)
}

try {
  for (const manner of manners) {
    await Promise.all([commandLine(manner), library(manner)])
    say(`${manner}: ${looked} outputs, ${found.length} keys found`)
  }
  await Promise.all([comparison(), addresses(), writeAheadLog()])
  for (const { file, canary } of canariesBelow(root)) {
    // The project's own configuration was written by this check.
    if (!file.endsWith('banyan.config.json')) found.push({ canary, where: file.slice(root.length + 1) })
  }
  for (const headers of server.stray) look('a redirect to another origin', headers)
} finally {
  server.close()
  rmSync(root, { recursive: true, force: true })
}

const report = { canaries: Object.keys(canaries).length, outputs: looked, found: found.length, where: found }
for (const { canary, where } of found) say(`FOUND the ${canary} in ${where}`)
process.stdout.write(
  values.json ? `${JSON.stringify(report)}\n` : `${report.canaries} canaries, ${looked} outputs and all files: ${found.length} found\n`,
)
process.exitCode = found.length > 0 ? 1 : 0
