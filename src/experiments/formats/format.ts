// The contract of a task-file format: how one line of a public data file becomes a task, with its reference answer kept apart.
import type { Json } from '../../core/common.ts'

export interface TaskRecord {
  readonly id: string
  /** What the environment is given; checked by the setup's schema afterwards. */
  readonly task: Json
  /** Only for the grader. */
  readonly reference?: Json
}

/** One file per format: `parse` reads one JSON line. Throws `E_TASK_FORMAT` with the field, the value seen and what is wanted. */
export interface TaskFormat {
  readonly name: string
  /** The environment that its tasks are for. */
  readonly environment: string
  parse(line: Json, index: number): TaskRecord
}
