// The fast path of searchers: it grows the tree that `ask` and `tell` grow, and gives way to whoever replaces them.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { connectFour } from '../environments/connect-four.ts'
import { ticTacToe } from '../environments/tic-tac-toe.ts'
import { rollout } from '../evaluators/rollout.ts'
import type { Environment } from './environment.ts'
import type { Evaluator } from './evaluator.ts'
import { search } from './search.ts'
import type { Searcher } from './searcher.ts'
import { type MctsOptions, mcts } from './searchers/mcts.ts'

/** Sums of digits that are to come to a number: one player, ends of both kinds. */
const sums: Environment<readonly number[], number, { readonly moves: string }, number> = {
  name: 'sums',
  initial: () => [],
  actions: () => [1, 2, 3],
  step: (digits, digit) => ({ state: [...digits, digit], reward: digit === 3 ? 0.25 : 0, terminal: digits.length === 4 }),
  answer: (digits) => (digits.length === 5 ? digits.reduce((sum, digit) => sum + digit) : undefined),
  render: (digits) => digits.join(' + '),
  key: (digits) => String(digits.toSorted()),
}
const likely: Evaluator<unknown, unknown> = {
  name: 'drawn',
  range: [-1, 1],
  reproducible: 'exact',
  evaluate: (groups, { random }) => groups.map((group) => group.map(() => ({ value: random.unit() }))),
  value: (_node, random) => random.unit(),
}

const settings: fc.Arbitrary<MctsOptions> = fc.record(
  {
    selection: fc.constantFrom('uct', 'puct', 'max-ucb'),
    backup: fc.constantFrom('mean', 'max', 'children'),
    expansion: fc.constantFrom('one-child', 'all-children'),
    widening: fc.constant({ base: 1, power: 0.5 }),
    twins: fc.constantFrom('ignore', 'prune'),
    virtualLoss: fc.constantFrom(0, 0.5, 1),
    initialValue: fc.constantFrom<('parent' | number)[]>('parent', 0.5),
  },
  { requiredKeys: [] },
)
const games = [ticTacToe(), connectFour(), sums] as unknown as readonly Environment<unknown, unknown, { readonly moves: string }, unknown>[]

it('grows the same tree as asking and telling', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...games),
      settings,
      fc.integer({ min: 1, max: 400 }),
      fc.nat(),
      async (environment, options, expansions, seed) => {
        const evaluator = environment.turn === undefined ? likely : rollout(environment)
        const run = { environment, task: { moves: '' }, evaluator, budget: { expansions }, seed }
        const { visits, ...asked } = mcts(options)
        const [slow, fast] = await Promise.all([asked as Searcher, mcts(options)].map((searcher) => search({ ...run, searcher })))
        expect(visits).toBeDefined()
        expect({ digest: fast!.digest, trials: fast!.trials, stopped: fast!.stopped }).toEqual({
          digest: slow!.digest,
          trials: slow!.trials,
          stopped: slow!.stopped,
        })
      },
    ),
    { numRuns: 60 },
  ))

it('is not used where a searcher made from another tells it more', async () => {
  const plain = mcts()
  let told = 0
  const counted: typeof plain = {
    ...plain,
    tell(...outcome) {
      told++
      plain.tell(...outcome)
    },
  }
  const environment = ticTacToe()
  const { trials } = await search({
    environment,
    task: {},
    evaluator: rollout(environment),
    searcher: counted,
    budget: { expansions: 50 },
  })
  expect(told).toBe(trials)
})
