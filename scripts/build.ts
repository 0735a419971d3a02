// Builds the package: JavaScript and declarations of all public modules and of the command line, and of what they import, into dist/.
// Nobody needs it for development. `npm pack` runs it; see scripts/pack.ts.
//   npm run build
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Manifest, publicModules } from './package/manifest.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const output = join(root, 'dist')
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

const start = performance.now()
rmSync(output, { recursive: true, force: true })
compile()
const files = readdirSync(output, { recursive: true, encoding: 'utf8' }).map((file) => join(output, file))
const declarations = files.filter((file) => file.endsWith('.d.ts'))
for (const file of declarations) writeFileSync(file, withBuiltNames(readFileSync(file, 'utf8')))
const scripts = files.filter((file) => file.endsWith('.js'))
process.stdout.write(
  `dist/: ${scripts.length} modules, ${declarations.length} declarations, ${((performance.now() - start) / 1000).toFixed(1)} s\n`,
)

/** Tests and what only they use are left out, because no public module imports them. */
function compile(): void {
  const project = join(root, 'tsconfig.build.tmp.json')
  const entries = [...publicModules(manifest).map(({ source }) => source), 'src/cli/main.ts']
  const compilerOptions = { noEmit: false, declaration: true, rootDir: 'src', outDir: 'dist' }
  writeFileSync(project, JSON.stringify({ extends: './tsconfig.json', compilerOptions, include: [], files: entries }))
  try {
    const done = spawnSync(process.execPath, [compiler, '--project', project], { cwd: root, encoding: 'utf8' })
    if (done.status === 0) return
    process.stderr.write(`${done.error?.message ?? done.stdout + done.stderr}\n`)
    process.exit(1)
  } finally {
    rmSync(project, { force: true })
  }
}

/** The compiler writes `./a.js` into modules, but leaves `./a.ts` in declarations; not every resolver finds `a.d.ts` by it. */
function withBuiltNames(declaration: string): string {
  return declaration.replace(/(\bfrom |\bimport\(|\bimport )(['"])(\.\.?\/[^'"]+)\.ts\2/g, '$1$2$3.js$2')
}
