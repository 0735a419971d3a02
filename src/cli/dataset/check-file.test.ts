// Files of documents: one row, a list of rows, a folder; and files that end in .json and hold lines.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { DatasetFormat } from '../../learning/data/rows.ts'
import { checkFile } from './check-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'banyan-check-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Every row has a `name`. */
const named: Pick<DatasetFormat, 'problem'> = {
  problem: (row) => (Object.hasOwn(row as object, 'name') ? undefined : { field: 'name', seen: 'nothing', wanted: 'a name' }),
}
const options = { manifest: undefined, most: 5, onRow: () => {} }
const missing = { field: 'name', seen: 'nothing', wanted: 'a name' }

it.each([
  ['one document, in many lines', '{\n  "name": "a"\n}\n', { rows: 1, bad: 0, problems: [] }],
  ['a list of rows', '[{"name":"a"},\n{"nme":"b"}]', { rows: 2, bad: 1, problems: [{ line: 2, ...missing }] }],
  ['lines', '{"name":"a"}\n{}\n', { rows: 2, bad: 1, problems: [{ line: 2, ...missing }] }],
  ['a cut document', '{"name":', { rows: 1, bad: 1, problems: [{ line: 1, field: '', wanted: 'one JSON value' }] }],
])('reads %s', async (_, text, expected) => {
  const file = join(folder, 'rows.json')
  writeFileSync(file, text)
  expect(await checkFile(file, named, options)).toMatchObject(expected)
})

it('reads a folder of documents, and says which one is bad', async () => {
  const documents = join(folder, 'documents')
  mkdirSync(documents)
  writeFileSync(join(documents, 'b.json'), '{}')
  writeFileSync(join(documents, 'a.json'), '{"name":"a"}')
  writeFileSync(join(documents, 'notes.txt'), 'not a document')
  expect(await checkFile(documents, named, options)).toEqual({ rows: 2, bad: 1, problems: [{ file: 'b.json', line: 1, ...missing }] })
})

it('says when a file cannot be read', async () => {
  for (const name of ['none.json', 'none.jsonl', 'none.parquet'])
    await expect(checkFile(join(folder, name), named, options)).rejects.toMatchObject({ code: 'E_DATASET_READ' })
})
