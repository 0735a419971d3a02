// The three ways in which the demo answers a task: the model alone, best-of-n, tree search. Searchers, settings and parts are those of the
// environment's setup. What is counted as solved is decided after the search, by the grader of the environment.
import type { Json } from '../../core/common.ts'
import type { SearchOptions } from '../../core/options.ts'
import { search } from '../../core/search.ts'
import { writingPrompt } from '../../environments/writing/prompt.ts'
import { writingTask } from '../../environments/writing/task.ts'
import { graderFor } from '../../experiments/graders.ts'
import { assemble, completeSpec } from '../../front/assemble.ts'
import type { RunSpec } from '../../front/run-spec.ts'
import { setupNamed } from '../../front/setups/index.ts'
import type { Model } from '../../models/model.ts'
import type { DemoTask } from './tasks.ts'

export const demoArms = ['alone', 'bestOfN', 'tree'] as const
export type DemoArm = (typeof demoArms)[number]

export const armTitles: Readonly<Record<DemoArm, string>> = { alone: 'alone', bestOfN: 'best-of-n', tree: 'tree' }

/** What each search may use: generated tokens for a text; for a puzzle expansions, that is, states whose moves are listed. */
export interface DemoBudget {
  readonly tokens: number
  readonly expansions: number
}

export const demoBudget: DemoBudget = { tokens: 240, expansions: 60 }

/** What came of one search. */
export interface Answered {
  readonly arm: DemoArm
  readonly runId: string
  readonly solved: boolean
  /** The answer, or where there is none how far it came, as a person reads it. */
  readonly text: string
  /** Why it is not solved. */
  readonly reason: string | undefined
  /** Independent attempts of best-of-n. */
  readonly attempts: number
  readonly usage: Readonly<Record<string, number>>
  readonly seconds: number
  /** It was interrupted. */
  readonly aborted: boolean
}

/**
 * Whether the model has a say in a puzzle. One that cannot score given moves has none, and neither has no model: moves are then drawn
 * evenly, and the tree lists them with equal priors.
 */
export function choosesMoves(model: Model | undefined): boolean {
  return model?.capabilities.score === true
}

/** The search of one arm, by names. */
export function armSpec(
  arm: DemoArm,
  { environment, task }: DemoTask,
  { model, budget, seed }: { readonly model: Model | undefined; readonly budget: DemoBudget; readonly seed: number },
): RunSpec {
  const setup = setupNamed(environment)
  const asked = environment === 'writing' || choosesMoves(model) ? model?.name : undefined
  const searcher = { alone: 'greedy', bestOfN: 'best-of-n', tree: setup.searcher }[arm]
  return completeSpec({
    environment,
    task,
    model: asked,
    searcher,
    seed,
    budget: environment === 'writing' ? { tokens: budget.tokens } : { expansions: budget.expansions },
    ...(asked === undefined ? { proposer: arm === 'tree' ? 'uniform' : 'random' } : {}),
  })
}

/** Runs one search; what it finds is graded afterwards. */
export async function answer(
  arm: DemoArm,
  spec: RunSpec,
  model: Model | undefined,
  more: Pick<SearchOptions<unknown, unknown, unknown, unknown>, 'store' | 'runId' | 'signal' | 'watch'> = {},
): Promise<Answered> {
  const { show } = setupNamed(spec.environment)
  const options = assemble(spec, { model })
  const { runId, answer, state, tree, usage, seconds, stopped } = await search({ ...options, ...more })
  const { correct, reason } = await graderFor(spec.environment).grade(spec.task, answer, undefined)
  return {
    arm,
    runId,
    solved: correct,
    text: answer === undefined ? lastLines(state === undefined ? '' : options.environment.render(state)) : show(answer),
    reason: correct || answer === undefined ? undefined : reason,
    attempts: tree.children(tree.root).length,
    usage,
    seconds,
    aborted: stopped === 'aborted',
  }
}

/** The task as a person reads it. */
export function taskLine({ environment, task }: DemoTask): string {
  if (environment === 'writing') return writingPrompt(writingTask(task as never)).replaceAll('\n', ' ')
  return `Make 24 from ${(task as { readonly numbers: readonly Json[] }).numbers.join(', ')}: each number once, with + - * /.`
}

/** A rendered state without its heading, on one line. */
function lastLines(text: unknown): string {
  return typeof text === 'string' ? text.split('\n').slice(1).join('; ') : ''
}
