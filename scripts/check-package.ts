// Packs the package, installs it into fresh projects under the oldest and the newest Node that it supports, and uses it there.
//   npm run check:package -- --json
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { requirement } from '../src/testing/requirements.ts'
import { blocksOf } from './docs/blocks.ts'
import { checkEdge } from './package/edge.ts'
import { importName, type Manifest, publicModules } from './package/manifest.ts'
import { output, run } from './package/run.ts'
import { importAll, library, required, training, typed, typescriptProject } from './package/uses.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } })
if (values.help) {
  process.stdout.write('npm run check:package -- [--json]\n\nExits 1 when the packed package does not install or does not work.\n')
  process.exit(0)
}

const root = fileURLToPath(new URL('..', import.meta.url))
const modulesOfRoot = join(root, 'node_modules')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
const names = publicModules(manifest).map((module) => importName(manifest, module))
/** The oldest that `engines` allows, and the one of development. */
const nodes = ['22.16.0', '24']
const folder = mkdtempSync(join(tmpdir(), 'banyan-package-'))

const failures: { readonly check: string; readonly message: string }[] = []
let checks = 0
let skipped = 0

try {
  const tarball = await packed()
  if (tarball !== undefined) await inspect(tarball)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
if (values.json) process.stdout.write(`${JSON.stringify({ checks, failed: failures.length, skipped, failures })}\n`)
else process.stdout.write(`${checks} checks, ${failures.length} failed, ${skipped} skipped\n`)
process.exit(failures.length === 0 ? 0 : 1)

/** Runs one check; whatever it throws is its failure. */
async function check<Result>(name: string, work: () => Promise<Result> | Result): Promise<Result | undefined> {
  checks++
  try {
    const result = await work()
    if (!values.json) process.stdout.write(`✓ ${name}\n`)
    return result
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    failures.push({ check: name, message })
    if (!values.json) process.stdout.write(`✗ ${name}\n${message}\n`)
    return undefined
  }
}

/** `npm pack`, in a copy of the project so that its package.json stays as it is. */
async function packed(): Promise<string | undefined> {
  const copy = join(folder, 'copy')
  mkdirSync(copy)
  const all = ['package.json', 'tsconfig.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'bin', 'scripts', 'src']
  for (const name of all.filter((one) => existsSync(join(root, one)))) cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(modulesOfRoot, join(copy, 'node_modules'))
  const before = readFileSync(join(copy, 'package.json'), 'utf8')
  return check('npm pack builds, packs, and leaves package.json as it was', async () => {
    await output('npm', ['pack', '--pack-destination', folder], { cwd: copy, env: withBin(modulesOfRoot) })
    if (readFileSync(join(copy, 'package.json'), 'utf8') !== before) throw new Error('package.json is another one now')
    return join(folder, `${manifest.name}-${manifest.version}.tgz`)
  })
}

async function inspect(tarball: string): Promise<void> {
  await check('the package holds what it should: no sources, no tests, no install script', async () => {
    const files = (await output('tar', ['-tzf', tarball], { cwd: folder })).trim().split('\n')
    const wrong = files.filter((file) => /(?<!\.d)\.ts$|\.test\.|\/(src|scripts|test|node_modules)\//.test(file))
    const missing = ['README.md', 'LICENSE', 'bin/banyan.js', 'dist/index.d.ts'].filter((file) => !files.includes(`package/${file}`))
    if (wrong.length + missing.length > 0) throw new Error(`not wanted: ${wrong.slice(0, 10)}; missing: ${missing}`)
    const own = JSON.parse(await output('tar', ['-xzOf', tarball, 'package/package.json'], { cwd: folder })) as Manifest
    if ('scripts' in own) throw new Error('it has scripts')
  })
  await check('publint', async () => {
    const pack = { tarball: new Uint8Array(readFileSync(tarball)).buffer }
    const { messages, pkg } = await publint({ pack, strict: true })
    if (messages.length > 0) throw new Error(messages.map((message) => formatMessage(message, pkg, { color: false })).join('\n'))
  })
  await check('attw', () =>
    output('npm', ['run', '--silent', 'attw', '--', tarball, '--no-color'], { cwd: root, env: withBin(modulesOfRoot) }),
  )
  for (const version of nodes) await useUnder(version, tarball)
  await compile(tarball)
}

/** A fresh project with the Node of that version and the package. */
async function useUnder(version: string, tarball: string): Promise<void> {
  const project = join(folder, `node-${version}`)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'fresh', private: true, type: 'module' }))
  const env = withBin(join(project, 'node_modules'))
  const put = (name: string, text: string): void => writeFileSync(join(project, name), text)
  const installed = await check(`Node ${version}: npm install`, async () => {
    await output('npm', ['install', '--no-audit', '--no-fund', `node@${version}`, tarball], { cwd: project })
    return (await output('node', ['--version'], { cwd: project, env })).trim()
  })
  if (installed === undefined) return
  const loadable = names.filter((name) => !name.endsWith('/testing'))
  const uses = [
    ['a search with a store, and its recorded result', 'library.js', library],
    ['a training in a thread', 'training.js', training],
    ['every subpath loads', 'import-all.js', importAll(loadable)],
    ['require', 'required.cjs', required],
  ] as const
  for (const [name, file, text] of uses) {
    put(file, text)
    await check(`Node ${installed}: ${name}`, () => output('node', [file], { cwd: project, env }))
  }
  await check(`Node ${installed}: the peer that is missing is named`, async () => {
    put('peer.js', "import { localModel } from 'banyan/models/local'\nawait localModel({ model: 'x.gguf' })")
    const { code, stderr } = await run('node', ['peer.js'], { cwd: project, env })
    if (code === 0 || !/E_PEER_MISSING|E_MODEL_FILE/.test(stderr)) throw new Error(stderr)
  })
  await check(`Node ${installed}: npx banyan`, async () => {
    const help = await output('npx', ['--no-install', 'banyan', '--help'], { cwd: project, env })
    if (!help.includes('solve')) throw new Error(help)
    const task = ['--environment', 'game24', '--task', '{"numbers":[4,9,10,13]}', '--proposer', 'uniform', '--json']
    const { solved } = JSON.parse(
      await output('npx', ['--no-install', 'banyan', 'solve', ...task, '--budget', 'expansions=300'], { cwd: project, env }),
    )
    if (solved !== true) throw new Error('it did not solve')
  })
  await checkReadme(installed, project, env)
  if (version === nodes.at(-1)) await check('the root import bundles for the edge and runs there', () => checkEdge(project))
}

