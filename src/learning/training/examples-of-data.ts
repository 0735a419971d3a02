// All examples of a training: rows read from files or memory, encoded, checked against the net, each with its name for messages.
import { BanyanError } from '../../core/errors.ts'
import type { TrainingRow } from '../data/rows.ts'
import type { CausalShape } from '../nets/causal-net.ts'
import { type Encoder, rowError } from './examples.ts'
import type { TrainingData, TrainingJob } from './job.ts'
import { paddedTokens } from './microbatches.ts'
import type { Objective } from './objective.ts'
import { parsedRow, rowLines } from './row-files.ts'

export interface NamedExamples {
  readonly examples: readonly unknown[]
  /** The name of example i: `row 7`, `rows.jsonl:8`. */
  nameOf(index: number): string
  /** Rows that were left out for their length. */
  readonly leftOut: number
}

/** What an example may be. */
export interface Limits {
  readonly shape: CausalShape
  /** Of an example, with what fills up its shorter sequences. */
  readonly mostTokens: number
  readonly tooLong: NonNullable<TrainingJob['tooLong']>
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
  { shape, mostTokens, tooLong }: Limits,
): Promise<NamedExamples> {
  const examples: unknown[] = []
  const names: string[] = []
  const long: { readonly name: string; readonly tokens: number }[] = []
  const skips = tooLong === 'skip'
  const add = (name: string, make: () => unknown): void => {
    try {
      const example = make()
      const lengths = 'examples' in data ? undefined : objective.lengths(example)
      // Whether the net can read it at all is for the check to say, unless such rows are left out.
      const endless = skips && lengths !== undefined && Math.max(...lengths) > shape.context
      if (!endless) objective.check(example, shape)
      const tokens = paddedTokens(objective.lengths(example))
      if (endless || tokens > mostTokens) {
        long.push({ name, tokens })
        return
      }
      examples.push(example)
      names.push(name)
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
  if ('examples' in data) for (const [at, example] of data.examples.entries()) add(`row ${at}`, () => example)
  else if ('rows' in data) for (const [at, row] of data.rows.entries()) add(`row ${at}`, () => encode(row))
  else
    for (const file of data.files)
      for await (const { name, text } of rowLines(file)) {
        add(name, () => encode(parsedRow(text) as unknown as TrainingRow))
      }
  const [first] = long
  if (first !== undefined && !skips)
    throw named(
      first.name,
      rowError(
        'tokens',
        `it is too long${long.length === 1 ? '' : `, as ${long.length} of ${long.length + examples.length} rows are`}`,
        first.tokens,
        `at most ${mostTokens} tokens with all its answers, or tooLong: 'skip'`,
      ),
    )
  if (examples.length === 0) throw new BanyanError('E_TRAIN_DATA', 'there is nothing to learn from', { wanted: 'at least one row' })
  return { examples, nameOf: (index) => names[index] ?? `row ${index}`, leftOut: long.length }
}

function named(name: string, error: unknown): unknown {
  if (!BanyanError.isInstance(error) || error.code !== 'E_TRAIN_ROW') return error
  return new BanyanError('E_TRAIN_ROW', `${name}: ${error.message}`, { cause: error })
}
