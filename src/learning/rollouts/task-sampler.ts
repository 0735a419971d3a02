// Which tasks each step takes, by (seed, step) alone: pass after pass over all tasks, each in an order of its own. A filter may leave out
// tasks that teach nothing any more. It knows no task's content.
import { BanyanError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import type { ProblemHistory } from './problem-history.ts'

/** Whether a task is worth a try now; asked by its name. */
export type TaskFilter = (name: string) => boolean

/** Options of `taskSampler`. */
export interface TaskSamplerOptions<Task> {
  /** At least one. */
  readonly tasks: readonly Task[]
  readonly nameOf: (task: Task) => string
  readonly seed: number
  /** Tasks a step, from 1. */
  readonly count: number
  /** Default: every task. Results depend on what it says at the time of asking. */
  readonly filter?: TaskFilter
}

/** Chooses the tasks of each step. */
export interface TaskSampler<Task> {
  /**
   * Tasks of a step, from 0: the same for the same seed and step, whatever was asked before. No task comes twice in a step.
   * Without a filter, steps one after another go through all tasks before any comes again, but for a step that lies over the end of a pass.
   * What the filter leaves out is replaced by what follows; there are fewer tasks, or none, where too few are left.
   */
  at(step: number): Task[]
}

/**
 * A sampler over a list of tasks.
 *
 * @throws BanyanError E_ROLLOUT_OPTION for no tasks, two of one name, or a count that is not possible.
 * @example
 * const sampler = taskSampler({ tasks, nameOf: problemId, seed: 7, count: 32, filter: stillMixed(history) })
 * for (const task of sampler.at(step)) sample(task)
 */
export function taskSampler<Task>({ tasks, nameOf, seed, count, filter }: TaskSamplerOptions<Task>): TaskSampler<Task> {
  const names = tasks.map(nameOf)
  const twice = firstTwice(names)
  if (tasks.length === 0 || twice !== undefined)
    throw new BanyanError('E_ROLLOUT_OPTION', 'taskSampler: these tasks cannot be drawn from', {
      seen: twice ?? 'no tasks',
      wanted: 'at least one task, each with a name of its own',
    })
  if (!(Number.isInteger(count) && count >= 1))
    throw new BanyanError('E_ROLLOUT_OPTION', 'taskSampler: the count is out of range', { seen: count, wanted: 'a whole number from 1' })
  let known: { readonly pass: number; readonly order: readonly number[] } | undefined
  const orderOf = (pass: number): readonly number[] => {
    if (known?.pass !== pass) known = { pass, order: new Random(seed, `tasks ${pass}`).shuffled(tasks.map((_, at) => at)) }
    return known.order
  }

  return {
    at(step) {
      const chosen: Task[] = []
      const seen = new Set<number>()
      // Each step begins where the one before would end without a filter, and looks at each task at most once.
      const first = step * count
      for (let place = first; chosen.length < count && seen.size < tasks.length && place < first + 2 * tasks.length + count; place++) {
        const at = orderOf(Math.floor(place / tasks.length))[place % tasks.length]!
        if (seen.has(at)) continue
        seen.add(at)
        if (filter?.(names[at]!) !== false) chosen.push(tasks[at]!)
      }
      return chosen
    },
  }
}

/** When a task counts as always or never solved. */
export interface MixedOptions {
  /** A task is judged after so many tries; before that it stays. Default 8. */
  readonly least?: number
  /** Leave out what was always solved. Default true. */
  readonly always?: boolean
  /** Leave out what was never solved. Default true. */
  readonly never?: boolean
}

/** A filter that leaves out tasks whose groups have shown no difference to learn from: always solved, never solved. */
export function stillMixed(history: ProblemHistory, { least = 8, always = true, never = true }: MixedOptions = {}): TaskFilter {
  return (name) => {
    const { tried, solved } = history.of(name)
    return tried < least || !((always && solved === tried) || (never && solved === 0))
  }
}

function firstTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => seen.size === seen.add(name).size)
}
