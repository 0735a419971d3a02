// What a guard adds to a call: one decision of a policy, in microseconds.
import type { GuardRequest } from '../src/core/guard.ts'
import { isNarrower, policy } from '../src/guard/index.ts'
import type { Entry } from './entry.ts'
import { typicalSeconds } from './micro.ts'

const people = Array.from({ length: 50 }, (_, n) => `person-${n}@club.example`)
const mail = [
  { effect: 'forbid', when: { body: { pattern: '(?i)password|secret|[0-9]{16}' } } },
  { effect: 'allow', when: { to: { items: { enum: people }, maxItems: 3 }, subject: { maxLength: 100 } }, required: ['to'] },
] as const
const rules = { tools: { look: [{ effect: 'allow' }], mail } }
const changing = { tools: { ...rules.tools, look: [{ effect: 'allow', update: { tools: { mail: [] } } }] } }
const steps = Array.from({ length: 20 }, () => ({
  kind: 'called',
  tool: 'mail',
  input: { to: [people[7]], subject: 'Hello', body: 'Dear you,' },
}))

const request = (body: string): GuardRequest => ({
  state: { steps },
  action: { tool: 'mail', input: { to: [people[49]], subject: 'Hello', body } },
  effect: 'irreversible',
  purpose: 'search',
})

async function microseconds(given: object, body: string): Promise<number> {
  const guard = policy(given)
  const asked = request(body)
  if (!(await guard.check(asked)).allow) throw new Error('it should be allowed')
  return (await typicalSeconds(() => guard.check(asked))) * 1e6
}

export const entries: readonly Entry[] = [
  { name: 'guard/call', unit: 'µs', better: 'lower', measure: () => microseconds(rules, 'Dear you, see you on Friday. '.repeat(4)) },
  {
    name: 'guard/call-after-20',
    unit: 'µs',
    better: 'lower',
    measure: () => microseconds(changing, 'Dear you, see you on Friday. '.repeat(4)),
  },
  { name: 'guard/call-10000-characters', unit: 'µs', better: 'lower', measure: () => microseconds(rules, 'Dear you. '.repeat(1000)) },
  { name: 'guard/narrower', unit: 'µs', better: 'lower', measure: async () => (await typicalSeconds(() => isNarrower(mail, mail))) * 1e6 },
]
