// One path goes on where it was when an action is denied, and never back.
import { expect, it } from 'vitest'
import { testSearcher } from '../../testing/test-searcher.ts'
import { search } from '../index.ts'
import { onePath } from './one-path.ts'

testSearcher({ name: 'one-path', create: () => onePath() })

const letters = {
  name: 'letters',
  initial: () => '',
  step: (state: string, letter: string) => ({ state: state + letter, reward: 0, terminal: state.length === 2 }),
  answer: (state: string) => (state.length === 3 ? state : undefined),
  render: (state: string) => state,
}
/** The next letter of the alphabet that was not proposed here. */
const alphabet = {
  name: 'alphabet',
  propose: (requests: readonly { siblings: readonly unknown[] }[]) =>
    requests.map(({ siblings }) => ({ candidates: siblings.length < 4 ? [{ action: 'abcd'[siblings.length]! }] : [] })),
}
const without = (...denied: string[]) => ({
  name: 'some',
  check: ({ action }: { action: string }) => (denied.includes(action) ? { allow: false as const, reason: 'no' } : { allow: true as const }),
})
const run = (guard?: ReturnType<typeof without>, patience = 16) =>
  search({ environment: letters, task: null, proposer: alphabet, searcher: onePath({ patience }), ...(guard && { guard }) } as never)

it('takes one action after the other', async () => {
  expect((await run()).answer).toBe('aaa')
})

it('tries something else where an action is denied', async () => {
  expect((await run(without('a', 'b'))).answer).toBe('ccc')
})

it('ends where nothing more is proposed, or patience is over', async () => {
  expect(await run(without('a', 'b', 'c', 'd'))).toMatchObject({ stopped: 'exhausted' })
  expect((await run(without('a', 'b'), 2)).answer).toBeUndefined()
})
