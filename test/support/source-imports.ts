// Reads the import statements of the sources, for tests of who may know whom. It knows no rule itself.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface SourceImport {
  /** The importing file, from the project root: `src/core/search.ts`. */
  readonly from: string
  /** An imported file of the project, in the same form; undefined for packages and Node's modules. */
  readonly to: string | undefined
  readonly specifier: string
  /** `type`: erased before anything runs. `dynamic`: loaded when first used. */
  readonly kind: 'static' | 'dynamic' | 'type'
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const statement = /^[ \t]*(?:import|export)\s+(?:(type)\s+(?!from\b))?(?:[\w$*\s{},]+?\s*from\s*)?['"]([^'"]+)['"]/gm
const expression = /\bimport\(\s*['"]([^'"]+)['"]/g
const comments = /^[ \t]*\/\*[\s\S]*?\*\/|^[ \t]*\/\/.*$/gm

/** All sources below `src`, without tests unless asked for. */
export function sourceFiles(options: { readonly tests?: boolean } = {}): string[] {
  const files = globSync('src/**/*.ts', { cwd: root }).map(slashed)
  return files.filter((file) => options.tests === true || !file.endsWith('.test.ts')).sort()
}

/** The imports of one file. */
export function importsOf(file: string): SourceImport[] {
  return importsIn(readFileSync(join(root, file), 'utf8'), file)
}

/** The imports in a text, as if it were the file's. */
export function importsIn(text: string, file: string): SourceImport[] {
  const code = text.replace(comments, '')
  const found: SourceImport[] = []
  const add = (specifier: string, kind: SourceImport['kind']) => {
    const to = specifier.startsWith('.') ? slashed(relative(root, join(root, dirname(file), specifier))) : undefined
    found.push({ from: file, to, specifier, kind })
  }
  for (const [, type, specifier = ''] of code.matchAll(statement)) add(specifier, type === undefined ? 'static' : 'type')
  for (const [, specifier = ''] of code.matchAll(expression)) add(specifier, 'dynamic')
  return found
}

/** Every import that can be reached from the files, following the kinds given; each with the way that led to it. */
export function reachableImports(files: readonly string[], kinds: readonly SourceImport['kind'][]): (SourceImport & { way: string })[] {
  const ways = new Map(files.map((file) => [file, file]))
  const reached: (SourceImport & { way: string })[] = []
  for (const [file, way] of ways) {
    for (const found of importsOf(file)) {
      if (!kinds.includes(found.kind)) continue
      reached.push({ ...found, way: `${way} → ${found.to ?? found.specifier}` })
      if (found.to !== undefined && !ways.has(found.to)) ways.set(found.to, `${way} → ${found.to}`)
    }
  }
  return reached
}

/** The room of a file: the first folder below `src`, or `index` for the root's own file. */
export function roomOf(file: string): string {
  const [, room = '', ...rest] = file.split('/')
  return rest.length === 0 ? room.replace(/\.ts$/, '') : room
}

function slashed(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/')
}
