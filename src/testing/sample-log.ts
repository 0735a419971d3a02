// Made-up logs for tests of stores, readers and pictures: a small search for a sentence, the same for the same seed. No model spoke here.
import type { Json } from '../core/common.ts'
import type { LogEvent, RunHeader, TrialEnd } from '../core/events.ts'
import { Random } from '../core/random.ts'

export interface SampleLogOptions {
  /** Default `sample`. */
  readonly runId?: string
  /** Trials after the root's. Default 12. */
  readonly trials?: number
  /** Default 1. */
  readonly seed?: number
  readonly parent?: NonNullable<RunHeader['parent']>
  /** Whether the run has ended. Default true. */
  readonly ended?: boolean
}

const openings = ['A brown dog', 'The dog', 'In the park,', 'On a windy day', 'My neighbour’s dog', 'Every morning']
const middles = [
  'leaps high',
  'runs across the grass',
  'waits by the gate',
  'chases after it',
  'barks at the sky',
  'turns in the air',
  'dives',
]
const ends = [
  'to catch the frisbee.',
  'with a frisbee in its mouth.',
  'while the frisbee flies away.',
  'and drops it at her feet.',
  'once more.',
]

/**
 * The events of a made-up run, in the order in which a driver writes them.
 * @example
 * const token = await store.acquire('sample')
 * await store.append('sample', token, 0, sampleLog())
 */
export function sampleLog(options: SampleLogOptions = {}): LogEvent[] {
  const { runId = 'sample', trials = 12, seed = 1, parent, ended = true } = options
  const random = new Random(seed, 'sample-log')
  const texts: string[] = ['']
  const values: number[] = [0]
  const depths: number[] = [0]
  const children: number[] = [0]
  const events: LogEvent[] = [
    {
      type: 'run-start',
      version: 1,
      runId,
      created: new Date(Date.UTC(2026, 10, 22, 12, 0, seed)).toISOString(),
      detail: 'events',
      fingerprint: { environment: 'writing@1', searcher: { name: 'mcts', settings: null }, seed },
      task: { include: ['dog', 'frisbee'], sentences: 1 },
      ...(parent === undefined ? {} : { parent }),
    },
    { ...trialEnd(0, 0), trial: { id: 0, kind: 'visit', node: 0, candidate: -1 } },
  ]
  for (let id = 1; id <= trials; id++) {
    const node = pick(random, values, depths)
    const depth = depths[node] as number
    const action = [openings, middles, ends][depth]?.[random.below([openings, middles, ends][depth]?.length ?? 1)] ?? '…'
    const text = `${texts[node]} ${action}`.trim()
    const terminal = depth === 2
    const solved = terminal && text.includes('dog') && text.includes('frisbee')
    const value = terminal ? Number(solved) : Math.round((0.15 + 0.2 * depth + 0.5 * random.unit()) * 100) / 100
    const failed = id % 11 === 7
    const request: Json = { prompt: `Write one sentence with the words dog and frisbee.\n${texts[node]}`, maxTokens: 12 }
    const key = { trial: id, index: 0, digest: `digest-${node}-${children[node]}` }
    events.push({ type: 'call-start', ...key, kind: 'generate', by: 'smollm2-135m', request })
    if (failed) {
      const error = { code: 'E_MODEL_TIMEOUT', message: 'the model did not answer within 30 s' }
      events.push({ type: 'call-error', ...key, error, usage: { calls: 1 } })
      events.push({ ...trialEnd(id, node), status: 'failed', error, usage: { calls: 1 } })
      continue
    }
    const tokens = action.split(' ').length
    const usage = { calls: 1, tokens, evaluatedTokens: 20 + 3 * depth }
    events.push({ type: 'call-end', ...key, result: [{ text: action, finish: 'stop' }], usage })
    const index = children[node] as number
    children[node] = index + 1
    texts.push(text)
    values.push(terminal ? -1 : value)
    depths.push(depth + 1)
    children.push(0)
    events.push({
      ...trialEnd(id, node),
      growth: [
        { grow: 'candidates', at: node, candidates: [{ action, prior: 0.25 }] },
        { grow: 'node', at: node, index, step: { reward: 0, terminal } },
      ],
      evaluated: [{ made: 0 }],
      evaluations: [{ value, ...(terminal ? { certain: true } : {}) }],
      node: { made: 0 },
      usage,
    })
    if (solved) values[values.length - 1] = -2
  }
  const best = values.indexOf(-2)
  if (ended) {
    events.push({
      type: 'run-end',
      stopped: best >= 0 ? 'solved' : 'budget',
      ...(best >= 0 ? { best, answer: texts[best] as string, value: 1 } : { unit: 'tokens' }),
      solved: best >= 0,
      trials: trials + 1,
      nodes: values.length,
      digest: `tree-${seed}`,
      usage: { tokens: 4 * trials, calls: trials },
      seconds: 1.5,
    })
  }
  return events
}

/** The best of three drawn nodes that can still grow. */
function pick(random: Random, values: readonly number[], depths: readonly number[]): number {
  let best = 0
  for (let i = 0; i < 3; i++) {
    const node = random.below(values.length)
    if ((depths[node] as number) < 3 && (values[node] as number) >= (values[best] as number)) best = node
  }
  return best
}

function trialEnd(id: number, node: number): TrialEnd {
  return {
    type: 'trial-end',
    trial: { id, kind: 'expand', node, propose: { count: 1 }, step: true },
    status: 'ok',
    growth: [],
    evaluated: [],
    evaluations: [],
    node,
    usage: {},
  }
}