/** The README's ten lines, with the local model beside them as a user has it. */
async function checkReadme(installed: string, project: string, env: Readonly<Record<string, string>>): Promise<void> {
  const model = requirement('local-model')
  if (!model.available) {
    skipped++
    if (!values.json) process.stdout.write(`- the README's ten lines: ${model.reason} → ${model.remedy}\n`)
    return
  }
  await check(`Node ${installed}: the README's ten lines`, async () => {
    const block = blocksOf('README.md', readFileSync(join(root, 'README.md'), 'utf8')).find(({ language }) => language === 'ts')
    if (block === undefined) throw new Error('the README has no ts block')
    link(project, 'node-llama-cpp')
    writeFileSync(join(project, 'ten-lines.js'), `${block.before}\n${block.code}`)
    await output('node', ['ten-lines.js'], { cwd: project, env })
  })
}

/** TypeScript projects with every subpath, for both ways of resolving; the optional peers are there, as types of ours name theirs. */
async function compile(tarball: string): Promise<void> {
  const project = join(folder, 'typescript')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'typed', private: true, type: 'module' }))
  writeFileSync(join(project, 'typed.ts'), typed(names))
  await check('TypeScript: npm install', () => output('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: project }))
  for (const peer of ['node-llama-cpp', 'vitest', 'fast-check', '@types/node']) link(project, peer)
  for (const resolution of ['nodenext', 'bundler'] as const) {
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(typescriptProject(resolution)))
    await check(`TypeScript: every subpath compiles, ${resolution}`, async () => {
      const compiler = join(modulesOfRoot, 'typescript', 'bin', 'tsc')
      const { code, stdout, stderr } = await run(process.execPath, [compiler, '--pretty', 'false'], { cwd: project })
      const errors = stdout.split('\n').filter((line) => /: error TS/.test(line))
      if (code !== 0 && errors.length === 0) throw new Error(stdout + stderr)
      // Declarations of other packages have mistakes of their own.
      const ours = errors.filter((line) => !/node_modules\/(?!banyan\/)/.test(line))
      if (ours.length > 0) throw new Error(ours.join('\n'))
    })
  }
}

/** A package of ours in a fresh project, to spare its download. */
function link(project: string, name: string): void {
  const at = join(project, 'node_modules', name)
  mkdirSync(join(at, '..'), { recursive: true })
  if (!existsSync(at)) symlinkSync(join(modulesOfRoot, name), at)
}

function withBin(modules: string): { PATH: string } {
  return { PATH: `${join(modules, '.bin')}:${process.env.PATH}` }
}
