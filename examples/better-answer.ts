// A better answer from a model: what it finds most likely is wrong, and the search finds what the verifier accepts.
// The model is a scripted one, so that this runs without a network; any model of the AI SDK, or a local one, takes its place.
import { improve, scripted } from 'banyan'
import { z } from 'zod'

const model = scripted({ answers: ['{"p": 15, "q": 15}', '{"p": 1, "q": 29}', 'Try 7 and 21.', '{"p": 11, "q": 19}'] })
const isPrime = (n: number): boolean => n > 1 && !Array.from({ length: n - 2 }, (_, i) => i + 2).some((d) => n % d === 0)

const { answer, solved, usage, settings } = await improve({
  model,
  prompt: 'Which two primes add up to 30?',
  schema: z.object({ p: z.int(), q: z.int() }),
  verify: ({ answer: { p, q } }) => isPrime(p) && isPrime(q) && p + q === 30,
  preset: 'balanced',
  budget: { calls: 20 },
})

console.log(`${answer.p} + ${answer.q} = 30, ${solved ? 'verified' : 'the best of what was tried'}`)
console.log(`${usage.calls} calls, ${usage.tokens} tokens, by ${settings.searcher.name}`)
