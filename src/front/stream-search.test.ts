// Following a search: every event once and in order, at the reader's pace; leaving stops it; errors reach whoever listens.
import { expect, it } from 'vitest'
import type { LogEvent } from '../core/events.ts'
import { bestOfN } from '../core/searchers/best-of-n.ts'
import { scripted } from '../models/scripted.ts'
import { letters, lettersProposer, lettersValue } from '../testing/letters.ts'
import { memory } from '../traces/memory.ts'
import { streamImprove, streamSearch } from './stream-search.ts'

const options = () => ({
  environment: letters(),
  task: { length: 3 },
  proposer: lettersProposer({ delay: () => 1 }),
  evaluator: lettersValue(),
  searcher: bestOfN({ n: 6 }),
})

async function all(events: AsyncIterable<LogEvent>): Promise<LogEvent[]> {
  const read: LogEvent[] = []
  for await (const event of events) read.push(event)
  return read
}

it('gives every event of the log, once and in order, to each reader', async () => {
  const store = memory()
  const { events, result, runId } = streamSearch({ ...options(), store })
  const [first, second] = await Promise.all([all(events), all(events)])
  const kept = [...(await store.read(runId))].map(({ event }) => event)
  expect(first).toEqual(kept)
  expect(second).toEqual(kept)
  expect([kept[0]?.type, kept.at(-1)?.type]).toEqual(['run-start', 'run-end'])
  expect((await result).answer).toMatch(/^[a-d]{3}$/)
})

it('shows events while the search goes on, and waits for no slow reader', async () => {
  const { events, result } = streamSearch(options())
  let seen = 0
  for await (const _ of events) {
    if (seen++ === 0) await result
  }
  expect(seen).toBeGreaterThan(20)
})

it('stops when the reader leaves', async () => {
  const { events, result } = streamSearch({ ...options(), searcher: bestOfN({ n: null }) })
  for await (const event of events) if (event.type === 'trial-end') break
  expect((await result).stopped).toBe('aborted')
})

it('stops at once when the reader leaves while it waits', async () => {
  const model = scripted({ fail: () => 'hang' })
  const { events, result } = streamImprove({ model, prompt: 'Anything?', verify: () => 1 })
  const reader = events[Symbol.asyncIterator]()
  while ((await reader.next()).value?.type !== 'call-start');
  const waiting = reader.next()
  await reader.return?.()
  await waiting.catch(() => undefined)
  await expect(result).rejects.toMatchObject({ code: 'E_SEARCH_ABORTED' })
})

it('stops by `abort` and by the signal', async () => {
  const endless = { ...options(), searcher: bestOfN({ n: null }) }
  const first = streamSearch(endless)
  first.abort()
  expect((await first.result).stopped).toBe('aborted')
  const second = streamSearch({ ...endless, signal: AbortSignal.timeout(5) })
  await all(second.events)
  expect((await second.result).stopped).toBe('aborted')
})

it('throws the error of the search, in the loop and from the result', async () => {
  const model = scripted({ fail: () => ({ status: 401 }) })
  const { events, result } = streamImprove({ model, prompt: 'Anything?', verify: () => 1 })
  await expect(all(events)).rejects.toMatchObject({ code: 'E_MODEL_AUTH' })
  await expect(result).rejects.toMatchObject({ code: 'E_MODEL_AUTH' })
})

it('improves an answer while it is followed, and replays a recorded run', async () => {
  const store = memory()
  const asked = {
    model: scripted({ answers: ['a', 'bb'] }),
    prompt: 'Say b.',
    store,
    runId: 'b',
    verify: ({ answer }: { answer: string }) => answer === 'bb',
  }
  const first = streamImprove({ ...asked, preset: 'fast' })
  const events = await all(first.events)
  expect((await first.result).answer).toBe('bb')
  const again = streamImprove({ ...asked, preset: 'fast' })
  expect(await all(again.events)).toEqual(events)
  expect((await again.result).answer).toBe('bb')
})
