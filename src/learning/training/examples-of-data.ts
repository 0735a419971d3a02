// All examples of a training: rows read from files or memory, encoded, checked against the net, each with its name for messages.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { BanyanError } from '../../core/errors.ts'
import type { TrainingRow } from '../data/rows.ts'
import type { CausalShape } from '../nets/causal-net.ts'
import type { Encoder } from './examples.ts'
import type { TrainingData } from './job.ts'
import type { Objective } from './objective.ts'

export interface NamedExamples {
  readonly examples: readonly unknown[]
  /** The name of example i: `row 7`, `rows.jsonl:8`. */
  nameOf(index: number): string
}

/**
 * Reads everything before training starts, so that a bad row costs no training.
 *
 * @param encoder undefined where no tokeniser is known; only examples can be read then.
 * @throws BanyanError E_TRAIN_ROW naming row and field; E_TRAIN_DATA when there is nothing to learn from; E_FILE_READ.
 */
export async function examplesOf(
  data: TrainingData,
  objective: Objective<unknown>,
  encoder: Encoder | undefined,
  shape: CausalShape,
): Promise<NamedExamples> {
  const examples: unknown[] = []
  const add = (name: string, make: () => unknown): void => {
    try {
      const example = make()
      objective.check(example, shape)
      examples.push(example)
    } catch (error) {
      throw named(name, error)
    }
  }
  const encode = (row: TrainingRow): unknown => {
    if (encoder !== undefined) return objective.encode(row, encoder)
    throw new BanyanError('E_TRAIN_OPTION', 'there is no tokeniser to read rows with', {
      hint: 'Name one, or save the net with its tokeniser',
    })
  }
  let nameOf = (index: number): string => `row ${index}`
  if ('examples' in data) for (const [at, example] of data.examples.entries()) add(`row ${at}`, () => example)
  else if ('rows' in data) for (const [at, row] of data.rows.entries()) add(`row ${at}`, () => encode(row))
  else {
    const names: string[] = []
    for (const file of data.files)
      for await (const { line, text } of linesOf(file)) {
        names.push(`${file}:${line}`)
        add(names.at(-1)!, () => encode(parsed(text)))
      }
    nameOf = (index) => names[index] ?? `row ${index}`
  }
  if (examples.length === 0) throw new BanyanError('E_TRAIN_DATA', 'there is nothing to learn from', { wanted: 'at least one row' })
  return { examples, nameOf }
}

/** Lines that are not blank, counted from 1. */
async function* linesOf(path: string): AsyncIterable<{ line: number; text: string }> {
  const stream = createReadStream(path, 'utf8')
  let line = 0
  try {
    for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++
      if (text.trim() !== '') yield { line, text }
    }
  } catch (error) {
    if (BanyanError.isInstance(error)) throw error
    throw new BanyanError('E_FILE_READ', `${path} cannot be read`, { seen: (error as NodeJS.ErrnoException).code, cause: error })
  } finally {
    stream.destroy()
  }
}

function parsed(text: string): TrainingRow {
  try {
    return JSON.parse(text) as TrainingRow
  } catch (error) {
    throw new BanyanError('E_TRAIN_ROW', 'row: it is no JSON', { seen: text.slice(0, 40), cause: error })
  }
}

function named(name: string, error: unknown): unknown {
  if (!BanyanError.isInstance(error) || error.code !== 'E_TRAIN_ROW') return error
  return new BanyanError('E_TRAIN_ROW', `${name}: ${error.message}`, { cause: error })
}
