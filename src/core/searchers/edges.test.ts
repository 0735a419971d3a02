// What MCTS keeps beside the candidates chooses as the rule itself would, alone and with several trials under way.
import { describe, expect, it } from 'vitest'
import { connectFour } from '../../environments/connect-four.ts'
import { rollout } from '../../evaluators/rollout.ts'
import { Random } from '../random.ts'
import { search } from '../search.ts'
import type { Searcher } from '../searcher.ts'
import { Tree } from '../tree.ts'
import { mean } from './backup.ts'
import { Edges } from './edges.ts'
import { type MctsOptions, mcts } from './mcts.ts'
import { addPending } from './pending.ts'
import { puct, type Selection, uct } from './select.ts'

/** The rule as one that must be asked for every score. */
function scored({ name, triesAllFirst, term, score }: Selection): Selection {
  return { name, triesAllFirst, term, score }
}

const play = (options: MctsOptions, more: { concurrency?: number; detail?: 'events' } = {}) => {
  const environment = connectFour()
  return search({
    environment,
    task: { moves: '44' },
    searcher: mcts(options),
    evaluator: rollout(environment),
    budget: { expansions: 600 },
    seed: 3,
    ...more,
  })
}

describe('edges', () => {
  it('UCT: of two children worth 0.5 after 3 visits and 0.4 after 1, the second with c = 1, the first with c = 0', () => {
    for (const [exploration, chosen] of [
      [1, 1],
      [0, 0],
    ] as const) {
      const tree = new Tree()
      tree.addRoot('')
      tree.offerListed(0, ['a', 'b'])
      const edges = new Edges(tree, uct(exploration), 'parent', new Set())
      for (const index of [0, 1]) tree.addChild(0, index, { state: '', reward: 0, terminal: false })
      for (const [node, value] of [
        [1, 0.5],
        [1, 0.5],
        [1, 0.5],
        [2, 0.4],
      ] as const)
        edges.backUp(node, value, mean)
      edges.begin(new Random(1))
      expect(edges.descend(0, 1) - tree.blockStart[0]!).toBe(chosen)
    }
  })

  it.each([uct(2), puct(1.25)])('grow the tree that the rule asked for each score grows: $name', async (selection) => {
    for (const concurrency of [1, 6]) {
      const [kept, asked] = [await play({ selection }, { concurrency }), await play({ selection: scored(selection) }, { concurrency })]
      expect(kept.digest).toBe(asked.digest)
    }
  })

  it('leave nothing under way, and ask for no candidate twice', async () => {
    const inner = mcts()
    const under = new Set<string>()
    const watched: Searcher = {
      ...inner,
      ask(tree, memory, free, random) {
        const works = inner.ask(tree, memory, free, random)
        for (const work of works) {
          if (work.kind !== 'visit') continue
          expect(under.has(`${work.node} ${work.candidate}`)).toBe(false)
          under.add(`${work.node} ${work.candidate}`)
        }
        return works
      },
      tell(tree, memory, outcome) {
        if (outcome.trial.kind === 'visit') under.delete(`${outcome.trial.node} ${outcome.trial.candidate}`)
        inner.tell(tree, memory, outcome)
      },
    }
    const environment = connectFour()
    const { tree } = await search({
      environment,
      task: {},
      searcher: watched,
      evaluator: rollout(environment),
      budget: { expansions: 500 },
      concurrency: 16,
    })
    expect(Math.max(...tree.pending)).toBe(0)
  })
})

it('counts no more trials under way than fit', () => {
  const tree = new Tree()
  tree.addRoot('')
  addPending(tree, 0, 65_535)
  expect(() => addPending(tree, 0, 1)).toThrow(expect.objectContaining({ code: 'E_TREE_PENDING' }))
  expect(tree.pending[0]).toBe(65_535)
})
