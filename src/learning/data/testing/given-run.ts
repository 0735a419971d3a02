// Runs that are written down as nested nodes, for tests whose every value is computed by hand.
import type { Json } from '../../../core/common.ts'
import type { LogEvent, TrialEnd } from '../../../core/events.ts'
import type { Store } from '../../../traces/store.ts'

/** A node; its text is its action. */
export interface GivenNode {
  readonly text?: Json
  /** What its evaluator said. */
  readonly value?: number
  /** The value is a verifier's. */
  readonly certain?: boolean
  readonly terminal?: boolean
  readonly reward?: number
  readonly tokens?: { readonly ids: readonly number[]; readonly logProbs?: readonly number[]; readonly model: string }
  readonly children?: readonly GivenNode[]
}

export interface GivenRun {
  /** Default `run`. */
  readonly id?: string
  /** Default `{ prompt: 'What?' }`. */
  readonly task?: Json
  readonly root: GivenNode
  /** Default `steps@1`, which no setup knows. */
  readonly environment?: string
  /** Whether its end is recorded. Default true. */
  readonly ended?: boolean
  readonly oracle?: 'training-label'
}

/** Node ids go depth first, from 0 at the root. */
export function eventsOf({
  id = 'run',
  task = { prompt: 'What?' },
  root,
  environment = 'steps@1',
  ended = true,
  oracle,
}: GivenRun): LogEvent[] {
  const fingerprint = { environment, task: '', searcher: { name: 'given', settings: null } }
  const created = '2026-11-23T00:00:00.000Z'
  const events: LogEvent[] = [
    { type: 'run-start', version: 1, runId: id, created, detail: 'events', fingerprint, task, ...(oracle === undefined ? {} : { oracle }) },
  ]
  let nodes = 0
  const add = (node: GivenNode, parent: number, index: number): void => {
    const own = nodes++
    const { text = null, value, certain, terminal = false, reward = 0, tokens } = node
    const given: TrialEnd = {
      type: 'trial-end',
      trial: { id: own, kind: 'expand', node: Math.max(0, parent), propose: { count: 1 }, step: true },
      status: 'ok',
      growth:
        parent < 0
          ? []
          : [
              { grow: 'candidates', at: parent, candidates: [{ action: text, ...(tokens === undefined ? {} : { tokens }) }] },
              { grow: 'node', at: parent, index, step: { reward, terminal } },
            ],
      evaluated: value === undefined ? [] : [parent < 0 ? 0 : { made: 0 }],
      evaluations: value === undefined ? [] : [{ value, ...(certain === undefined ? {} : { certain }) }],
      node: parent < 0 ? 0 : { made: 0 },
      usage: { tokens: 10 },
    }
    events.push(given)
    for (const [place, child] of (node.children ?? []).entries()) add(child, own, place)
  }
  add(root, -1, 0)
  if (ended)
    events.push({
      type: 'run-end',
      stopped: 'exhausted',
      solved: false,
      trials: nodes,
      nodes,
      digest: `tree-${id}`,
      usage: { tokens: 10 * nodes },
      seconds: 1,
    })
  return events
}

/** Writes a run to a store. */
export async function giveRun(store: Store, run: GivenRun): Promise<void> {
  const id = run.id ?? 'run'
  const token = await store.acquire(id)
  await store.append(id, token, 0, eventsOf(run))
  await store.release(id, token)
}

/** All rows of a stream. */
export async function rowsIn<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const found: Row[] = []
  for await (const row of rows) found.push(row)
  return found
}
