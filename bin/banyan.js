#!/usr/bin/env node
// The launcher: finds a Node that is new enough, then the command line: the sources in a clone, the built files in a package.
// Plain JavaScript that any Node since 18 can read. It knows nothing of the commands.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

const wanted = [22, 16]
const sources = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const built = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const inClone = existsSync(sources)

if (capable()) {
  hideSqliteWarning()
  await import(pathToFileURL(inClone ? sources : built).href)
} else {
  const newer = installedNode()
  if (newer === undefined) {
    process.stderr.write(
      `banyan needs Node ${wanted.join('.')} or newer${inClone ? ' (24 in a clone)' : ''}; this is ${process.version}. ${hint()}\n`,
    )
    process.exit(1)
  }
  runWith(newer)
}

/** Node is new enough, and in a clone reads TypeScript. */
function capable() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const recent = major > wanted[0] || (major === wanted[0] && minor >= wanted[1])
  return recent && (!inClone || Boolean(process.features.typescript))
}

function hint() {
  return inClone ? 'Run `npm ci`, which brings Node 24 along.' : 'Install a newer Node, or add one to this project: `npm install node@24`.'
}

/** The Node of the npm package `node` (a devDependency here), when it is installed and is not the one that runs. */
function installedNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'))
    const file = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(file) && realpathSync(file) !== realpathSync(process.execPath) ? file : undefined
  } catch {
    return undefined
  }
}

/** Runs the same command with another Node, passes signals on, and ends as it ends. */
function runWith(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  // The terminal sends SIGINT to both; the child decides what to do with it.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`banyan could not start ${node}: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/** Node says once that its SQLite is experimental; Banyan knows. All other warnings stay. */
function hideSqliteWarning() {
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = (warning, ...rest) => {
    const text = typeof warning === 'string' ? warning : warning.message
    if (/SQLite is an experimental feature/.test(text)) return
    emitWarning(warning, ...rest)
  }
}
