import { expect, it } from 'vitest'
import { letters, lettersProposer, lettersValue } from '../../testing/letters.ts'
import { search } from '../search.ts'
import { bestOfN } from './best-of-n.ts'

const base = { environment: letters(), task: { length: 2 }, proposer: lettersProposer(), searcher: bestOfN({ n: 2 }) }

it('gives the best judged end of its chains', async () => {
  const { node, tree, value } = await search({ ...base, evaluator: lettersValue() })
  const ends = Array.from({ length: tree.size }, (_, id) => id).filter((id) => tree.terminal(id))
  expect(value).toBe(Math.max(...ends.map((id) => tree.mean(id))))
  expect(ends).toContain(node)
})

it('gives the first end where judging fails or cannot be paid: what was found is not lost', async () => {
  const failing = { ...lettersValue(), value: undefined, evaluate: () => Promise.reject(new Error('the judge is gone')) }
  const { value: _, ...evaluator } = failing
  const result = await search({ ...base, evaluator })
  expect(result.tree.terminal(result.node!)).toBe(true)
  expect(result.answer).toHaveLength(2)
})
