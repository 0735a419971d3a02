// Reading declaration files for `npm run check:api`. Whether docs/api is up to date is for that command.
import { expect, it } from 'vitest'
import { declarations } from '../scripts/api/declarations.ts'
import { undocumented } from '../scripts/api/documented.ts'

const files: Readonly<Record<string, string>> = {
  'index.d.ts': "export * from './core/index.ts';\nexport { type Beam as BeamSearch, beam } from './beam.ts';\n",
  'core/index.d.ts': "export type { Tree } from './tree.ts';\nexport declare const untried = -1;\n",
  'core/tree.d.ts': 'export interface Tree {\n    readonly root: Id;\n}\ntype Id = number;\n',
  'beam.d.ts': [
    "import type { Tree } from './core/tree.ts';",
    'export interface Beam {',
    '    readonly tree: Tree;',
    '    readonly pause: import("./pause.ts").Pause;',
    '}',
    'export declare function beam(width: number): Beam;',
    'export declare function beam(): Beam;',
    '',
  ].join('\n'),
  'pause.d.ts': 'export type Pause = () => void;\n',
}
const read = declarations((file) => files[file])

it('finds what a module exports, through other modules and other names', () => {
  expect([...read.exportsOf('index.d.ts')]).toEqual([
    ['BeamSearch', { file: 'beam.d.ts', name: 'Beam' }],
    ['beam', { file: 'beam.d.ts', name: 'beam' }],
    ['Tree', { file: 'core/tree.d.ts', name: 'Tree' }],
    ['untried', { file: 'core/index.d.ts', name: 'untried' }],
  ])
})

it('finds the text of a declaration, and what it refers to', () => {
  expect(read.textOf({ file: 'beam.d.ts', name: 'beam' })).toBe(
    'declare function beam(width: number): Beam;\ndeclare function beam(): Beam;',
  )
  expect(read.referredBy({ file: 'beam.d.ts', name: 'Beam' })).toEqual([
    { file: 'pause.d.ts', name: 'Pause' },
    { file: 'core/tree.d.ts', name: 'Tree' },
  ])
  expect(read.referredBy({ file: 'core/tree.d.ts', name: 'Tree' })).toEqual([{ file: 'core/tree.d.ts', name: 'Id' }])
})

it('finds public names without a line of documentation', () => {
  const source = [
    '/** A tree. */',
    'export interface Tree {}',
    'export type TreeId = number',
    '/** Steps. */',
    '// biome-ignore lint/x: as it is',
    'export async function* steps() {}',
    'export const tree = 1',
  ].join('\n')
  expect(undocumented(source, ['Tree', 'TreeId', 'steps', 'tree', 'elsewhere'])).toEqual(['TreeId', 'tree'])
})
