// Reads the compiler's declaration files: what a module exports, and what stands behind each name, with all that it refers to.
// It relies on how the compiler writes: one statement begins in the first column and goes on until the next does. It compiles nothing.
import { dirname, join } from 'node:path'

/** A declared name in a file. */
export interface Declared {
  readonly file: string
  readonly name: string
}

export interface Declarations {
  /** What a module exports, by the exported name. */
  exportsOf(file: string): ReadonlyMap<string, Declared>
  /** The text of a declaration, all overloads of it. */
  textOf(declared: Declared): string
  /** Declarations of ours that its text names. */
  referredBy(declared: Declared): readonly Declared[]
}

interface Module {
  /** Statements by the names they declare. */
  readonly own: Map<string, string[]>
  /** Names that come from other files, with the name there. */
  readonly imported: Map<string, Declared>
  readonly exported: Map<string, Declared>
  readonly all: string[]
}

/** @param read the text of a declaration file, undefined where there is none. */
export function declarations(read: (file: string) => string | undefined): Declarations {
  const modules = new Map<string, Module>()

  function moduleOf(file: string): Module {
    const known = modules.get(file)
    if (known !== undefined) return known
    const made: Module = { own: new Map(), imported: new Map(), exported: new Map(), all: [] }
    modules.set(file, made)
    for (const statement of statements(read(file) ?? '')) enter(made, file, statement)
    return made
  }

  function exportsOf(file: string): Map<string, Declared> {
    const module = moduleOf(file)
    const all = new Map(module.exported)
    for (const from of module.all) for (const [name, declared] of exportsOf(from)) if (!all.has(name)) all.set(name, declared)
    return new Map([...all].map(([name, declared]) => [name, resolved(declared)]))
  }

  /** Where a name is declared, through files that pass it on. */
  function resolved(declared: Declared): Declared {
    const module = moduleOf(declared.file)
    if (module.own.has(declared.name)) return declared
    const passed = module.exported.get(declared.name) ?? module.imported.get(declared.name)
    if (passed !== undefined && (passed.file !== declared.file || passed.name !== declared.name)) return resolved(passed)
    const found = module.all.map((file) => exportsOf(file).get(declared.name)).find((one) => one !== undefined)
    return found ?? declared
  }

  const textOf = ({ file, name }: Declared): string => (moduleOf(file).own.get(name) ?? []).join('\n')

  function referredBy(declared: Declared): Declared[] {
    const { own, imported } = moduleOf(declared.file)
    const text = textOf(declared)
    const inline = [...text.matchAll(/import\("(\.[^"]+)"\)\.(\w+)/g)].map((match) => ({
      file: target(declared.file, match[1]!),
      name: match[2]!,
    }))
    const words = new Set(text.match(/[A-Za-z_$][\w$]*/g) ?? [])
    const local = [...words].filter((word) => word !== declared.name && own.has(word)).map((name) => ({ file: declared.file, name }))
    const outside = [...words].flatMap((word) => imported.get(word) ?? [])
    return [...inline, ...local, ...outside].map(resolved).filter((one) => textOf(one) !== '')
  }

  return { exportsOf, textOf, referredBy }
}

function statements(text: string): string[] {
  const found: string[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    if (/^[\s})\]]/.test(line) && found.length > 0) found[found.length - 1] += `\n${line}`
    else found.push(line)
  }
  return found
}

function enter(module: Module, file: string, statement: string): void {
  const from = /from ['"]([^'"]+)['"];?$/.exec(statement)?.[1]
  if (/^import\b/.test(statement)) {
    if (from?.startsWith('.'))
      for (const [name, there] of names(statement)) module.imported.set(name, { file: target(file, from), name: there })
    return
  }
  if (/^export \*/.test(statement)) {
    if (from?.startsWith('.')) module.all.push(target(file, from))
    return
  }
  if (/^export (type )?\{/.test(statement)) {
    const source = from === undefined ? file : target(file, from)
    if (from === undefined || from.startsWith('.'))
      for (const [name, there] of names(statement)) module.exported.set(name, { file: source, name: there })
    return
  }
  const name =
    /^(?:export )?(?:declare )?(?:abstract )?(?:async )?(?:interface|type|class|function|const|let|var|enum|namespace)\*? ([\w$]+)/.exec(
      statement,
    )?.[1]
  if (name === undefined) return
  module.own.set(name, [...(module.own.get(name) ?? []), statement.replace(/^export /, '')])
  if (statement.startsWith('export ')) module.exported.set(name, { file, name })
}

/** `{ a, type B as C }` as pairs of the name here and the name there. */
function names(statement: string): [here: string, there: string][] {
  const list = /\{([^}]*)\}/.exec(statement)?.[1] ?? ''
  return list
    .split(',')
    .map((item) => item.trim().replace(/^type /, ''))
    .filter((item) => item !== '')
    .map((item) => {
      const [left = '', right = left] = item.split(' as ').map((part) => part.trim())
      return /^import\b/.test(statement) || statement.includes(' as ') ? [right, left] : [left, left]
    })
}

function target(file: string, specifier: string): string {
  return join(dirname(file), specifier).replaceAll('\\', '/').replace(/\.ts$/, '.d.ts')
}
