// The public interface as files: docs/api holds, for every public subpath, what it exports and what that refers to, as the compiler declares it.
// A change of the interface changes a file there, so that a pull request shows it.
//   npm run check:api               exits 1 when docs/api is not what the sources say, or a public name has no line of documentation
//   npm run check:api -- --update   writes it
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Declared, declarations } from './api/declarations.ts'
import { undocumented } from './api/documented.ts'
import { importName, type Manifest, publicModules } from './package/manifest.ts'

const { values } = parseArgs({
  options: {
    update: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(
    'npm run check:api -- [--update] [--json]\n\nExits 1 when docs/api is not what the sources say, or a public name is not documented; --update writes docs/api.\n',
  )
  process.exit(0)
}

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'docs', 'api')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
// The root last: what it passes on from other subpaths is only named there.
const modules = publicModules(manifest).toSorted((a, b) => Number(a.subpath === '.') - Number(b.subpath === '.'))

const emitted = mkdtempSync(join(tmpdir(), 'banyan-api-'))
const reports = new Map<string, string>()
/** Public names by the source that declares them. */
const declared = new Map<string, string[]>()
try {
  emit()
  const known = declarations((file) => {
    const path = join(emitted, file)
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined
  })
  /** Public declarations by file and name, with the name under which they are imported. */
  const owners = new Map<string, string>()
  for (const module of modules) {
    const name = importName(manifest, module)
    const exported = [...known.exportsOf(module.source.replace('src/', '').replace(/\.ts$/, '.d.ts'))].sort(([a], [b]) => (a < b ? -1 : 1))
    const own = exported.filter(([, declared]) => !owners.has(key(declared)))
    const passed = exported.filter(([, declared]) => owners.has(key(declared)))
    for (const [, one] of own) {
      owners.set(key(one), name)
      const source = join('src', one.file.replace(/\.d\.ts$/, '.ts'))
      declared.set(source, [...(declared.get(source) ?? []), one.name])
    }
    const behind = closure(own.map(([, declared]) => declared))
    reports.set(fileOf(name), report(name, own, passed, behind))
  }

  function closure(start: readonly Declared[]): Declared[] {
    const found = new Map<string, Declared>()
    const open = [...start]
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      for (const next of known.referredBy(one)) {
        if (owners.has(key(next)) || found.has(key(next))) continue
        found.set(key(next), next)
        open.push(next)
      }
    }
    return [...found.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  }

  function report(
    name: string,
    own: readonly (readonly [string, Declared])[],
    passed: readonly (readonly [string, Declared])[],
    behind: readonly Declared[],
  ): string {
    const sections = [
      `# ${name}\n\nWritten by \`npm run check:api -- --update\`.\n`,
      own.length === 0 ? '' : fenced(own.map(([as, declared]) => renamed(as, declared) + known.textOf(declared))),
      passed.length === 0
        ? ''
        : `## Passed on\n\n${passed.map(([as, declared]) => `- \`${as}\` of \`${owners.get(key(declared))}\``).join('\n')}\n`,
      behind.length === 0 ? '' : `## Referred to, not exported\n\n${fenced(behind.map(known.textOf))}`,
    ]
    return sections.filter(Boolean).join('\n')
  }
} finally {
  rmSync(emitted, { recursive: true, force: true })
}

const present = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.md')) : []
const stale = present.filter((file) => !reports.has(file))
const changed = [...reports]
  .filter(([file, text]) => !present.includes(file) || readFileSync(join(folder, file), 'utf8') !== text)
  .map(([file]) => file)
if (values.update) {
  mkdirSync(folder, { recursive: true })
  for (const file of stale) rmSync(join(folder, file))
  for (const file of changed) writeFileSync(join(folder, file), reports.get(file)!)
}
const differing = [...changed, ...stale].sort()
const bare = [...declared].flatMap(([file, names]) =>
  undocumented(readFileSync(join(root, file), 'utf8'), names).map((name) => `${file} ${name}`),
)
const failed = (differing.length > 0 && !values.update) || bare.length > 0
if (values.json)
  process.stdout.write(
    `${JSON.stringify({ modules: reports.size, changed: differing, undocumented: bare, failed: (values.update ? 0 : differing.length) + bare.length })}\n`,
  )
else if (bare.length > 0) process.stdout.write(`Public names without a line of documentation:\n${bare.sort().join('\n')}\n`)
else if (failed) {
  process.stdout.write(
    `The public interface is not what docs/api says: ${differing.join(', ')}\nIf that is meant: npm run check:api -- --update, and a changeset (npx changeset).\n`,
  )
} else
  process.stdout.write(`${reports.size} public modules${values.update ? `, ${differing.length} files written` : ' are as docs/api says'}\n`)
process.exit(failed ? 1 : 0)

/** Declarations of all public modules, without comments. */
function emit(): void {
  const project = join(root, 'tsconfig.api.tmp.json')
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    removeComments: true,
    rootDir: 'src',
    outDir: emitted,
  }
  writeFileSync(
    project,
    JSON.stringify({ extends: './tsconfig.json', compilerOptions, include: [], files: modules.map(({ source }) => source) }),
  )
  try {
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const done = spawnSync(process.execPath, [compiler, '--project', project], { cwd: root, encoding: 'utf8' })
    if (done.status !== 0) throw new Error(done.stdout + done.stderr)
  } finally {
    rmSync(project, { force: true })
  }
}

function key({ file, name }: Declared): string {
  return `${file}#${name}`
}

function renamed(as: string, { name }: Declared): string {
  return as === name ? '' : `// exported as ${as}\n`
}

function fenced(texts: readonly string[]): string {
  return `\`\`\`ts\n${texts.join('\n')}\n\`\`\`\n`
}

function fileOf(name: string): string {
  return `${name.replace(`${manifest.name}/`, '').replaceAll('/', '-')}.md`
}
