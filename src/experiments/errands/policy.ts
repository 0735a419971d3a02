// A scripted policy for errands, of stated skill and noise: it proposes next calls, imagines how a plan goes on, and judges finished plans. What it
// says depends on seed, task, path and number of the sample alone. It is made from the solution, so that it stands for a model, not for a method.
import type { CallContext } from '../../core/call.ts'
import type { Json } from '../../core/common.ts'
import { canonical, digest } from '../../core/digest.ts'
import { StarvedError } from '../../core/errors.ts'
import type { Evaluator } from '../../core/evaluator.ts'
import type { NodeView } from '../../core/node-view.ts'
import type { Proposer } from '../../core/proposer.ts'
import { Random } from '../../core/random.ts'
import type { ErrandCall } from '../../environments/errands/families.ts'
import type { ToolAction } from '../../environments/tools/action.ts'
import type { Plan, ToolState } from '../../environments/tools.ts'
import { perGroup } from '../../evaluators/groups.ts'
import { distractors } from './distractors.ts'

/** Skill and noise. */
export interface ErrandSkill {
  /** Least and greatest probability of the right next call; each step of each task has its own, drawn evenly. Mean 0.55 by default: [0.25, 0.85]. */
  readonly right?: readonly [number, number]
  /** How the wrong calls of a step share the rest. Default [0.5, 0.25, 0.15, 0.1]. */
  readonly wrong?: readonly number[]
  /** How often its word on a finished plan is right. Default 0.95. */
  readonly judge?: number
}

export interface ErrandPolicyOptions extends ErrandSkill {
  readonly seed: number
  readonly task: { readonly id: string }
  readonly solution: readonly ErrandCall[]
  /** Calls that others would make in this world: what it mistakes its own for. */
  readonly others: readonly ErrandCall[]
  /** Whether a plan is right: what its word is made of. */
  isRight(plan: Plan): Promise<boolean>
}

/** What a policy can do: propose, imagine, judge. */
export type ErrandPolicy = ReturnType<typeof errandPolicy>

/** The unit of what it writes: calls, imagined ones too, and words on plans. One sample, one imagined rest and one word are a `calls` each. */
export const writtenUnit = 'written'

const longest = 12

/**
 * The policy of one task. Each search needs a new one, since it counts its samples.
 *
 * @example
 * const policy = errandPolicy({ seed, task, solution: grader.solution(task.id), others, isRight })
 * await search({ environment, task: { goal: task.goal }, proposer: policy.proposer, evaluator: policy.judge, searcher: dfsdt() })
 */
