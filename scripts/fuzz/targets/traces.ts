// Traces: documents and logs that were cut, changed, or written by somebody else; and files of models.
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Json } from '../../../src/core/common.ts'
import { type LogEntry, nowhere } from '../../../src/core/log.ts'
import { search } from '../../../src/core/search.ts'
import { bestFirst } from '../../../src/core/searchers/best-first.ts'
import { readGgufHeader } from '../../../src/models/local/gguf.ts'
import { letters, lettersProposer, lettersValue } from '../../../src/testing/letters.ts'
import { sampleLog } from '../../../src/testing/sample-log.ts'
import { tinyGguf } from '../../../src/testing/tiny-gguf.ts'
import { exportJson, importJson } from '../../../src/traces/export/json.ts'
import { exportSvg } from '../../../src/traces/export/tree-picture.ts'
import { treeOf } from '../../../src/traces/query.ts'
import { redactor } from '../../../src/traces/redact.ts'
import { isRunId } from '../../../src/traces/run-id.ts'
import { runSummary } from '../../../src/traces/summary.ts'
import { longText, modelText, nearly, nearlyText } from '../inputs.ts'
import { must, type Target, target } from '../target.ts'

const refuses = { refuses: true }
const entries = sampleLog({ trials: 5 }).map((event, sequence) => ({ sequence, event })) as unknown as readonly Json[]
const document = JSON.parse(exportJson(entries as unknown as readonly LogEntry[])) as Json
const recorded = (await recordedRun()) as unknown as readonly Json[]
const file = join(tmpdir(), `banyan-fuzz-${process.pid}.gguf`)
const redact = redactor({ secrets: ['sk-123456789'], environment: {} })

export const traceTargets: readonly Target[] = [
  target('trace document', { ...refuses, weight: 20 }, fc.oneof(nearlyText(document), longText), (text) => look(importJson(text))),
  target('document of another', { ...refuses, weight: 20 }, nearly(document), (json) => look(importJson(JSON.stringify(json)))),
  target('resumed log', { ...refuses, weight: 20 }, nearly([...recorded] as Json), async (changed) => {
    if (!Array.isArray(changed)) return
    const log = changed.map((event, sequence) => ({ sequence, event })) as unknown as readonly LogEntry[]
    await search({ ...options(), store: { ...nowhere, read: () => log }, runId: 'fuzz', replayOnly: true })
  }),
  target('redaction of records', { refuses: false, weight: 20 }, nearly(...entries), (entry) => {
    const event = (entry as { event?: unknown } | null)?.event
    if (typeof event === 'object' && event !== null) redact(event as Parameters<typeof redact>[0])
  }),
  target('run id', { refuses: false }, modelText, (text) =>
    must(!isRunId(text) || /^[\w.-]{1,100}$/.test(text), 'a run id is a plain name'),
  ),
  target('model file', { ...refuses, weight: 1 }, changedBytes(tinyGguf()), async (bytes) => {
    writeFileSync(file, Uint8Array.from(bytes))
    try {
      await readGgufHeader(file)
    } finally {
      rmSync(file)
    }
  }),
]

function options() {
  const parts = { environment: letters(), proposer: lettersProposer(), evaluator: lettersValue(), searcher: bestFirst() }
  return { ...parts, task: { length: 2 }, budget: { expansions: 4 }, seed: 3 }
}

/** The events of a real run. */
async function recordedRun(): Promise<unknown[]> {
  const events: unknown[] = []
  await search({ ...options(), store: nowhere, runId: 'fuzz', observe: (event) => events.push(JSON.parse(JSON.stringify(event))) })
  return events
}

/** What lists, exports and pictures do with a log. */
function look(log: readonly LogEntry[]): void {
  runSummary(log)
  treeOf(log)
  exportSvg(log)
  exportJson(log)
}

/** A file's beginning with bytes changed, and cut. Lists of numbers, so that they can be kept as JSON. */
function changedBytes(whole: Uint8Array): fc.Arbitrary<number[]> {
  const start = [...whole.subarray(0, 4000)]
  const change = fc.tuple(fc.nat({ max: 300 }), fc.integer({ min: 0, max: 255 }))
  return fc.tuple(fc.array(change, { maxLength: 6 }), fc.nat({ max: start.length })).map(([changes, length]) => {
    const bytes = start.slice(0, length < 200 ? length : start.length)
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
    return bytes
  })
}
