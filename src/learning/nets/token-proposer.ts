// A net as a proposer of single tokens: the most probable ones, each with its probability. What several searches ask in one tick is decoded
// together.

import type { CallContext } from '../../core/call.ts'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import type { Proposed, Proposer } from '../../core/proposer.ts'
import type { TokensState } from '../../environments/tokens.ts'
import type { BatchedDecoder } from './batched-decoder.ts'
import type { Alternative } from './chooser.ts'
import { parametersDigest } from './parameters-digest.ts'

/** Options of `netTokenProposer`. */
export interface NetTokenProposerOptions {
  readonly decoder: BatchedDecoder
  /** Tokens that are offered at once, at most; those proposed before come first. Default: as many as are asked for. */
  readonly most?: number
  /** The net's name in candidates and logs. Default: its kind and the first digits of its weights' digest. */
  readonly model?: string
  readonly name?: string
}

/**
 * Proposes next tokens, the most probable first: one pass of the net a state, counted as one token and one call. Priors are the net's own
 * probabilities, scores their logarithms.
 *
 * @throws BanyanError E_DECODER_OPTION for a `most` that is no whole number from 1.
 * @example
 * search({ environment: tokens({ end: 1, mostTokens: 24 }), task: { prompt }, proposer: netTokenProposer({ decoder }), searcher, evaluator })
 */
export function netTokenProposer(options: NetTokenProposerOptions): Proposer<TokensState, number> {
  const { decoder, most, name = 'net-tokens' } = options
  const { vocabulary, context: longest } = decoder.net.shape
  if (most !== undefined && !(Number.isInteger(most) && most >= 1))
    throw new BanyanError('E_DECODER_OPTION', 'most is out of range', { seen: most, wanted: 'a whole number from 1' })
  const model = options.model ?? `${decoder.net.kind}-${parametersDigest(decoder.net.parameters).slice(0, 12)}`

  return {
    name,
    settings: { model, most: most ?? null },
    reproducible: 'exact',
    propose: (requests, context) =>
      Promise.all(
        requests.map(({ node, siblings, count }) => proposeOne(node.state, siblings, Math.min(vocabulary, most ?? count), context)),
      ),
    atMost: () => ({ calls: 1, tokens: 1 }),
  }

  async function proposeOne(
    { prompt, tokens }: TokensState,
    siblings: readonly number[],
    count: number,
    context: CallContext,
  ): Promise<Proposed<number>> {
    const text = [...prompt, ...tokens]
    if (text.length >= longest) return { candidates: [], complete: true }
    const wanted = Math.min(vocabulary, count + siblings.length)
    const found = await context.call({
      kind: 'generate',
      by: model,
      request: { prompt: text, mostTokens: 1, alternatives: wanted },
      atMost: { calls: 1, tokens: 1 },
      async run({ signal }) {
        const [row] = await decoder.generate([{ prompt: text, mostTokens: 1, temperature: 0, alternatives: wanted }], signal)
        return { result: row!.alternatives![0]! as unknown as Json, usage: { calls: 1, tokens: 1, evaluatedTokens: text.length } }
      },
    })
    const fresh = (found as unknown as readonly Alternative[]).filter(({ token }) => !siblings.includes(token)).slice(0, count)
    return {
      candidates: fresh.map(({ token, logProb }) => ({
        action: token,
        prior: Math.exp(logProb),
        // Rounding may say 0; no token is certain.
        score: Math.min(-1e-9, logProb),
        tokens: { ids: [token], logProbs: [logProb], model },
      })),
    }
  }
}
