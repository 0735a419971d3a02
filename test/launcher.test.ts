// The launcher `bin/banyan.js`, in folders made for the purpose: what it runs, what it hides, and what it does under an old Node.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, it } from 'vitest'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const oldNode = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.11.0' } })"

/** A project with the launcher and the files given. */
function project(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-launcher-'))
  folders.push(folder)
  for (const [path, text] of Object.entries({ 'package.json': '{"type":"module"}', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text, { mode: 0o755 })
  }
  mkdirSync(join(folder, 'bin'))
  copyFileSync('bin/banyan.js', join(folder, 'bin', 'banyan.js'))
  return folder
}

function launch(folder: string, options: { readonly args?: string[]; readonly node?: string[] } = {}) {
  return spawnSync(process.execPath, [...(options.node ?? []), join(folder, 'bin', 'banyan.js'), ...(options.args ?? [])], {
    encoding: 'utf8',
  })
}

it('runs the sources in a clone, with the arguments, and ends as they end', () => {
  const folder = project({
    'src/cli/main.ts': 'const args: string[] = process.argv.slice(2)\nprocess.stdout.write(args.join("|"))\nprocess.exitCode = 2',
    'dist/cli/main.js': 'process.stdout.write("built")',
  })
  const done = launch(folder, { args: ['solve', 'a b'] })
  expect(done.stderr).toBe('')
  expect(done.stdout).toBe('solve|a b')
  expect(done.status).toBe(2)
})

it('runs the built files where there are no sources', () => {
  expect(launch(project({ 'dist/cli/main.js': 'process.stdout.write("built")' })).stdout).toBe('built')
})

it('hides the warning about SQLite and no other', () => {
  const folder = project({
    'src/cli/main.ts': [
      "process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning')",
      "process.emitWarning('something else', 'ExperimentalWarning')",
      "process.emitWarning(new Error('a third thing'))",
    ].join('\n'),
  })
  const { stderr } = launch(folder)
  expect(stderr).not.toContain('SQLite')
  expect(stderr).toContain('something else')
  expect(stderr).toContain('a third thing')
})

it('says in one line what an old Node needs', () => {
  const done = launch(project({ 'src/cli/main.ts': '' }), { node: ['--import', `data:text/javascript,${encodeURIComponent(oldNode)}`] })
  expect(done.status).toBe(1)
  expect(done.stderr).toMatch(/^banyan needs Node 22\.16 or newer.*npm ci.*\n$/)
})

it.skipIf(process.platform === 'win32')('hands over to the Node that the project brought along', () => {
  const folder = project({
    'src/cli/main.ts': '',
    'node_modules/node/package.json': '{"name":"node","version":"24.0.0"}',
    'node_modules/node/bin/node': '#!/bin/sh\necho "handed over: $2 $3"\nexit 3\n',
  })
  const done = launch(folder, { args: ['runs', 'list'], node: ['--import', `data:text/javascript,${encodeURIComponent(oldNode)}`] })
  expect(done.stdout).toBe('handed over: runs list\n')
  expect(done.status).toBe(3)
})
