// Small real searches whose runs hold every kind of row: puzzles with exact steps, and sentences whose texts are hard to write to files.
import type { Environment } from '../../src/core/environment.ts'
import type { Evaluator } from '../../src/core/evaluator.ts'
import { mcts } from '../../src/core/searchers/index.ts'
import { assemble, completeSpec } from '../../src/front/assemble.ts'
import { search } from '../../src/front/search.ts'
import { memory } from '../../src/traces/memory.ts'
import type { Store } from '../../src/traces/store.ts'

/** Texts with everything that files and shells may trip over. */
const oddTexts = [
  'plain',
  ' begins with a space',
  'a "quoted" \\ backslash, a comma',
  'two\nlines, and a\ttab',
  'naïve – Ünïcödé 汉字 🌳',
  'null',
  '2026-11-23',
  '0042',
  '<step> & </step>',
  "{'not': json}",
  'separator\u2028here',
]

type Sentence = readonly string[]

/** Three steps, two ways to go at each; a first step says where it begins among the texts. */
const sentences: Environment<Sentence, string, { readonly start: number }, string> = {
  name: 'sentences',
  initial: ({ start }) => [oddTexts[start % oddTexts.length]!],
  actions: (state) => [1, 2].map((next) => oddTexts[(oddTexts.indexOf(state.at(-1)!) + next) % oddTexts.length]!),
  step: (state, action) => ({
    state: [...state, action],
    reward: 0,
    terminal: state.length === 3,
    observation: `read: ${action}`,
  }),
  answer: (state) => (state.length === 4 ? state.at(-1) : undefined),
  render: (state) => `Go on:\n${state.join('\n')}`,
}

/** Ends are judged by how many characters stand in them: right, half right, wrong. */
const judge: Evaluator<Sentence> = {
  name: 'judge',
  range: [0, 1],
  evaluate: (groups) =>
    groups.map((group) =>
      group.map(({ state }) => {
        const value = (state.join('').length % 3) / 2
        return state.length === 4 ? { value, certain: true } : { value }
      }),
    ),
}

/** A store with the runs. The same every time for a seed. */
export async function searchedStore(seed: number): Promise<Store> {
  const store = memory()
  for (const numbers of [
    [4, 9, 10, 13],
    [1, 2, 3, 4],
  ]) {
    const spec = completeSpec({
      environment: 'game24',
      task: { numbers },
      searcher: 'mcts',
      settings: { continueWhenSolved: true },
      budget: { expansions: 40 },
      seed,
    })
    await search({ ...assemble(spec), store, runId: `puzzle-${numbers.join('-')}` })
  }
  for (const start of oddTexts.keys())
    await search({
      environment: sentences,
      task: { start },
      evaluator: judge,
      searcher: mcts({ continueWhenSolved: true }),
      budget: { expansions: 20 },
      seed,
      store,
      runId: `sentence-${start}`,
    })
  return store
}
