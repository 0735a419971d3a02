// A process of its own that writes a run, for tests that kill it: prints `held`, then the next sequence after each batch that was kept.
// node writer.ts <file> <run> <events a batch> <batches, 0 for ever>
import type { LogEvent } from '../../src/core/events.ts'
import { sqlite } from '../../src/traces/sqlite.ts'

const [path = '', runId = '', size = '', batches = ''] = process.argv.slice(2)
try {
  const store = sqlite(path)
  const token = await store.acquire(runId)
  say('held')
  let next = [...(await store.read(runId))].length
  for (let batch = 0; batches === '0' || batch < Number(batches); batch++) {
    next = await store.append(runId, token, next, eventsFrom(next, Number(size)))
    say(String(next))
  }
  await store.release(runId, token)
  await store.close()
} catch (error) {
  say((error as { code?: string }).code ?? String(error))
  process.exitCode = 1
}

/** Synchronous: what was said was said, even if the process is killed in the next moment. */
function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function eventsFrom(first: number, count: number): LogEvent[] {
  return Array.from({ length: count }, (_, i) => {
    const trial = first + i
    return {
      type: 'call-end',
      trial,
      index: 0,
      digest: `d${trial}`,
      result: [`${runId} ${trial}`, 'a long text '.repeat(60)],
      usage: { calls: 1 },
    }
  })
}
