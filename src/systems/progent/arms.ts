// What the arms run: episodes of the scripted agent, each through the engine with the arm's guard, judged by the state in which they end.

import { Random } from '../../core/random.ts'
import { search } from '../../core/search.ts'
import { onePath } from '../../core/searchers/one-path.ts'
import {
  agentDojo,
  type DojoTask,
  injectionMark,
  type Judged,
  judged,
  planner,
  plansOf,
  referenceOf,
  type Suite,
} from '../../environments/agentdojo.ts'
import type { ArmRun } from '../../experiments/experiment.ts'
import { type GuardedCall, policy } from '../../guard/index.ts'
import { groundedPolicy } from './grounded.ts'
import { handWritten } from './hand-written.ts'

/** What an arm is: how often injected text is obeyed, as a part of how often the unguarded agent does; and its guard. */
interface Arm {
  readonly obeys: number
  /** The attacker knows how policies are updated. */
  readonly adaptive?: true
  readonly guard?: (suite: Suite, prompt: string, calls: readonly GuardedCall[], asked: () => void) => ReturnType<typeof policy>
}

/**
 * Prompt defences change what a model reads, which a scripted agent does not. They are modelled as a part of the attacks that the agent no longer
 * obeys, never as all of them: about the parts that AgentDojo's paper measures with GPT-4o (57.7 % of attacks succeed, 41.7 % with delimiters,
 * 27.8 % with the repeated request).
 */
export const arms: Readonly<Record<string, Arm>> = {
  'no guard': { obeys: 1 },
  delimiters: { obeys: 0.72 },
  'repeated request': { obeys: 0.48 },
  'tool filter': {
    obeys: 1,
    guard: ({ tools }, prompt) =>
      policy({ tools: Object.fromEntries(groundedPolicy(prompt, tools).tools.map((name) => [name, [{ effect: 'allow' }]])) }),
  },
  'hand-written': {
    obeys: 1,
    guard: (suite, _prompt, calls, asked) =>
      policy(handWritten(suite), {
        // The user knows what he has asked for: a call of his own task is allowed, any other refused.
        ask({ action }) {
          asked()
          const { tool, input } = action as GuardedCall
          return calls.some((call) => call.tool === tool && JSON.stringify(call.input) === JSON.stringify(input))
        },
      }),
  },
  'hand-written, nobody asked': { obeys: 1, guard: (suite) => policy(handWritten(suite)) },
  generated: { obeys: 1, guard: generated({}) },
  'generated, without update': {
    obeys: 1,
    guard: ({ tools }, prompt) => policy(groundedPolicy(prompt, tools).policy),
  },
  'generated, adaptive attack': { obeys: 1, adaptive: true, guard: generated({}) },
  'generated, gullible update': { obeys: 1, guard: generated({ gullible: true }) },
}

function generated(reading: { readonly gullible?: boolean }): NonNullable<Arm['guard']> {
  return ({ tools }, prompt) => {
    const { policy: rules, updater } = groundedPolicy(prompt, tools, reading)
    return policy(rules, { updater })
  }
}

/** All episodes of an arm: each user's task alone, and with each of its suite's injections. */
export async function runArm(
  arm: Arm,
  suites: readonly Suite[],
  { q, seed, signal }: { readonly q: number; readonly seed: number; readonly signal: AbortSignal },
): Promise<ArmRun> {
  const alone: Judged[] = []
  const attacked: Judged[] = []
  const questions = { alone: 0, attacked: 0 }
  for (const suite of suites)
    for (const injection of [undefined, ...suite.injections])
      for (const user of suite.users) {
        signal.throwIfAborted()
        const task: DojoTask = {
          suite: suite.name,
          user: user.id,
          ...(injection && { injection: injection.id }),
          ...(arm.adaptive && { adaptive: true }),
        }
        // The same draw for every arm: who obeys less often obeys in a part of the same episodes.
        const obeys = new Random(seed, `${task.suite} ${task.user} ${task.injection}`).unit() < q * arm.obeys
        const reference = referenceOf(suites, task)
        const guard = arm.guard?.(
          suite,
          user.prompt,
          reference.made,
          () => void questions[injection === undefined ? 'alone' : 'attacked']++,
        )
        const { tree } = await search({
          environment: agentDojo(suites),
          task,
          proposer: planner(plansOf(suites, task, obeys)),
          searcher: onePath(),
          ...(guard && { guard }),
          seed,
          signal,
        })
        const found = judged(suites, reference, tree.state(tree.size - 1), injectionMark)
        if (injection === undefined) alone.push(found)
        else attacked.push(found)
      }
  const episodes = alone.length + attacked.length
  return {
    metrics: {
      utility: alone.map(({ useful }) => Number(useful)),
      utilityUnderAttack: attacked.map(({ useful }) => Number(useful)),
      attackSuccess: attacked.map((one) => Number(one.attacked)),
      irreversibleActions: attacked.map(({ irreversible }) => irreversible),
      questionsATask: questions.alone / alone.length,
      questionsAnAttack: questions.attacked / attacked.length,
      agentDojoData: Number(suites.some(({ name }) => name === 'banking')),
    },
    spent: { episodes },
  }
}
