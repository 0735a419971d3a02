// All examples of a training: rows read from files or memory, encoded, checked against the net, each with its name for messages.
import { BanyanError } from '../../core/errors.ts'
import type { TrainingRow } from '../data/rows.ts'
import type { CausalShape } from '../nets/causal-net.ts'
import type { Encoder } from './examples.ts'
import type { TrainingData } from './job.ts'
import type { Objective } from './objective.ts'
import { parsedRow, rowLines } from './row-files.ts'

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
      for await (const { name, text } of rowLines(file)) {
        names.push(name)
        add(name, () => encode(parsedRow(text) as unknown as TrainingRow))
      }
    nameOf = (index) => names[index] ?? `row ${index}`
  }
  if (examples.length === 0) throw new BanyanError('E_TRAIN_DATA', 'there is nothing to learn from', { wanted: 'at least one row' })
  return { examples, nameOf }
}

function named(name: string, error: unknown): unknown {
  if (!BanyanError.isInstance(error) || error.code !== 'E_TRAIN_ROW') return error
  return new BanyanError('E_TRAIN_ROW', `${name}: ${error.message}`, { cause: error })
}
