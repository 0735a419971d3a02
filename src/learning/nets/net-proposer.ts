// A trained net as a proposer: samples the steps that it would write. Calls are recorded and counted as those of any model; what several
// searches ask in one tick is decoded together.
import type { CallContext } from '../../core/call.ts'
import type { Json } from '../../core/common.ts'
import { canonical } from '../../core/digest.ts'
import { StarvedError } from '../../core/errors.ts'
import type { Candidate, Proposed, ProposeRequest, Proposer } from '../../core/proposer.ts'
import { Random } from '../../core/random.ts'
import type { BatchedDecoder, TextRequest } from './batched-decoder.ts'
import { parametersDigest } from './parameters-digest.ts'
import { checkedSampling, type SamplingOptions } from './sampling.ts'
import type { ScalarHead } from './scalar-head.ts'
import type { StepCodec } from './step-codec.ts'

/** Options of `netProposer`. */
export interface NetProposerOptions<State, Action> extends SamplingOptions {
  readonly decoder: BatchedDecoder
  readonly codec: StepCodec<State, Action>
  /** Of the proposer. Default `net`. */
  readonly name?: string
  /** The net's name in candidates and logs. Default: its kind and the first digits of its weights' digest. */
  readonly model?: string
  /** Whether a candidate's prior is its probability under the net, in parts of those of all candidates of its request. Default false. */
  readonly priors?: boolean
  /** `drop`: a step is offered once, and, where several samples are asked for, not if it is among the siblings. Default `drop`. */
  readonly duplicates?: 'drop' | 'keep'
  /** A value head: the value of the state comes with the proposals. */
  readonly head?: ScalarHead
}

/** One sample as it is recorded. */
interface Sample {
  readonly tokens: readonly number[]
  /** Of each token, under the net's own distribution. */
  readonly logProbs: readonly number[]
}

/**
 * Proposes steps by sampling them. Actions that the codec does not understand, and states that leave no room in the net's context, give no
 * candidate. A candidate's score is the sum of its tokens' log-probabilities under the net's own distribution; observed tokens count 0.
 *
 * @throws BanyanError E_DECODER_OPTION for settings out of range.
 * @example
 * const decoder = batchedDecoder(net)
 * search({ environment, task, proposer: netProposer({ decoder, codec }), evaluator: netEvaluator({ decoder, codec, head }), searcher: mcts() })
 */
export function netProposer<State, Action>(options: NetProposerOptions<State, Action>): Proposer<State, Action> {
  const { decoder, codec, priors = false, duplicates = 'drop', head } = options
  const sampling = checkedSampling(options)
  const weights = [...decoder.net.parameters, ...(head?.parameters ?? [])]
  const model = options.model ?? `${decoder.net.kind}-${parametersDigest(weights).slice(0, 12)}`
  const { context: longest } = decoder.net.shape

  return {
    name: options.name ?? 'net',
    settings: { model, ...sampling, mostTokens: codec.mostTokens, priors, duplicates, value: head !== undefined },
    reproducible: 'exact',
    async propose(requests, context) {
      const asked = requests.map((request) => proposeOne(request, context))
      // All are asked in one tick; the first error is thrown when none is under way any more.
      const ended = await Promise.allSettled(asked)
      return ended.map((one) => {
        if (one.status === 'rejected') throw one.reason
        return one.value
      })
    },
    atMost: (count) => ({ calls: 1, tokens: count * codec.mostTokens }),
  }

  async function proposeOne(request: ProposeRequest<State, Action>, context: CallContext): Promise<Proposed<Action>> {
    const { state } = request.node
    const prompt = Array.from(codec.prompt(state))
    const most = Math.min(codec.mostTokens, longest - prompt.length)
    if (most < 1 || prompt.length === 0) return { candidates: [], complete: true }
    const [samples, value] = await Promise.all([draw(prompt, most, request, context), stateValue(prompt, context)])
    return { candidates: candidatesOf(samples, request), ...(value !== undefined && { value }) }
  }

  async function draw(
    prompt: readonly number[],
    most: number,
    { node, count }: ProposeRequest<State, Action>,
    context: CallContext,
  ): Promise<readonly Sample[]> {
    const [allowed, observe] = [codec.allowed?.(node.state), codec.observe?.(node.state)]
    const result = await context.call({
      kind: 'generate',
      by: model,
      request: { prompt, count, mostTokens: most, ...sampling },
      atMost: { calls: 1, tokens: count * most },
      async run({ granted, seed, signal }) {
        if (granted('tokens') < 1) throw new StarvedError('tokens')
        // A grant that is too small for all samples gives fewer whole ones, or a single shorter one.
        const affordable = Math.max(1, Math.min(count, Math.floor(granted('tokens') / most)))
        const mostTokens = Math.max(1, Math.min(most, Math.floor(granted('tokens') / affordable)))
        const one: Omit<TextRequest, 'random'> = {
          ...{ prompt, mostTokens, stop: codec.stop, ...sampling },
          ...(allowed !== undefined && { allowed }),
          ...(observe !== undefined && { observe }),
        }
        const texts = Array.from({ length: affordable }, (_, sample) => ({ ...one, random: new Random(seed, sample) }))
        const generated = await decoder.generate(texts, signal)
        const chosen = generated.reduce((sum, text) => sum + text.chosen.reduce((all, flag) => all + flag, 0), 0)
        return {
          result: generated.map(({ tokens, rawLogProbs }) => ({ tokens: [...tokens], logProbs: [...rawLogProbs] })) as unknown as Json,
          usage: { calls: 1, tokens: chosen, evaluatedTokens: prompt.length },
        }
      },
    })
    return result as unknown as readonly Sample[]
  }

  async function stateValue(prompt: readonly number[], context: CallContext): Promise<number | undefined> {
    if (head === undefined) return undefined
    const [hidden] = await decoder.hidden([prompt], context.signal)
    const value = new Float32Array(1)
    head.decode(decoder.kernels, 1, hidden!, value)
    return value[0]
  }

  function candidatesOf(samples: readonly Sample[], { node, siblings, count }: ProposeRequest<State, Action>): Candidate<Action>[] {
    const keyOf = (action: Action) => canonical(action as unknown as Json)
    const seen = new Set(duplicates === 'drop' && count > 1 ? siblings.map(keyOf) : [])
    const candidates: (Candidate<Action> & { readonly score: number })[] = []
    for (const { tokens, logProbs } of samples) {
      const action = codec.action(tokens, node.state)
      if (action === undefined) continue
      if (duplicates === 'drop') {
        if (seen.has(keyOf(action))) continue
        seen.add(keyOf(action))
      }
      const score = Math.min(
        0,
        logProbs.reduce((sum, one) => sum + one, 0),
      )
      candidates.push({ action, score, tokens: { ids: tokens, logProbs, model } })
    }
    if (!priors) return candidates
    const highest = Math.max(...candidates.map(({ score }) => score))
    const total = candidates.reduce((sum, { score }) => sum + Math.exp(score - highest), 0)
    return candidates.map((candidate) => ({ ...candidate, prior: Math.exp(candidate.score - highest) / total }))
  }
}
