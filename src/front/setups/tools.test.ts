// Tools by name: a plan is found with tools of the user's own; without any, it is said how to bring them.
import { expect, it } from 'vitest'
import { z } from 'zod'
import { search } from '../../core/search.ts'
import { tool } from '../../environments/tools/tool.ts'
import { scripted } from '../../models/scripted.ts'
import { assemble, completeSpec } from '../assemble.ts'
import { setupNamed } from './index.ts'

const setup = setupNamed('tools')
const tools = {
  fare: tool({ inputSchema: z.object({}), effect: 'none', execute: () => 80 }),
  book: tool({ inputSchema: z.object({}), execute: () => Promise.reject(new Error('never in a search')) }),
}
const model = scripted({
  answer: ({ messages }) => {
    const text = messages?.at(-1)?.content ?? ''
    return text.includes('book(') ? '{"finish":"booked"}' : text.includes('fare(') ? '{"tool":"book"}' : '{"tool":"fare"}'
  },
  score: (said) => (said.includes('Yes') ? -0.1 : -3),
})

it('finds a plan with tools that are brought', async () => {
  const spec = completeSpec({ environment: 'tools', task: setup.promptTask!('Book it.'), model: model.name, budget: { calls: 20 } })
  expect(spec).toMatchObject({ searcher: 'best-first', proposer: 'model', evaluator: 'plan' })
  const { answer } = await search(assemble(spec, { model, tools }))
  expect(answer).toEqual({ answer: 'booked', calls: [{ tool: 'book', input: {}, effect: 'irreversible' }] })
  expect(setup.show(answer)).toBe('booked\nplanned 1  book({})  irreversible')
  expect(() => assemble(spec, { model })).toThrow(expect.objectContaining({ code: 'E_SETUP_TOOLS' }))
})

it('shows what was done, without the tools', () => {
  const { initial, render } = setup.environment(setup.example)
  expect(render?.(initial(setup.example) as never)).toMatch(/^Goal: /)
})

it('wants a goal', () => {
  expect(() => completeSpec({ environment: 'tools', task: { goal: ' ' } })).toThrow(/goal/)
})
