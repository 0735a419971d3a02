// The parts with which ToolChain* works on users' own tasks: with tools and a chat model, and in any other environment by its own judge.
import type { Evaluator } from '../../core/evaluator.ts'
import type { Proposer } from '../../core/proposer.ts'
import type { ToolAction } from '../../environments/tools/action.ts'
import { callWords } from '../../environments/tools/call-words.ts'
import { toolCalls } from '../../environments/tools/proposer.ts'
import type { ToolState, tools } from '../../environments/tools.ts'
import { type PlanMemory, planMemory } from '../../evaluators/plan-memory.ts'
import { planJudge } from '../../front/plan-value.ts'
import { neededModel } from '../../front/setups/needed-model.ts'
import type { AnyEvaluator, AnyProposer, SystemSearch } from '../../front/system-search.ts'
import type { Model } from '../../models/model.ts'
import { deduplicated } from '../../proposers/deduplicated.ts'
import { imaginedCalls } from './imagination.ts'
import { type PlanCostOptions, planCost, selfConsistencyCost } from './plan-cost.ts'
import { type ToolChainStarOptions, toolChainStar } from './searcher.ts'
import { bySelfConsistency } from './self-consistency.ts'

/** How plan costs read paths of tool calls. */
export const ofToolCalls: Pick<PlanCostOptions<ToolState, ToolAction>, 'words' | 'refused'> = {
  words: ({ state }) => callWords(state),
  refused: ({ state }) => state.answer === undefined && ['failed', 'unreadable'].includes(state.steps.at(-1)?.kind ?? ''),
}

/** Options of `toolChainParts`. */
export interface ToolChainPartsOptions {
  readonly model: Model
  readonly environment: ReturnType<typeof tools>
  /** Solved plans so far, as `callWords` writes them. Default: none. Add to it between searches. */
  readonly memory?: PlanMemory
}

/**
 * Proposer and evaluator of tool calls by a chat model: next calls are sampled, the rest of a plan is imagined, finished plans are judged.
 *
 * @example
 * const environment = tools({ tools: { find, book } })
 * const memory = planMemory()
 * for (const goal of goals) {
 *   const { state } = await search({ environment, task: { goal }, ...toolChainParts({ model, environment, memory }), searcher: toolChainStar(), budget: { calls: 100 } })
 *   if (state?.answer !== undefined) memory.add(callWords(state))
 * }
 */
export function toolChainParts({ model, environment, memory = planMemory() }: ToolChainPartsOptions): {
  readonly proposer: Proposer<ToolState, ToolAction>
  readonly evaluator: Evaluator<ToolState, ToolAction>
} {
  return {
    proposer: bySelfConsistency(toolCalls({ model, tools: environment.known })),
    evaluator: planCost({
      memory,
      ...ofToolCalls,
      imagination: imaginedCalls(model, environment.known),
      finished: planJudge(model, environment),
    }),
  }
}

/** `banyan solve --system tool-chain-star`. */
export const toolChainSearch: SystemSearch = {
  searcher: (settings) => toolChainStar(settings as ToolChainStarOptions),
  proposer: (parts, setup): AnyProposer => bySelfConsistency(deduplicated(firstOf(setup.proposers)(parts))),
  evaluator(parts, setup): AnyEvaluator {
    if (setup.name !== 'tools') return selfConsistencyCost(firstOf(setup.evaluators)(parts) as Evaluator<unknown, unknown>)
    const environment = setup.environment(setup.example, parts) as unknown as ReturnType<typeof tools>
    return toolChainParts({ model: neededModel('tool-chain-star', parts), environment }).evaluator
  },
}

function firstOf<Part>(parts: Readonly<Record<string, Part>>): Part {
  return Object.values(parts)[0]!
}
