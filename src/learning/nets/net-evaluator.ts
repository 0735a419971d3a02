// A trained net as an evaluator: a value head at the last token of a state.
import type { Evaluator } from '../../core/evaluator.ts'
import type { BatchedDecoder } from './batched-decoder.ts'
import { parametersDigest } from './parameters-digest.ts'
import type { ScalarHead } from './scalar-head.ts'
import type { StepCodec } from './step-codec.ts'

/** Options of `netEvaluator`. */
export interface NetEvaluatorOptions<State> {
  readonly decoder: BatchedDecoder
  /** How a state reads as tokens. */
  readonly codec: Pick<StepCodec<State, unknown>, 'prompt'>
  readonly head: ScalarHead
  /** Default `net-value`. */
  readonly name?: string
  /** The net's name in settings. Default: its kind and the first digits of its weights' digest, with the head's. */
  readonly model?: string
}

/**
 * Values of states by a head over a net; the range is the head's. All states that are asked for in one tick are read together, each as far as
 * it is not known yet. Counts `netEvaluations` and `evaluatedTokens`.
 *
 * @example
 * const evaluator = netEvaluator({ decoder: batchedDecoder(net), codec, head: valueHead({ width: net.shape.width }, { seed: 1 }) })
 */
export function netEvaluator<State, Action = unknown>(options: NetEvaluatorOptions<State>): Evaluator<State, Action> {
  const { decoder, codec, head } = options
  const model = options.model ?? `${decoder.net.kind}-${parametersDigest([...decoder.net.parameters, ...head.parameters]).slice(0, 12)}`
  return {
    name: options.name ?? 'net-value',
    settings: { model },
    reproducible: 'exact',
    range: head.range,
    async evaluate(groups, context) {
      const texts = groups.flatMap((group) => group.map(({ state }) => codec.prompt(state)))
      if (texts.length === 0) return groups.map(() => [])
      context.spend({ netEvaluations: texts.length, evaluatedTokens: texts.reduce((sum, { length }) => sum + length, 0) })
      const states = await decoder.hidden(texts, context.signal)
      const { width } = decoder.net.shape
      const hidden = new Float32Array(texts.length * width)
      states.forEach((state, at) => {
        hidden.set(state, at * width)
      })
      const values = new Float32Array(texts.length)
      head.decode(decoder.kernels, texts.length, hidden, values)
      let at = 0
      return groups.map((group) => group.map(() => ({ value: values[at++]! })))
    },
    atMost: () => ({ calls: 0, tokens: 0 }),
  }
}
