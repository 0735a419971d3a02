// Imports go one way: a room knows the rooms before it and none after it.
import { describe, expect, it } from 'vitest'
import { importsIn, importsOf, reachableImports, roomOf, type SourceImport, sourceFiles } from './support/source-imports.ts'

/** Earlier rows never import later ones; rooms of one row may know each other. */
const layers = [
  ['core'],
  ['stats'],
  ['models', 'environments', 'evaluators', 'proposers', 'sandbox', 'guard', 'traces'],
  ['front'],
  ['learning'],
  ['experiments'],
  ['systems'],
  ['server', 'cli', 'workers'],
]
const aside = ['index', 'graders', 'testing', 'viewer']
/** What the package's root may load at once: all of it runs at the edge. */
const edgeSafePackages = ['zod', 're2js', '@ai-sdk/provider']

const files = sourceFiles()
const imports = files.flatMap(importsOf)
const layerOf = (room: string) => layers.findIndex((row) => row.includes(room))
const between = imports.filter((found) => found.to !== undefined && roomOf(found.to) !== roomOf(found.from))

/** Fails with the offending imports themselves. */
function expectNone(found: readonly SourceImport[]): void {
  expect(found.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([])
}

describe('imports go one way', () => {
  it('knows every room', () => {
    const rooms = [...new Set(files.map(roomOf))]
    expect(rooms.filter((room) => layerOf(room) === -1 && !aside.includes(room))).toEqual([])
  })

  it('leads only to files that exist', () => {
    const known = new Set(sourceFiles({ tests: true }))
    expectNone(imports.filter(({ to }) => to !== undefined && !known.has(to)))
  })

  it('never leads from an earlier room to a later one', () => {
    expectNone(between.filter(({ from, to = '' }) => layerOf(roomOf(from)) !== -1 && layerOf(roomOf(to)) > layerOf(roomOf(from))))
  })

  it('never leads into cli, server or systems, but for their catalogues', () => {
    const catalogue = /^src\/(cli|server)\/catalogue\b/
    expectNone(
      between.filter(({ from, to = '' }) => ['cli', 'server'].includes(roomOf(to)) || (roomOf(to) === 'systems' && !catalogue.test(from))),
    )
  })

  it('lets graders be known by those alone who compare with the answer afterwards', () => {
    const graded = ['experiments', 'cli', 'systems']
    expectNone(between.filter(({ from, to = '' }) => roomOf(to) === 'graders' && !graded.includes(roomOf(from))))
    const known = ['core', 'environments']
    expectNone(between.filter(({ from, to = '' }) => roomOf(from) === 'graders' && !known.includes(roomOf(to))))
  })

  it('keeps the contract suites for tests, and below the front', () => {
    expectNone(between.filter(({ to = '' }) => roomOf(to) === 'testing'))
    expectNone(between.filter(({ from, to = '' }) => roomOf(from) === 'testing' && layerOf(roomOf(to)) >= layerOf('front')))
  })

  it('never leads from one system to another', () => {
    const slugOf = (file: string) => /^src\/systems\/([^/.]+)/.exec(file)?.[1]
    expectNone(imports.filter(({ from, to = '' }) => slugOf(from) !== undefined && slugOf(to) !== undefined && slugOf(from) !== slugOf(to)))
  })

  it('leads from core to core alone', () => {
    expectNone(imports.filter(({ from, to }) => roomOf(from) === 'core' && (to === undefined || roomOf(to) !== 'core')))
  })

  it('leaves Node out of what runs anywhere', () => {
    const anywhere = ['src/traces/memory.ts', 'src/traces/query.ts', 'src/index.ts'].filter((file) => files.includes(file))
    const loaded = reachableImports(anywhere, ['static']).filter(({ to }) => to === undefined)
    expect(loaded.filter(({ specifier }) => !edgeSafePackages.includes(specifier)).map(({ way }) => way)).toEqual([])
  })
})

describe('reading imports', () => {
  it('sees every form, and neither comments nor strings', () => {
    const text = [
      "import { a } from './a.ts'",
      "import type { B } from '../models/b.ts'",
      'import {\n  c,\n  type D,\n} from "./c.ts"',
      "export * from './e.ts'",
      "export type { F } from './f.ts'",
      "import 'node:fs'",
      "const later = () => import('zod')",
      "// import { g } from './g.ts'",
      "/**\n * import { h } from './h.ts'\n */",
      "const text = 'import i from'",
      "export const from = 'j'",
    ].join('\n')
    expect(importsIn(text, 'src/core/x.ts').map(({ to, specifier, kind }) => [to ?? specifier, kind])).toEqual([
      ['src/core/a.ts', 'static'],
      ['src/models/b.ts', 'type'],
      ['src/core/c.ts', 'static'],
      ['src/core/e.ts', 'static'],
      ['src/core/f.ts', 'type'],
      ['node:fs', 'static'],
      ['zod', 'dynamic'],
    ])
  })
})
