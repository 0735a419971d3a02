// What MCTS keeps beside the candidates chooses as the rule itself would, alone and with several trials under way.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectFour } from '../../environments/connect-four.ts'
import { rollout } from '../../evaluators/rollout.ts'
import type { Evaluator } from '../evaluator.ts'
import type { NodeView } from '../node-view.ts'
import { Random } from '../random.ts'
import { search } from '../search.ts'
import type { Searcher } from '../searcher.ts'
import { Tree } from '../tree.ts'
import { mean } from './backup.ts'
import { Edges } from './edges.ts'
import { type MctsOptions, mcts } from './mcts.ts'
import { addPending, lessened } from './pending.ts'
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

/** How many of the trials under way are below the same move of the root at most, summed over all that is asked. */
async function crowding(virtualLoss: number): Promise<number> {
  const inner = mcts({ virtualLoss })
  let sum = 0
  const watched: Searcher = {
    ...inner,
    ask(tree, memory, free, random) {
      const works = inner.ask(tree, memory, free, random)
      sum += Math.max(0, ...tree.children(0).map((child) => tree.pending[child]!))
      return works
    },
  }
  const environment = connectFour()
  const evaluator = rollout(environment)
  await search({ environment, task: { moves: '44' }, searcher: watched, evaluator, budget: { expansions: 600 }, seed: 3, concurrency: 16 })
  return sum
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

  it('virtual loss: 0.5 after 3 visits with one trial under way is (1.5 - loss) / 4, and no longer chosen before 0.4 after 1', () => {
    for (const [virtualLoss, chosen] of [
      [0, 0],
      [1, 1],
    ] as const) {
      const tree = new Tree()
      tree.addRoot('')
      tree.offerListed(0, ['a', 'b'])
      const edges = new Edges(tree, uct(0), 'parent', new Set(), virtualLoss)
      for (const index of [0, 1]) tree.addChild(0, index, { state: '', reward: 0, terminal: false })
      for (const [node, value] of [
        [1, 0.5],
        [1, 0.5],
        [1, 0.5],
        [2, 0.4],
      ] as const)
        edges.backUp(node, value, mean)
      const choose = (): number => {
        edges.begin(new Random(1))
        return edges.descend(0, 1) - tree.blockStart[0]!
      }
      const count = (change: 1 | -1): void => {
        edges.underWay += change
        addPending(tree, 1, change)
        edges.refreshPath(1)
      }
      expect(choose()).toBe(0)
      count(1)
      expect(choose()).toBe(chosen)
      expect(tree.candidateColumn(`value ${virtualLoss}`, 0).values[0]).toBe(virtualLoss === 0 ? 0.5 : 0.125)
      count(-1)
      expect(choose()).toBe(0)
    }
  })

  it('virtual loss changes nothing alone, and keeps trials in flight apart', async () => {
    const [plain, lossy] = [await play({}), await play({ virtualLoss: 1 })]
    expect(lossy.tree.visits).toEqual(plain.tree.visits)
    expect(lossy.tree.valueSum).toEqual(plain.tree.valueSum)
    const [together, apart] = [await play({}, { concurrency: 16 }), await play({ virtualLoss: 1 }, { concurrency: 16 })]
    expect(apart.digest).not.toBe(together.digest)
    expect(await crowding(1)).toBeLessThan(await crowding(0))
    expect((await play({ virtualLoss: 1 }, { concurrency: 16 })).digest).toBe(apart.digest)
  })

  it('virtual loss grows the same tree by the fast path and recorded, where values are no draws', async () => {
    const environment = connectFour()
    const value = (node: NodeView<unknown, unknown>): number => new Random(7, environment.render(node.state as never)).unit()
    const evaluator: Evaluator<unknown, unknown> = {
      name: 'looks',
      range: [0, 1],
      reproducible: 'exact',
      evaluate: (groups) => groups.map((group) => group.map((node) => ({ value: value(node) }))),
      value,
    }
    const run = { environment, task: { moves: '44' }, searcher: mcts({ virtualLoss: 1 }), evaluator, budget: { expansions: 300 } }
    const [fast, recorded] = [await search(run), await search({ ...run, detail: 'events' })]
    expect(recorded.digest).toBe(fast.digest)
  })

  it('virtual loss below 0 is refused', () => expect(() => mcts({ virtualLoss: -1 })).toThrow(/virtualLoss/))

  it('a mean with losses under way lies between the mean and the loss', () =>
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 1000 }),
        fc.nat(64),
        fc.double({ min: 1, max: 4, noNaN: true }),
        (mean, visits, pending, loss) => {
          const seen = lessened(mean * visits, visits, pending, loss)
          expect(seen).toBeLessThanOrEqual(mean + 1e-9)
          expect(seen).toBeGreaterThanOrEqual(-loss - 1e-9)
          if (pending === 0) expect(seen).toBeCloseTo(mean, 12)
        },
      ),
    ))

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
