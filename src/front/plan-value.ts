// The value of a path of tool calls: finished plans are judged by those who can, unfinished ones cost nothing and fall with every failed step.
import type { Evaluation, Evaluator } from '../core/evaluator.ts'
import type { ToolAction } from '../environments/tools/action.ts'
import type { ToolState } from '../environments/tools.ts'
import { perGroup } from '../evaluators/groups.ts'
import type { Renderer } from '../evaluators/judge/prompt.ts'
import { yesNoJudge } from '../evaluators/judge/yes-no.ts'
import type { Model } from '../models/model.ts'

/**
 * An unfinished path is worth 0.5, and 0.1 less for each step that failed or could not be read, but at least 0.1; a path that ended without
 * an answer is a certain 0; finished plans are judged by `finished` (range [0, 1]), in their groups.
 */
export function planValue(finished: Evaluator<ToolState, ToolAction>): Evaluator<ToolState, ToolAction> {
  return {
    name: 'plan',
    range: [0, 1],
    ...(finished.reproducible === undefined ? {} : { reproducible: finished.reproducible }),
    ...(finished.oracle === undefined ? {} : { oracle: finished.oracle }),
    ...(finished.atMost === undefined ? {} : { atMost: (count: number) => finished.atMost!(count) }),
    settings: { finished: { name: finished.name, settings: finished.settings ?? null } },
    async evaluate(groups, context) {
      const judged = groups.map((group) => group.filter(({ state }) => state.answer !== undefined))
      const open = judged.filter((group) => group.length > 0)
      const said = open.length === 0 ? [] : (await finished.evaluate(open, context)).flat()
      let next = 0
      const evaluations = groups.flat().map(({ state, terminal }): Evaluation => {
        if (state.answer !== undefined) return said[next++] ?? { value: 0 }
        if (terminal) return { value: 0, certain: true, critique: 'it ended without an answer' }
        const failures = state.steps.filter(({ kind }) => kind === 'failed' || kind === 'unreadable').length
        return { value: Math.max(0.1, 0.5 - 0.1 * failures) }
      })
      return perGroup(groups, evaluations)
    },
  }
}

/** A model's word on finished plans. */
export function planJudge(model: Model, environment: Renderer<ToolState>): Evaluator<ToolState, ToolAction> {
  return yesNoJudge<ToolState, ToolAction>({
    model,
    environment,
    name: 'judge',
    question: 'Do these steps, with the planned ones carried out at the end, reach the goal?',
    ...(model.capabilities.score ? {} : { samples: 3 }),
  })
}
