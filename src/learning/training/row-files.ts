// Rows in files: one JSON object a line. Lines come as they are read; nothing is believed of them but that they are JSON.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { rowError } from './examples.ts'

export interface RowLine {
  /** `rows.jsonl:8`, lines counted from 1. */
  readonly name: string
  readonly text: string
}

/** Lines that are not blank. @throws BanyanError E_FILE_READ. */
export async function* rowLines(path: string): AsyncIterable<RowLine> {
  const stream = createReadStream(path, 'utf8')
  let line = 0
  try {
    for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++
      if (text.trim() !== '') yield { name: `${path}:${line}`, text }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new BanyanError('E_FILE_READ', `${path} cannot be read`, { seen: (error as NodeJS.ErrnoException).code, cause: error })
  } finally {
    stream.destroy()
  }
}

/** @throws BanyanError E_TRAIN_ROW when the line is no JSON. */
export function parsedRow(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw rowError('row', 'it is no JSON', text.slice(0, 40), 'one JSON object on each line')
  }
}

/** Texts of a row that tokens are made of, whatever its kind: what a tokeniser must know. */
export function* textsOfRow(row: Json): Iterable<string> {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return
  const fields = row as Readonly<Record<string, Json>>
  for (const name of ['prompt', 'steps', 'chosen', 'rejected', 'completion'])
    for (const text of [fields[name]].flat()) if (typeof text === 'string') yield text
}
