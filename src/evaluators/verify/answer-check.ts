// A user's own check of answers as an evaluator: it judges finished states and leaves the others alone. It knows no model and no reference.
import type { CallContext } from '../../core/call.ts'
import type { Awaitable, Json } from '../../core/common.ts'
import type { Environment } from '../../core/environment.ts'
import { BanyanError } from '../../core/errors.ts'
import type { Evaluation, Evaluator } from '../../core/evaluator.ts'
import type { NodeView } from '../../core/node-view.ts'

/** What a check may say: a verdict, a value in [0, 1], or a value with more to it. */
export type CheckResult = boolean | number | { readonly value: number; readonly certain?: boolean; readonly critique?: string }

/** A user's check of an answer. `signal` is aborted when the search stops or the time is up. */
export type Check<State, Answer> = (found: {
  readonly answer: Answer
  readonly state: State
  readonly signal: AbortSignal
}) => Awaitable<CheckResult>

export interface VerifyOptions<State, Answer> {
  /** Tells the answer of a state; the search's own environment will do. */
  readonly environment: Pick<Environment<State, never, never, Answer>, 'answer'>
  /** Default `verify`. */
  readonly name?: string
  /** Value of a state that is not finished, in [0, 1]. Default 0.5. */
  readonly neutral?: number
  /** Seconds that one check may take. Default 60. */
  readonly seconds?: number
  /** Default `recorded`: only the log knows what the check said. */
  readonly reproducible?: 'exact' | 'recorded'
  /** All that changes what the check says, for the run's fingerprint. */
  readonly settings?: Json
}

/**
 * An evaluator with values in [0, 1] from a check of answers.
 *
 * `true` is a certain 1 (a solution), `false` a certain 0 (a dead end), a number is an estimate, an object says itself whether it is certain.
 * A finished state without an answer is a certain 0. Unfinished states have the neutral value.
 *
 * Evaluating throws `E_VERIFY_VALUE` for anything else that the check returns, `E_VERIFY_THREW` with the cause when it throws,
 * `E_VERIFY_TIMEOUT` when it takes too long (a check that never gives way cannot be stopped).
 *
 * @example
 * const environment = reasoning()
 * const evaluator = verify(({ answer }) => Number(answer) % 7 === 0, { environment })
 */
export function verify<State, Answer>(check: Check<State, Answer>, options: VerifyOptions<State, Answer>): Evaluator<State> {
  const { environment, neutral = 0.5, seconds = 60 } = options
  if (!(neutral >= 0 && neutral <= 1))
    throw new BanyanError('E_VERIFY_OPTIONS', 'the neutral value cannot be used', { seen: neutral, wanted: 'a number in [0, 1]' })
  return {
    name: options.name ?? 'verify',
    settings: { neutral, seconds, ...(options.settings === undefined ? {} : { check: options.settings }) },
    reproducible: options.reproducible ?? 'recorded',
    range: [0, 1],
    async evaluate(groups, context) {
      const results: Evaluation[][] = []
      for (const group of groups) {
        const evaluations: Evaluation[] = []
        for (const node of group) evaluations.push(await judge(node, context))
        results.push(evaluations)
      }
      return results
    },
    atMost: () => ({ calls: 0, tokens: 0 }),
  }

  async function judge(node: NodeView<State>, context: CallContext): Promise<Evaluation> {
    if (!node.terminal) return { value: neutral }
    const answer = environment.answer(node.state)
    if (answer === undefined) return { value: 0, certain: true, critique: 'no answer' }
    return evaluationOf(await limited(check, { answer, state: node.state }, seconds, context.signal))
  }
}

async function limited<State, Answer>(
  check: Check<State, Answer>,
  found: { readonly answer: Answer; readonly state: State },
  seconds: number,
  stopped: AbortSignal,
): Promise<CheckResult> {
  stopped.throwIfAborted()
  const time = new AbortController()
  const signal = AbortSignal.any([stopped, time.signal])
  const timer = setTimeout(() => time.abort(), seconds * 1000)
  try {
    const ended = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    return await Promise.race([check({ ...found, signal }), ended])
  } catch (cause) {
    stopped.throwIfAborted()
    if (time.signal.aborted)
      throw new BanyanError('E_VERIFY_TIMEOUT', `the check did not end within ${seconds} seconds`, {
        hint: 'Raise `seconds`, or make the check give up',
        cause,
      })
    throw new BanyanError('E_VERIFY_THREW', `the check threw: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'A check that finds an answer wrong returns false',
      cause,
    })
  } finally {
    clearTimeout(timer)
  }
}

function evaluationOf(result: CheckResult): Evaluation {
  if (typeof result === 'boolean') return { value: result ? 1 : 0, certain: true }
  const evaluation = typeof result === 'number' ? { value: result } : result
  if (!(typeof evaluation?.value === 'number' && evaluation.value >= 0 && evaluation.value <= 1))
    throw new BanyanError('E_VERIFY_VALUE', 'the check returned no verdict', {
      seen: result,
      wanted: 'true, false, a number in [0, 1], or { value, certain?, critique? } with such a number',
    })
  const { value, certain, critique } = evaluation
  return { value, ...(certain === undefined ? {} : { certain }), ...(critique === undefined ? {} : { critique }) }
}