export function errandPolicy(options: ErrandPolicyOptions) {
  const { seed, task, solution, others, isRight, right = [0.25, 0.85], wrong = [0.5, 0.25, 0.15, 0.1], judge = 0.95 } = options
  const keys = solution.map((call) => canonical(actionOf(call) as unknown as Json))
  const drawn = new Map<string, number>()
  const stream = (key: string) => new Random(seed, `${task.id}|${key}`)
  const skills = [...solution, undefined].map((_, at) => right[0] + stream(`skill ${at}`).unit() * (right[1] - right[0]))

  /** Places in the solution that are still to be done. */
  function undone(actions: readonly string[]): number[] {
    const left = keys.map((key, at) => ({ key, at }))
    for (const action of actions) {
      const found = left.findIndex(({ key }) => key === action)
      if (found >= 0) left.splice(found, 1)
    }
    return left.map(({ at }) => at)
  }

  function sample(state: ToolState, actions: readonly string[], random: Random): ToolAction {
    const left = undone(actions)
    const at = left[0] ?? solution.length
    if (random.unit() < skills[at]!) return at < solution.length ? actionOf(solution[at]!) : finish
    const choices = distractors({ state, right: solution[at], next: solution[left[1] ?? -1], others, random: stream(`wrong ${at}`) })
    const weights = choices.map((_, place) => wrong[place] ?? 0)
    return choices[random.weighted(weights)]!
  }

  function rest(state: ToolState): number {
    const actions = doneIn(state)
    const random = stream(`imagined ${actions.join()}`)
    for (let calls = 0; calls < longest; calls++) {
      const action = sample(state, actions, random)
      if (action.kind === 'finish') return calls
      actions.push(canonical(action as unknown as Json))
    }
    return longest
  }

  const proposer: Proposer<ToolState, ToolAction> = {
    name: 'errand-policy',
    settings: { right: [...right], wrong: [...wrong] },
    atMost: (count) => ({ calls: count }),
    propose: (requests, context) =>
      requests.map(({ node, siblings, count }) => {
        const samples = paid(context, count)
        if (samples === 0) throw new StarvedError('calls')
        const actions = doneIn(node.state)
        const path = attempts(node.state)
        const known = new Set(count === 1 ? [] : siblings.map((action) => canonical(action as unknown as Json)))
        const groups = new Map<string, { readonly action: ToolAction; times: number }>()
        for (let one = 0; one < samples; one++) {
          const number = drawn.get(path) ?? 0
          drawn.set(path, number + 1)
          const action = sample(node.state, actions, stream(`sample ${number} ${path}`))
          const key = canonical(action as unknown as Json)
          const group = groups.get(key)
          if (group !== undefined) group.times++
          else if (!known.has(key)) groups.set(key, { action, times: 1 })
        }
        return { candidates: [...groups.values()].map(({ action, times }) => ({ action, prior: times / samples })) }
      }),
  }

  return {
    proposer,
    imagination: {
      name: 'errand-policy',
      atMost: (count: number) => ({ calls: count }),
      async rest(nodes: readonly NodeView<ToolState, ToolAction>[], context: CallContext) {
        return nodes.map(({ state }) => {
          if (paid(context, 1) === 0) return undefined
          const calls = rest(state)
          context.spend({ [writtenUnit]: calls })
          return calls
        })
      },
    },
    /** A certain 1 or 0 for finished plans; 0.5, at no cost, for others; a certain 0 for paths that ended without an answer. */
    judge: {
      name: 'errand-judge',
      settings: { right: judge },
      range: [0, 1],
      atMost: (count) => ({ calls: count }),
      async evaluate(groups, context) {
        const evaluations = []
        for (const { state, terminal } of groups.flat()) {
          const plan = planOf(state)
          if (plan === undefined) evaluations.push(terminal ? { value: 0, certain: true } : { value: 0.5 })
          else if (paid(context, 1) === 0) evaluations.push({ value: 0.5 })
          else {
            const truth = await isRight(plan)
            const wise = stream(`judge ${digest(plan.calls as unknown as Json)}`).unit() < judge
            evaluations.push(truth === wise ? { value: 1, certain: true } : { value: 0 })
          }
        }
        return perGroup(groups, evaluations)
      },
    } satisfies Evaluator<ToolState, ToolAction>,
  }
}

/** Pays for as many calls as there is left for, at most `count`. */
function paid(context: CallContext, count: number): number {
  const calls = Math.min(count, Math.floor(context.remaining('calls')))
  context.spend({ calls, [writtenUnit]: calls })
  return calls
}

/** What worked on the path, as texts. */
function doneIn({ steps }: ToolState): string[] {
  return steps.flatMap((step) =>
    step.kind === 'called' || step.kind === 'planned' ? [canonical({ kind: 'call', tool: step.tool, input: step.input })] : [],
  )
}

/** All that was tried on the path, as a text. */
function attempts({ steps }: ToolState): string {
  return canonical(steps.map((step) => (step.kind === 'unreadable' ? step.text : [step.tool, step.input])))
}

function planOf({ answer, steps }: ToolState): Plan | undefined {
  if (answer === undefined) return undefined
  const calls = steps.flatMap((step) =>
    step.kind === 'planned' ? [{ tool: step.tool, input: step.input, effect: 'reversible' as const }] : [],
  )
  return { answer, calls }
}

const finish: ToolAction = { kind: 'finish', answer: 'done' }

function actionOf({ tool, input }: ErrandCall): ToolAction {
  return { kind: 'call', tool, input: input as Json }
}
