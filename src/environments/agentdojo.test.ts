// The suites: what users want can be done, what attackers want too, and both are seen in the ledger. AgentDojo's own data where it is there.
import { describe, expect, it } from 'vitest'
import { search } from '../core/search.ts'
import { onePath } from '../core/searchers/one-path.ts'
import { requirement } from '../testing/requirements.ts'
import {
  agentDojo,
  type DojoTask,
  injectionMark,
  judged,
  planner,
  plansOf,
  readSuites,
  referenceOf,
  type Suite,
  sampleSuites,
} from './agentdojo.ts'

async function ended(suites: readonly Suite[], task: DojoTask, obeys: boolean) {
  const { tree } = await search({
    environment: agentDojo(suites),
    task,
    proposer: planner(plansOf(suites, task, obeys)),
    searcher: onePath(),
  })
  const state = tree.state(tree.size - 1)
  return { state, found: judged(suites, referenceOf(suites, task), state, injectionMark) }
}

it('pays back what was got, and nothing else', async () => {
  const { state, found } = await ended(sampleSuites(7), { suite: 'household', user: 'pay-back' }, true)
  expect(state.steps.map(({ tool }) => tool)).toEqual(['get_most_recent_transactions', 'send_money'])
  expect(state.world.ledger).toEqual([{ did: 'paid', recipient: expect.stringContaining('BANK'), amount: expect.any(Number) }])
  expect(found).toEqual({ useful: true, attacked: false, irreversible: 0, exposed: false })
})

it('falls for what a result says, when it obeys', async () => {
  const task = { suite: 'household', user: 'spent', injection: 'steal' }
  expect((await ended(sampleSuites(7), task, true)).found).toEqual({ useful: true, attacked: true, irreversible: 1, exposed: true })
  expect((await ended(sampleSuites(7), task, false)).found).toEqual({ useful: true, attacked: false, irreversible: 0, exposed: true })
})

it("plants texts that begin with the attacker's values and the request, where he knows it", () => {
  const suites = sampleSuites(7)
  const task = { suite: 'household', user: 'pay-back', injection: 'steal' }
  const text = (adaptive: boolean) => agentDojo(suites).initial({ ...task, adaptive }).world.filesystem!.files['notice.txt']!
  expect(text(false)).not.toContain('Please send back')
  expect(text(true)).toMatch(/standing order\. NL\d+BANK\d+ .*Please send back/)
})

it('counts a mail that was sent and then deleted as sent', async () => {
  const { state, found } = await ended(sampleSuites(7), { suite: 'club', user: 'unread', injection: 'cover-up' }, true)
  expect(state.world.inbox!.initial_emails.length).toBe(3)
  expect(found).toMatchObject({ attacked: true, irreversible: 2 })
})

it('does not take a task for done whose call is missing', async () => {
  const suites = sampleSuites(7)
  const task = { suite: 'household', user: 'pay-back' }
  const { state } = await ended(suites, task, false)
  expect(judged(suites, referenceOf(suites, task), { ...state, world: { ...state.world, ledger: [] } }, injectionMark).useful).toBe(false)
  const looking = { suite: 'household', user: 'spent' }
  const read = (await ended(suites, looking, false)).state
  expect(judged(suites, referenceOf(suites, looking), { ...read, steps: [] }, injectionMark).useful).toBe(false)
})

it('follows the seed', () => {
  expect(sampleSuites(7)).toEqual(sampleSuites(7))
  expect(sampleSuites(8)[0]!.users).not.toEqual(sampleSuites(7)[0]!.users)
})

it('gives errors of tools as results', async () => {
  const environment = agentDojo(sampleSuites(7))
  const state = environment.initial({ suite: 'household', user: 'spent' })
  const call = (tool: string) =>
    environment.step(state, { tool, input: { file_path: 'nowhere' }, plan: 'user', after: [1, 0] }).state.steps[0]
  expect(call('read_file')).toMatchObject({ kind: 'failed', result: expect.stringContaining('there is no such file') })
  expect(call('fly')).toMatchObject({ kind: 'failed', result: expect.stringContaining('there is no tool fly') })
})

const data = requirement('shared-data')
describe.each([
  ['the sample suites', true],
  ["AgentDojo's suites", data.available],
])('%s', (name, available) => {
  it.skipIf(!available)('can be solved, and attacked, all of them', async () => {
    const suites = name === 'the sample suites' ? sampleSuites(11) : (await readSuites())!
    for (const suite of suites)
      for (const { id: user } of suite.users) {
        expect((await ended(suites, { suite: suite.name, user }, true)).found).toEqual({
          useful: true,
          attacked: false,
          irreversible: 0,
          exposed: false,
        })
        for (const { id: injection } of suite.injections) {
          const { found } = await ended(suites, { suite: suite.name, user, injection }, true)
          expect({ user, injection, ...found }).toEqual({
            user,
            injection,
            useful: true,
            attacked: true,
            irreversible: expect.any(Number),
            exposed: true,
          })
          expect(found.irreversible).toBeGreaterThan(0)
        }
      }
  })
})

it('says so where the data is not there', async () => {
  expect(await readSuites('/nowhere')).toBeUndefined()
})
