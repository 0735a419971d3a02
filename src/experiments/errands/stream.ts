// A stream of errands for an experiment: the tasks of a seed, the scripted policy of each, demonstrations from another world, and the grader.
import type { Json } from '../../core/common.ts'
import { pureContext } from '../../core/pure-context.ts'
import { type Errand, errands } from '../../environments/errands.ts'
import { callWords } from '../../environments/tools/call-words.ts'
import type { Plan, ToolState } from '../../environments/tools.ts'
import { type ErrandsGrader, errandsGrader } from '../../graders/errands.ts'
import { type ErrandPolicy, type ErrandSkill, errandPolicy } from './policy.ts'

export interface ErrandStreamOptions extends ErrandSkill {
  readonly seed: number
  readonly count: number
  /** Solved tasks of another world that are known at first, one a family. */
  readonly demonstrations: number
}

export interface ErrandStream extends Disposable {
  readonly tasks: readonly Errand[]
  /** Solved plans of another world, as words. */
  readonly demonstrations: readonly (readonly string[])[]
  /** A new policy, which has drawn no sample yet. */
  policy(task: Errand): ErrandPolicy
  isRight(task: Errand, plan: Plan | undefined): Promise<boolean>
}

/**
 * The same tasks, policies and demonstrations for every arm of a seed.
 *
 * @example
 * using stream = await errandStream({ seed: 1001, count: 8, demonstrations: 2 })
 */
export async function errandStream({ seed, count, demonstrations, ...skill }: ErrandStreamOptions): Promise<ErrandStream> {
  const grader = errandsGrader({ seed, count })
  using world = errands({ seed, count })
  const { tasks } = world
  const others = tasks.flatMap(({ id }) => grader.solution(id))
  const isRight = async (task: Errand, plan: Plan | undefined) => (await grader.grade(task, plan)).correct
  return {
    tasks,
    demonstrations: await solvedElsewhere(seed + 1_000_003, demonstrations),
    policy: (task) =>
      errandPolicy({ ...skill, seed, task, solution: grader.solution(task.id), others, isRight: (plan) => isRight(task, plan) }),
    isRight,
    [Symbol.dispose]: () => grader[Symbol.dispose](),
  }
}

/** Solutions of the first tasks of a world, as words. */
async function solvedElsewhere(seed: number, count: number): Promise<string[][]> {
  using world = errands({ seed, count })
  using grader: ErrandsGrader = errandsGrader({ seed, count })
  const plans: string[][] = []
  for (const { id, goal } of world.tasks) {
    let state: ToolState = world.environment.initial({ goal })
    for (const { tool, input } of grader.solution(id))
      state = (await world.environment.step(state, { kind: 'call', tool, input: input as Json }, pureContext('search'))).state
    plans.push(callWords({ ...state, answer: 'done' }))
  }
  return plans
}
