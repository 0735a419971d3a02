// The demo on many seeds: nothing is drawn and no run is kept; what counts is how many tasks each arm solves.
import type { Model } from '../../models/model.ts'
import { type Answered, answer, armSpec, type DemoArm, type DemoBudget, demoArms } from './arms.ts'
import { type DemoTask, drawTasks } from './tasks.ts'

export interface ManyOptions {
  readonly seeds: readonly number[]
  readonly model: Model | undefined
  readonly budget: DemoBudget
  /** Searches at once. */
  readonly jobs: number
  readonly signal: AbortSignal
  onProgress?(done: number, solved: Readonly<Record<DemoArm, number>>): void
}

export interface TaskAnswers extends DemoTask {
  readonly seed: number
  readonly answers: Partial<Record<DemoArm, Answered>>
}

/** Every arm on the tasks of every seed. Ends early when the signal does; the searches that were under way are then left out. */
export async function answerMany({ seeds, model, budget, jobs, signal, onProgress }: ManyOptions): Promise<readonly TaskAnswers[]> {
  const tasks = seeds.flatMap((seed) =>
    drawTasks(seed, { writing: model !== undefined }).map((task) => ({ ...task, seed, answers: {} as Partial<Record<DemoArm, Answered>> })),
  )
  const work = tasks.flatMap((task) => demoArms.map((arm) => ({ task, arm })))
  const solved: Record<DemoArm, number> = { alone: 0, bestOfN: 0, tree: 0 }
  let next = 0
  let done = 0
  let failed = false
  const worker = async (): Promise<void> => {
    while (next < work.length && !signal.aborted && !failed) {
      const { task, arm } = work[next++]!
      try {
        const found = await answer(arm, armSpec(arm, task, { model, budget, seed: task.seed }), model, { signal })
        if (found.aborted) return
        task.answers[arm] = found
        if (found.solved) solved[arm]++
        onProgress?.(++done, solved)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(jobs, work.length) }, worker))
  const broken = ended.find((one) => one.status === 'rejected')
  if (broken !== undefined) throw broken.reason
  return tasks
}
