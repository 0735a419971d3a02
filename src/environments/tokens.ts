// Generation itself as a tree: a state is the tokens written so far, an action is the next token. It knows no net; whoever proposes knows what
// may come next.
import type { Environment, Step } from '../core/environment.ts'
import { BanyanError } from '../core/errors.ts'

/** What the tokens go on from. */
export interface TokensTask {
  /** What is gone on from. */
  readonly prompt: readonly number[]
}

/** A prompt, and the tokens behind it. */
export interface TokensState {
  readonly prompt: readonly number[]
  /** Behind the prompt. */
  readonly tokens: readonly number[]
}

/** Options of `tokens`. */
export interface TokensOptions {
  /** The token that ends a text. Default: none does. */
  readonly end?: number
  /** Tokens behind the prompt at which a text ends. */
  readonly mostTokens: number
}

/**
 * Texts token by token. The answer is all tokens of a text that has ended.
 *
 * @throws BanyanError E_TOKENS_STEP for a token that is none, or after the end.
 * @example
 * search({ environment: tokens({ end: 1, mostTokens: 24 }), task: { prompt }, proposer: netTokenProposer({ decoder }),
 *   evaluator: likelihood({ of: 'path' }), searcher: beam({ width: 5, branching: 5 }) })
 */
export function tokens({ end, mostTokens }: TokensOptions) {
  const over = (written: readonly number[]) => written.length >= mostTokens || (written.length > 0 && written.at(-1) === end)
  return {
    name: 'tokens',
    initial: ({ prompt }: TokensTask): TokensState => ({ prompt, tokens: [] }),
    step({ prompt, tokens: written }: TokensState, token: number): Step<TokensState> {
      if (over(written) || !(Number.isInteger(token) && token >= 0))
        throw new BanyanError('E_TOKENS_STEP', over(written) ? 'the text has ended' : 'this is no token', {
          seen: token,
          wanted: over(written) ? 'no further token' : 'a whole number from 0',
        })
      const next = [...written, token]
      return { state: { prompt, tokens: next }, reward: 0, terminal: over(next) }
    },
    answer: ({ tokens: written }: TokensState): readonly number[] | undefined => (over(written) ? written : undefined),
    render: ({ prompt, tokens: written }: TokensState): string => `${prompt.join(' ')} | ${written.join(' ')}`,
    key: ({ tokens: written }: TokensState): string => written.join(' '),
    encode: ({ prompt, tokens: written }: TokensState) => ({ prompt, tokens: written }),
    decode: (json) => json as unknown as TokensState,
  } satisfies Environment<TokensState, number, TokensTask, readonly number[]>
}
