// A better answer from a model: a prompt in, the best answer that the budget allows out. Thin over `search`.
import type { z } from 'zod'
import type { Amounts } from '../core/common.ts'
import type { SearchResult } from '../core/options.ts'
import { type ReasoningAction, type ReasoningState, solutionText } from '../environments/reasoning.ts'
import { type Found, foundAnswer } from './found-answer.ts'
import { type AnswerKind, type AnswerOf, type Chosen, type ImproveOptions, improvement } from './improvement.ts'

/** An answer, what it took, and how it was found. */
export interface Improved<Answer> {
  readonly answer: Answer
  /** All that the model wrote, the answer in it. */
  readonly text: string
  /** What the evaluator thinks of it; NaN where none was asked. */
  readonly value: number
  /** `verify` said so with certainty. */
  readonly solved: boolean
  readonly stopped: SearchResult<never, never, never>['stopped']
  /** The unit that ran out, where `stopped` is `budget`. */
  readonly unit: string | undefined
  readonly usage: Amounts
  /** What was used beyond the limits. */
  readonly overrun: Amounts
  /** Wall time of this opening. */
  readonly seconds: number
  readonly runId: string
  /** All that was chosen for this search. */
  readonly settings: Chosen
  /** The `count` best answers, best first, all different. */
  answers(count: number): readonly { readonly answer: Answer; readonly text: string; readonly value: number }[]
  readonly tree: SearchResult<ReasoningState, ReasoningAction, never>['tree']
}

/**
 * A better answer from a model.
 *
 * Only `model` and `prompt` (or `messages`) are needed; what was chosen for the rest stands in the result's `settings`. With `verify` or
 * `judge` the preset's searcher looks for the answer that they find best. With neither, answers that can be compared (numbers, boxes,
 * choices) are voted on, and others judged by the model itself or by their likelihood. Stopped by `signal` or the budget, it returns the best
 * answer so far.
 *
 * @throws `E_ANSWER_NONE`, `E_SEARCH_FAILING`, `E_SEARCH_ABORTED` when there is no answer at all (the error's `usage` says what was used);
 * `E_FRONT_OPTION`, `E_PRESET_UNKNOWN`, `E_BUDGET_UNIT`, `E_BUDGET_AMOUNT`, `E_MODEL_PRICE` before it starts; `E_MODEL_AUTH` and other fatal
 * errors of the model; `E_RUN_FINGERPRINT` for a known `runId` with other options.
 *
 * @example
 * const { answer } = await improve({ model, prompt: 'A two-line poem about a heron.', budget: { calls: 12 } })
 *
 * @example
 * const { answer } = await improve({ model, prompt: 'Two primes that add up to 30.', schema: z.object({ p: z.int(), q: z.int() }),
 *   verify: ({ answer }) => isPrime(answer.p) && isPrime(answer.q) && answer.p + answer.q === 30 })
 */
export async function improve<Schema extends z.ZodType = z.ZodString, Kind extends AnswerKind = 'text'>(
  options: ImproveOptions<Schema, Kind>,
): Promise<Improved<AnswerOf<Schema, Kind>>> {
  const { options: search, chosen } = improvement(options)
  return improved(await foundAnswer(search), chosen)
}

/** What a user sees of a finished search. */
export function improved<Answer>(result: Found<ReasoningState, ReasoningAction, unknown>, settings: Chosen): Improved<Answer> {
  const { value, solved, stopped, unit, usage, overrun, seconds, runId, tree } = result
  return {
    answer: result.answer as Answer,
    text: solutionText(result.state),
    value,
    solved,
    stopped,
    unit,
    usage,
    overrun,
    seconds,
    runId,
    settings,
    answers: (count) =>
      result
        .answers(count)
        .map(({ node, answer }) => ({ answer: answer as Answer, text: solutionText(tree.state(node)), value: tree.mean(node) })),
    tree,
  }
}
