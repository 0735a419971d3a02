import { expect, it } from 'vitest'
import type { Live } from './environment.ts'
import { LivePool } from './live.ts'

const environment = {
  name: 'door',
  initial: () => 0,
  step: () => ({ state: 0, reward: 0, terminal: false }),
  answer: () => 0,
  render: String,
}
const live: Live<number, number> = { reset: () => 0, step: () => ({ state: 0, reward: 0, terminal: false }), close: () => {} }

it('gives the place of one that could not be opened to the next who waits', async () => {
  let opened = 0
  const pool = new LivePool<number, number>(
    environment,
    () => {
      if (++opened === 1) throw new Error('the door is stuck')
      return live
    },
    1,
  )
  const uses = await Promise.allSettled([1, 2, 3].map((use) => pool.use(async (lease) => [use, await lease.start()])))
  expect(uses.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(opened).toBe(2)
})
