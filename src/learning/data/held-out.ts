// The guard of held-out tasks: nothing that is evaluated later may stand in a row. It knows tasks by id and digest, and no rows' content.
import type { Json } from '../../core/common.ts'
import { digest } from '../../core/digest.ts'
import { BanyanError } from '../../core/errors.ts'

/** A task as the guard sees it. */
export interface TaskName {
  /** What rows say: the task's own `id` where it has one, else its digest. */
  readonly id: string
  /** Digests of the task as it was given and with its defaults filled. */
  readonly digests: readonly string[]
  /** Undefined where only a row is at hand. */
  readonly task: Json | undefined
}

/** Tasks that may stand in no row: ids or digests, or a function that says so. */
export type HeldOut = Iterable<string> | ((task: TaskName) => boolean)

/** How a builder treats them. */
export interface HeldOutOptions {
  /** Default: none. */
  readonly heldOut?: HeldOut
  /** Leave out runs of held-out tasks and count them, instead of refusing. Default false. */
  readonly skipHeldOut?: boolean
}

/**
 * Name and digests of a task.
 * @param filled the task with its defaults, where its environment is known.
 * @example
 * taskName({ numbers: [4, 9, 10, 13] }).id // '3f…', its digest
 */
export function taskName(task: Json, filled: Json = task): TaskName {
  const digests = [...new Set([digest(task), digest(filled)])]
  const own = typeof task === 'object' && task !== null && !Array.isArray(task) ? (task as { readonly id?: Json }).id : undefined
  const id = typeof own === 'string' || typeof own === 'number' ? String(own) : (digests.at(-1) as string)
  return { id, digests, task }
}

/** Whether a task is held out. */
export function heldOutTest(heldOut: HeldOut | undefined): (task: TaskName) => boolean {
  if (heldOut === undefined) return () => false
  if (typeof heldOut === 'function') return heldOut
  const names = heldOut instanceof Set ? heldOut : new Set(heldOut)
  return ({ id, digests }) => names.has(id) || digests.some((one) => names.has(one))
}

/** The error for a row of a held-out task. @param where from what the row would be: `the run nightly-42`. */
export function heldOutRefused({ id, task }: Pick<TaskName, 'id' | 'task'>, where: string): BanyanError {
  const text = task === undefined ? '' : ` ${JSON.stringify(task).slice(0, 200)}`
  return new BanyanError('E_DATASET_HELD_OUT', `a row would be of the held-out task${text}, from ${where}`, {
    seen: id,
    wanted: 'tasks that nothing is evaluated on',
    hint: 'Leave the run out, or say `skipHeldOut` to count such runs and go on.',
  })
}
