// `banyan guard` through real processes.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { banyan, temporaryFolder } from './banyan-process.ts'

const folder = temporaryFolder()
const run = (...args: string[]) => banyan(folder.path, args)
const write = (file: string, value: unknown) =>
  writeFileSync(join(folder.path, file), typeof value === 'string' ? value : JSON.stringify(value))
const call = (input: object) => JSON.stringify({ tool: 'pay', input })

beforeAll(() => {
  write('tools.json', [
    { name: 'pay', parameters: { type: 'object', properties: { to: { type: 'string' }, amount: { type: 'number' } }, required: ['to'] } },
  ])
  write('good.json', {
    tools: { pay: [{ effect: 'allow', when: { to: { enum: ['ann'] }, amount: { maximum: 50 } }, required: ['amount'] }] },
  })
  write('bad.json', { tools: { pay: [{ effect: 'allow', when: { too: { const: 'ann' } } }] } })
  write('none.json', { tools: { pay: [{ effect: 'perhaps' }] } })
  write('slow.json', { tools: { pay: [{ effect: 'allow', when: { to: { pattern: '(?=a)' } } }] } })
  write('text.json', 'no JSON')
})
afterAll(() => folder.remove())

it('tells what a policy cannot mean, and ends with 1', async () => {
  const good = await run('guard', 'check', 'good.json', '--tools', 'tools.json', '--json')
  expect(good).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(good.stdout)).toEqual({ ok: true, tools: 1, findings: [] })
  const bad = await run('guard', 'check', 'bad.json', '--tools', 'tools.json')
  expect(bad.code).toBe(1)
  expect(bad.stdout).toMatch(/error +pay.*too.*did you mean to\?[\s\S]*1 error/)
})

it('decides a call', async () => {
  const decided = async (input: object) =>
    JSON.parse((await run('guard', 'check', 'good.json', '--call', call(input), '--json')).stdout).decision
  expect(await decided({ to: 'ann', amount: 20 })).toMatchObject({ allow: true })
  expect(await decided({ to: 'eve', amount: 20 })).toMatchObject({ allow: false })
})

it.each([
  [['good.json', '--tools', 'nowhere.json'], /--tools cannot be read/],
  [['nowhere.json'], /POLICY cannot be read/],
  [['text.json'], /POLICY is no JSON/],
  [['none.json'], /not a policy/],
  [['slow.json'], /RE2/],
  [['good.json', '--tools', 'good.json'], /not descriptions of tools/],
  [['good.json', '--call', '{}'], /--call is no call/],
  [[], /POLICY is missing/],
])('ends with 2 for %j', async (args, message) => {
  const { code, stderr } = await run('guard', 'check', ...args)
  expect(stderr).toMatch(message)
  expect(code).toBe(2)
})

it('has help with examples', async () => {
  expect((await run('guard', 'check', '--help')).stdout).toMatch(/USAGE[\s\S]*EXAMPLES[\s\S]*banyan guard check/)
})
