// Rows in files: one JSON object a line, with the name of each for messages. Nothing is believed of them but that they are JSON.
import type { Json } from '../../core/common.ts'
import { linesOf } from '../data/lines.ts'
import { rowError } from './examples.ts'
import { ourRow } from './plain-rows.ts'

export interface RowLine {
  /** `rows.jsonl:8`, lines counted from 1. */
  readonly name: string
  readonly text: string
}

/** Lines that are not blank. @throws BanyanError E_DATASET_READ when the file cannot be read. */
export async function* rowLines(path: string): AsyncIterable<RowLine> {
  for await (const { line, number } of linesOf(path)) yield { name: `${path}:${number}`, text: line }
}

/** The row in a line, as one of ours where it is of a form that is known. @throws BanyanError E_TRAIN_ROW when the line is no JSON. */
export function parsedRow(text: string): Json {
  let row: Json
  try {
    row = JSON.parse(text) as Json
  } catch {
    throw rowError('row', 'it is no JSON', text.slice(0, 40), 'one JSON object on each line')
  }
  return ourRow(row)
}

/** Texts of a row that tokens are made of, whatever its kind: what a tokeniser must know. */
export function* textsOfRow(row: Json): Iterable<string> {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return
  const fields = row as Readonly<Record<string, Json>>
  for (const name of ['prompt', 'steps', 'chosen', 'rejected', 'completion', 'text'])
    for (const text of [fields[name]].flat()) if (typeof text === 'string') yield text
  // The answers of a group have their texts inside.
  if (Array.isArray(fields.completions)) for (const one of fields.completions) yield* textsOfRow(one)
}
