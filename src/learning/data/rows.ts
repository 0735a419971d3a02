// The contract of training rows: what builders make out of traces, and exporters write. Plain data; every row says where it came from.
import type { Json } from '../../core/common.ts'
import type { Message } from '../../models/model.ts'

/** Where a row came from, so that anybody can look at the tree behind it. */
export interface RowSource {
  readonly runId: string
  /** The node of that run; the last one of the path where a row is about several. */
  readonly node: number
  /** The task's own id or digest: rows of held-out tasks are refused by it. */
  readonly task: string
  /** Set where the row was made with the reference answer: by a builder's `references`, or by an evaluator of the run that knows it. */
  readonly oracle?: 'training-label'
}

/** What was asked: a plain text, or a chat. */
export type Prompt = string | readonly Message[]

interface Row {
  readonly source: RowSource
  readonly prompt: Prompt
  /** What the run puts between two steps of an answer, where that is not a line end. */
  readonly separator?: string
}

/** The value of a state after some steps. */
export interface StepValueRow extends Row {
  readonly row: 'step-value'
  /** Texts of the steps from the root; the value is that of the state after the last. May be empty: the state at the beginning. */
  readonly steps: readonly string[]
  /** In `range`. */
  readonly value: number
  readonly range: readonly [number, number]
  /** How the value was found. */
  readonly label: 'visit-mean' | 'inferred' | 'monte-carlo' | 'first-error' | 'outcome'
  readonly visits?: number
}

/** Steps of a whole trace, each with a verdict (process supervision). */
export interface StepLabelRow extends Row {
  readonly row: 'step-labels'
  readonly steps: readonly string[]
  /** As long as `steps`: probability that the answer comes out right from there, in [0, 1]. Hard labels are 0 or 1. */
  readonly labels: readonly number[]
  readonly label: 'monte-carlo' | 'first-error' | 'outcome' | 'inferred'
  /** The final answer of the trace, where it has one. */
  readonly answer?: string
}

/** Two steps after the same beginning, or two whole traces (`steps` empty then). */
export interface PairRow extends Row {
  readonly row: 'pair'
  /** Texts of the steps that both have in common. */
  readonly steps: readonly string[]
  readonly chosen: string
  readonly rejected: string
  readonly chosenValue: number
  readonly rejectedValue: number
  /** chosenValue − rejectedValue, above 0. */
  readonly margin: number
  readonly chosenVisits?: number
  readonly rejectedVisits?: number
}

/** A trace that a verifier accepted. */
export interface VerifiedRow extends Row {
  readonly row: 'verified'
  readonly steps: readonly string[]
  readonly answer: string
}

/** A whole answer with its verdict. */
export interface OutcomeRow extends Row {
  readonly row: 'outcome'
  readonly completion: string
  readonly right: boolean
  /** The verifier's value, in [0, 1]. */
  readonly value: number
}

/** A whole tree with values, children ranked by the reader. */
export interface PreferenceTreeRow extends Row {
  readonly row: 'preference-tree'
  readonly tree: PreferenceNode
  /** The reference answer, where one was given to the builder. */
  readonly reference?: string
}

export interface PreferenceNode {
  /** The step; empty at the root. */
  readonly text: string
  readonly value?: number
  readonly visits: number
  readonly terminal: boolean
  readonly observation?: string
  readonly children: readonly PreferenceNode[]
}

/** Several answers to one prompt with their rewards (GRPO and its kin). */
export interface GroupRow extends Row {
  readonly row: 'group'
  readonly completions: readonly {
    readonly text: string
    readonly reward: number
    readonly tokens?: readonly number[]
    readonly logProbs?: readonly number[]
  }[]
  readonly reference?: string
}

export type TrainingRow = StepValueRow | StepLabelRow | PairRow | VerifiedRow | OutcomeRow | PreferenceTreeRow | GroupRow
/** `pair`, `verified` … */
export type RowKind = TrainingRow['row']

/** What a builder gives: rows as they are found, never all in memory. */
export type Rows<Kind extends TrainingRow = TrainingRow> = AsyncIterable<Kind>

/** A format of another program, as files in it are written and checked. */
export interface DatasetFormat<Kind extends TrainingRow = TrainingRow> {
  /** `trl.dpo`, `prm800k` … */
  readonly name: string
  /** What it was told beyond its defaults; stands in the manifest of what is written. */
  readonly settings?: Readonly<Record<string, Json>>
  /** Which rows it can hold. */
  readonly accepts: readonly RowKind[]
  /** `json` holds one document a file; `parquet` needs `columns`. */
  readonly files: readonly ('jsonl' | 'json' | 'parquet')[]
  /**
   * One row of ours as rows of theirs (none, one or several).
   * @throws BanyanError E_DATASET_ROW naming the field, when the row cannot be written so.
   */
  encode(row: Kind): readonly Json[]
  /** Checks one row as it was read from a file: the field and what is wrong with it; undefined when it is good. */
  problem(row: Json): { readonly field: string; readonly seen: string; readonly wanted: string } | undefined
}
