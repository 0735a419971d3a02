import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { Cell } from '../experiments/cells.ts'
import { cellsFile } from './cells-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'banyan-cells-'))
const path = join(folder, 'inner', 'cells.jsonl')
const cell: Cell = { correct: true, usage: { tokens: 3 }, seconds: 1, stopped: 'solved' }
afterEach(() => rmSync(join(folder, 'inner'), { recursive: true, force: true }))

it('knows the cells of another process again, and leaves a line that was cut aside', async () => {
  await cellsFile(path).put('a', cell)
  appendFileSync(path, '{"key":"b","cell":{"corr')
  const second = cellsFile(path)
  expect(await second.get('a')).toEqual(cell)
  expect(await second.get('b')).toBeUndefined()
  await second.put('c', cell)
  expect(await cellsFile(path).get('c')).toEqual(cell)
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(4)
})

it('leaves what is known aside where that is wanted', async () => {
  await cellsFile(path).put('a', cell)
  expect(await cellsFile(path, { fresh: true }).get('a')).toBeUndefined()
})

it('says which file cannot be used', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => cellsFile(join(folder, 'file', 'cells.jsonl'))).toThrow(expect.objectContaining({ code: 'E_CLI_CELLS' }))
})
