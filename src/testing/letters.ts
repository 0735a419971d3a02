// A tiny family of tasks for tests of searchers and stores: write `length` letters one at a time; each letter has a known worth.
// The best answer is known, states and actions are readable, and proposals are recorded calls whose delay and failures are chosen.
import type { Environment } from '../core/environment.ts'
import type { Evaluator } from '../core/evaluator.ts'
import type { Candidate, Proposer } from '../core/proposer.ts'
import { Random } from '../core/random.ts'

export interface LettersTask {
  readonly length: number
  /** Letters to choose from. Default `abcd`. */
  readonly letters?: string
}

export interface LettersState {
  readonly text: string
  readonly length: number
  readonly letters: string
}

/** Writes letters until `length` is reached. Equal texts are twins. */
export function letters(): Environment<LettersState, string, LettersTask, string> {
  return {
    name: 'letters',
    initial: (task) => ({ text: '', length: task.length, letters: task.letters ?? 'abcd' }),
    step: (state, letter) => {
      const text = state.text + letter
      return { state: { ...state, text }, reward: 0, terminal: text.length >= state.length }
    },
    actions: (state) => (state.text.length >= state.length ? [] : [...state.letters]),
    answer: (state) => (state.text.length >= state.length ? state.text : undefined),
    render: (state) => state.text || '(empty)',
    key: (state) => state.text,
  }
}

/** Share of letters that are `a`; certain at the end, where it is 1 only for the answer that is all `a`. */
export function lettersValue(): Evaluator<LettersState, string> {
  return {
    name: 'share-of-a',
    range: [0, 1],
    evaluate: (groups) =>
      groups.map((group) =>
        group.map(({ state, terminal }) => {
          const value = state.text === '' ? 0 : [...state.text].filter((letter) => letter === 'a').length / state.text.length
          return terminal ? { value: value === 1 ? 1 : value * 0.99 + 0.001, certain: true } : { value: value * 0.9 + 0.05 }
        }),
      ),
  }
}

export interface LettersProposerOptions {
  /** Milliseconds before a proposal, drawn anew for each call: timing that no seed decides. Default: none. */
  readonly delay?: () => number
  /** Called for each call that is really made. May throw. */
  readonly onCall?: (request: { readonly text: string; readonly seed: number }) => void
  /** Tokens that a proposal of one letter costs. Default 1. */
  readonly tokens?: number
}

/** Samples letters by a recorded call, the early ones of the alphabet more often, with priors and log-probabilities. */
export function lettersProposer(options: LettersProposerOptions = {}): Proposer<LettersState, string> {
  const { delay, onCall, tokens = 1 } = options
  return {
    name: 'letters-model',
    reproducible: 'exact',
    atMost: (count) => ({ calls: 1, tokens: count * tokens }),
    propose: (requests, context) =>
      Promise.all(
        requests.map(async ({ node, count }) => {
          const { text, letters } = node.state
          const sampled = await context.call({
            kind: 'generate',
            by: 'letters-model',
            request: { text, count },
            atMost: { calls: 1, tokens: count * tokens },
            run: async ({ seed, signal, granted }) => {
              if (delay !== undefined) await wait(delay(), signal)
              onCall?.({ text, seed })
              const random = new Random(seed, 'letters')
              const size = Math.min(count, Math.floor(granted('tokens') / tokens))
              return { result: Array.from({ length: size }, () => sample(letters, random)), usage: { calls: 1, tokens: size * tokens } }
            },
          })
          return { candidates: distinct(sampled, letters) }
        }),
      ),
  }
}

/** Waits, unless the signal comes first. */
export function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds)
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        reject(signal.reason)
      },
      { once: true },
    )
  })
}

function weights(letters: string): number[] {
  return [...letters].map((_, index) => 1 / (index + 1))
}

function sample(letters: string, random: Random): string {
  return letters[random.weighted(weights(letters))]!
}

function distinct(sampled: readonly string[], letters: string): Candidate<string>[] {
  const all = weights(letters)
  const total = all.reduce((sum, weight) => sum + weight, 0)
  return [...new Set(sampled)].map((letter) => {
    const prior = all[letters.indexOf(letter)]! / total
    return { action: letter, prior, score: Math.log(prior), tokens: { ids: [letters.indexOf(letter)], model: 'letters-model' } }
  })
}
