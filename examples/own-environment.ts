// An own environment in ten lines: pay an amount with as few coins as possible. It knows states and actions, and nothing of the search.
import { bestFirst, type Environment, type Evaluator, search } from 'banyan'

type Purse = { readonly left: number; readonly paid: readonly number[] }

export const change = (coins = [10, 7, 1]): Environment<Purse, number, { amount: number }, readonly number[]> => ({
  name: 'change',
  initial: ({ amount }) => ({ left: amount, paid: [] }),
  actions: ({ left }) => coins.filter((coin) => coin <= left),
  step: ({ left, paid }, coin) => ({ state: { left: left - coin, paid: [...paid, coin] }, reward: 0, terminal: left === coin }),
  answer: ({ left, paid }) => (left === 0 ? paid : undefined),
  render: ({ left, paid }) => `${paid.join(' + ') || 'nothing'} is paid, ${left} is left`,
})

/** Fewer coins are better; what is left needs at least a tenth of it in coins. */
export const fewCoins: Evaluator<Purse> = {
  name: 'few-coins',
  range: [0, 1],
  evaluate: (groups) =>
    groups.map((group) => group.map(({ state }) => ({ value: 1 / (1 + state.paid.length + Math.ceil(state.left / 10)) }))),
}

if (process.argv[1] === import.meta.filename) {
  const environment = change()
  const { answer } = await search({
    environment,
    task: { amount: 14 },
    evaluator: fewCoins,
    searcher: bestFirst(),
    budget: { expansions: 50 },
  })
  console.log(`14 = ${answer?.join(' + ')}`)
}
