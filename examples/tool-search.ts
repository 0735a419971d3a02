// Tools, plan and commit: the search looks and compares, and nothing is booked before the plan is committed.
// The tools are of the AI SDK; a tool of which nothing is said counts as irreversible.
import { tool } from 'ai'
import { scripted, searchTools } from 'banyan'
import { z } from 'zod'

const fares: Readonly<Record<string, number>> = { morning: 120, noon: 80, night: 95 }
const booked: string[] = []

const flights = tool({
  description: 'the fare of a flight in euros',
  inputSchema: z.object({ flight: z.enum(['morning', 'noon', 'night']) }),
  execute: ({ flight }) => fares[flight],
})
const book = tool({
  description: 'books a flight',
  inputSchema: z.object({ flight: z.string() }),
  execute: ({ flight }) => `ticket ${booked.push(flight)}`,
})

// A stand-in for a real model: it looks at a flight, books one, and ends.
const model = scripted({
  answer: ({ messages }, { random }) => {
    const soFar = messages?.at(-1)?.content ?? ''
    const flight = Object.keys(fares)[random.below(3)]
    if (soFar.includes('book(')) return '{"finish": "booked"}'
    return `{"tool": "${soFar.includes('flights(') ? 'book' : 'flights'}", "input": {"flight": "${flight}"}}`
  },
})

const plan = await searchTools({
  model,
  tools: { flights, book },
  effects: { flights: 'none' },
  goal: 'Book the cheapest flight.',
  verify: ({ calls: [call] }) => {
    const { flight } = (call?.input ?? {}) as { flight?: string }
    return flight !== undefined && fares[flight] === Math.min(...Object.values(fares))
  },
})

console.log(plan.text)
console.log(`booked before the commit: ${booked.length}`)

const { done, calls } = await plan.commit({ approve: ({ tool }) => tool === 'book' })
console.log(`committed: ${done}, ${calls.map(({ tool, status, result }) => `${tool} ${status} ${JSON.stringify(result)}`).join(', ')}`)

await plan.commit()
console.log(`booked after committing twice: ${booked.join(', ')}`)
