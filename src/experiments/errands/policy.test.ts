// The scripted policy: as skilled as it says, the same every time, never the same mistake by chance, and honest about what it costs.
import { expect, it } from 'vitest'
import { search } from '../../core/search.ts'
import { bestOfN } from '../../core/searchers/best-of-n.ts'
import { greedy } from '../../core/searchers/greedy.ts'
import { errands } from '../../environments/errands.ts'
import type { ToolAction } from '../../environments/tools/action.ts'
import type { ToolState } from '../../environments/tools.ts'
import { fakeContext } from '../../testing/fake-context.ts'
import { fakeNode } from '../../testing/fake-node.ts'
import { errandStream } from './stream.ts'

const seed = 1001

it('draws the right first call about as often as it says', async () => {
  using stream = await errandStream({ seed, count: 40, demonstrations: 2 })
  using world = errands({ seed, count: 40 })
  const shares: number[] = []
  for (const task of stream.tasks) {
    const node = fakeNode<ToolState, ToolAction>(world.environment.initial({ goal: task.goal }))
    const [answer] = await stream.policy(task).proposer.propose([{ node, siblings: [], count: 100 }], fakeContext())
    const total = answer!.candidates.reduce((sum, { prior }) => sum + prior!, 0)
    expect(total).toBeCloseTo(1)
    // The right call has its chance, and at most four wrong ones share the rest.
    expect(answer!.candidates.length).toBeLessThanOrEqual(5)
    shares.push(Math.max(...answer!.candidates.map(({ prior }) => prior!)))
  }
  expect(shares.some((share) => share > 0.8)).toBe(true)
  expect(stream.demonstrations).toEqual([
    expect.arrayContaining(['find_restaurants(city←goal, cuisine←goal)', 'finish']),
    expect.arrayContaining(['buy_ticket(passenger←goal, train←find_trains)', 'finish']),
  ])
})

it('solves all with perfect skill, in one call for each call, and one for the end', async () => {
  using stream = await errandStream({ seed, count: 16, demonstrations: 0, right: [1, 1], judge: 1 })
  using world = errands({ seed, count: 16 })
  for (const task of stream.tasks) {
    const { proposer, judge } = stream.policy(task)
    const { answer, usage, solved, tree } = await search({
      environment: world.environment,
      task: { goal: task.goal },
      proposer,
      evaluator: judge,
      searcher: greedy({ evaluate: 'default' }),
      budget: { calls: 20 },
    })
    expect([solved, await stream.isRight(task, answer)]).toEqual([true, true])
    // Each node below the root is a sample; the judge is asked once.
    expect(usage.calls).toBe(tree.size)
  }
})

it('does the same again, and draws anew at the same place', async () => {
  using stream = await errandStream({ seed, count: 3, demonstrations: 0 })
  using world = errands({ seed, count: 3 })
  const run = async () => {
    const { proposer, judge } = stream.policy(stream.tasks[0]!)
    const parts = { proposer, evaluator: judge, searcher: bestOfN({ n: null }), budget: { calls: 60 } }
    return search({ environment: world.environment, task: { goal: stream.tasks[0]!.goal }, ...parts })
  }
  const [one, again] = [await run(), await run()]
  expect(again.digest).toBe(one.digest)
  expect(one.usage.calls).toBeLessThanOrEqual(60)
  expect(new Set(one.tree.actions(0).map((action) => JSON.stringify(action))).size).toBeGreaterThan(1)
})
