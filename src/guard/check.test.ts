// What a policy cannot mean, and what it may not mean, is told before it is used.
import { expect, it } from 'vitest'
import { checkPolicy, readDescribedTools } from './check.ts'
import { type Policy, readPolicy } from './rules.ts'

const text = { type: 'string' }
const tools = readDescribedTools([
  {
    name: 'pay',
    effect: 'irreversible',
    parameters: { type: 'object', properties: { to: text, amount: { type: 'number' }, note: text }, required: ['to', 'amount'] },
  },
  { name: 'look', inputSchema: { type: 'object', properties: {} } },
])
const found = (rules: Policy['tools'][string], more: Policy['tools'] = {}) =>
  checkPolicy(readPolicy({ tools: { look: [{ effect: 'allow' }], pay: rules, ...more } }), tools).map(
    ({ severity, tool, rule, argument, message }) =>
      [severity, tool, rule, argument, message].filter((part) => part !== undefined).join(' '),
  )
const toAnn = { effect: 'allow', when: { to: { const: 'ann' } } } as const

it('finds nothing in a policy that fits', () => {
  expect(found([toAnn])).toEqual([])
})

it.each<[string, Policy['tools'][string], string]>([
  [
    'an argument that is not there',
    [{ effect: 'allow', when: { amuont: { maximum: 5 } } }],
    'error pay 0 amuont the tool has no argument of this name; did you mean amount?',
  ],
  [
    'a condition of another type',
    [{ effect: 'allow', when: { amount: { pattern: '^5$' } } }],
    "error pay 0 amount no value of the argument's type meets the condition",
  ],
  [
    'a condition that nothing meets',
    [{ effect: 'allow', when: { amount: { minimum: 5, maximum: 4 } } }],
    'warning pay 0 amount no value meets the condition',
  ],
  [
    'an argument that may be left out',
    [{ effect: 'allow', when: { note: { maxLength: 9 } } }],
    'warning pay 0 note a call without this argument is allowed too',
  ],
  ['everything allowed of what cannot be undone', [{ effect: 'allow' }], 'warning pay 0 it allows every call'],
  [
    'a rule that never decides',
    [toAnn, { ...toAnn, priority: 1, when: { ...toAnn.when, amount: { maximum: 5 } } }],
    'warning pay 1 it never decides: rule 0 (allow)',
  ],
  ['a tie', [toAnn, { effect: 'forbid', when: { amount: { minimum: 100 } } }], 'note pay 0 where rule 1 of the same priority'],
  [
    'an update that is wider',
    [{ ...toAnn, update: { tools: { pay: [{ effect: 'allow', when: { to: text as never } }] } } }],
    'error pay 0 its update of pay is not provably narrower',
  ],
])('finds %s', (_, rules, message) => {
  expect(found(rules).join('\n')).toContain(message)
})

it('finds tools that are not there, and tells those that are not listed', () => {
  expect(found([toAnn], { lok: [] })).toEqual(['error lok there is no tool of this name; did you mean look?'])
  expect(checkPolicy({ tools: {} }, tools).map(({ severity }) => severity)).toEqual(['note', 'note'])
})

it('reads the lists of others', () => {
  const one = { name: 'pay', parameters: { properties: { to: text } } }
  expect(readDescribedTools([{ type: 'function', function: one }])).toEqual([one])
  expect(readDescribedTools({ tools: [{ name: 'pay', inputSchema: one.parameters }] })).toEqual([one])
  expect(() => readDescribedTools({ pay: {} })).toThrow(expect.objectContaining({ code: 'E_GUARD_TOOLS' }))
})
