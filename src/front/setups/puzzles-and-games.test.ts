import { describe, expect, it } from 'vitest'
import { search } from '../../core/search.ts'
import { mcts } from '../../core/searchers/mcts.ts'
import { connectFourSetup } from './connect-four.ts'
import { countdownSetup } from './countdown.ts'
import { game24Setup } from './game24.ts'
import { ticTacToeSetup } from './tic-tac-toe.ts'

describe('setups of puzzles and games', () => {
  it('solve their examples without a model', async () => {
    for (const one of [game24Setup, countdownSetup]) {
      const found = await search({
        environment: one.environment(one.example as never) as ReturnType<typeof game24Setup.environment>,
        task: one.example as typeof game24Setup.example,
        searcher: mcts(one.searchers.mcts),
        evaluator: one.evaluators.promise!({}) as ReturnType<(typeof game24Setup.evaluators)[string]>,
        budget: { expansions: 300 },
      })
      expect(found.solved).toBe(true)
    }
  })

  it('find the move that wins at once', async () => {
    const four = await search({
      environment: connectFourSetup.environment({}),
      task: { moves: '112233' },
      searcher: mcts(connectFourSetup.searchers.mcts),
      evaluator: connectFourSetup.evaluators.rollout!({}),
      budget: { expansions: 500 },
    })
    expect(four.answer).toBe(4)
    const three = await search({
      environment: ticTacToeSetup.environment({}),
      task: { moves: '1425' },
      searcher: mcts(ticTacToeSetup.searchers.mcts),
      evaluator: ticTacToeSetup.evaluators.rollout!({}),
      budget: { expansions: 500 },
    })
    expect(three.answer).toBe(3)
  })

  it('say which model is missing', () => {
    expect(() => game24Setup.proposers.model!({})).toThrow(expect.objectContaining({ code: 'E_SETUP_MODEL' }))
  })

  it('have examples that their own schema takes', () => {
    for (const { task, example } of [game24Setup, countdownSetup, connectFourSetup, ticTacToeSetup])
      expect(task.safeParse(example).success).toBe(true)
  })

  it('show answers to people', () => {
    expect(game24Setup.show('(10 - 4) * (13 - 9)')).toBe('(10 - 4) * (13 - 9) = 24')
    expect(connectFourSetup.show(4)).toBe('4')
  })
})
