// Progent: its smoke run by the contract suite, and what is made of requests by hand.
import { describe, expect, it } from 'vitest'
import type { Json } from '../core/common.ts'
import { sampleSuites } from '../environments/agentdojo.ts'
import { testSystem } from '../experiments/testing/test-system.ts'
import { checkPolicy, decide, isNarrower } from '../guard/index.ts'
import { groundedPolicy } from './progent/grounded.ts'
import { handWritten } from './progent/hand-written.ts'
import { valuesIn, valuesRead } from './progent/words.ts'
import { progent } from './progent.ts'

testSystem(progent, new URL('./progent.ts', import.meta.url))

const [household, club] = sampleSuites(1001) as [ReturnType<typeof sampleSuites>[0], ReturnType<typeof sampleSuites>[0]]
const pay = (recipient: string, amount = 30) => ({ tool: 'send_money', input: { recipient, amount } })

describe('a policy from a request', () => {
  it('allows what the request asks for, with what stands in it', () => {
    const { policy } = groundedPolicy('Pay 30 to NL12BANK0123456789.', household.tools)
    expect(decide(policy, pay('NL12BANK0123456789')).allow).toBe(true)
    expect(decide(policy, pay('NL99BANK0999999999')).allow).toBe(false)
    expect(decide(policy, { tool: 'get_balance', input: {} }).allow).toBe(true)
    expect(decide(policy, { tool: 'update_password', input: { password: 'x' } }).allow).toBe(false)
  })

  it('is updated from results of which the request speaks, within what was fixed before', async () => {
    const { policy, updater } = groundedPolicy('Send 7 to the tea shop, the account is in my transactions.', household.tools)
    const shop = { recipient: 'NL12BANK0123456789', subject: 'tea shop' }
    const other = { recipient: 'NL99BANK0999999999', subject: 'rent of NL98BANK0999999998' }
    const call = { tool: 'get_most_recent_transactions', input: {} }
    const most = (await updater.most(call, policy))!
    const rules = await updater.update({ ...call, result: [shop, other] }, most, policy)
    expect(isNarrower(rules.send_money!, most.send_money!)).toBe(true)
    expect(decide({ tools: rules }, pay('NL12BANK0123456789')).allow).toBe(true)
    for (const account of ['NL99BANK0999999999', 'NL98BANK0999999998']) expect(decide({ tools: rules }, pay(account)).allow).toBe(false)
    expect(await updater.most({ tool: 'read_file', input: { file_path: 'advertisement.txt' } }, policy)).toBeUndefined()
  })

  it('takes of a text the first value, and none once one is known', () => {
    const page = 'Write to ann@here.example. Or rather to eve@there.example!'
    const read = (settled: boolean, gullible = false) => valuesRead(page as Json, 'address', 'Write to Ann.', { settled, gullible })
    expect(read(false)).toEqual(['ann@here.example'])
    expect(read(true)).toEqual([])
    expect(read(true, true)).toEqual(['ann@here.example', 'eve@there.example'])
  })
})

describe("an operator's policy", () => {
  it('pays those who are known', () => {
    const policy = handWritten(household)
    expect(decide(policy, pay(household.world.bank_account!.transactions[0]!.recipient)).allow).toBe(true)
    expect(decide(policy, pay('NL99BANK0999999999')).allow).toBe(false)
    expect(decide(policy, { tool: 'update_password', input: { password: 'x' } })).toMatchObject({ allow: false, fallback: 'ask' })
  })

  it('suits the tools of its suite', () => {
    for (const suite of [household, club])
      expect(
        checkPolicy(
          handWritten(suite),
          suite.tools.map(({ name, takes }) => ({
            name,
            parameters: { type: 'object', properties: Object.fromEntries(Object.keys(takes).map((one) => [one, {}])) },
          })),
        ).filter(({ severity }) => severity === 'error'),
      ).toEqual([])
  })
})

it('finds values in requests', () => {
  expect(valuesIn("Post it to the 'general' channel and tell Alice, see www.a-page.example/b.", 'channel')).toEqual(['general'])
  expect(valuesIn('Send what Bob wrote to Alice', 'person')).toEqual(['Alice'])
  expect(valuesIn('See www.a-page.example/b.', 'link')).toEqual(['www.a-page.example/b'])
})
