import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Growth, LogEvent, TrialEnd } from '../core/events.ts'
import type { LogEntry } from '../core/log.ts'
import { sampleLog } from '../testing/sample-log.ts'
import { nodesOf, treeOf } from './query.ts'

const entries = (events: readonly LogEvent[]): LogEntry[] => events.map((event, sequence) => ({ sequence, event }))
const end = (id: number, part: Partial<TrialEnd>): TrialEnd => ({
  type: 'trial-end',
  trial: { id, kind: 'visit', node: 0, candidate: 0 },
  status: 'ok',
  growth: [],
  evaluated: [],
  evaluations: [],
  node: 0,
  usage: {},
  ...part,
})
const step = { reward: 0, terminal: false }

it('shows nodes with their actions, values and the trials that made them', () => {
  const tree = treeOf(
    entries([
      end(0, {
        growth: [
          {
            grow: 'candidates',
            at: 0,
            candidates: [
              { action: 'a', prior: 0.7 },
              { action: 'b', prior: 0.3 },
            ],
          },
        ],
      }),
      { type: 'call-start', trial: 1, index: 0, digest: 'd', kind: 'generate', by: 'm', request: { prompt: 'go on' } },
      { type: 'call-end', trial: 1, index: 0, digest: 'd', result: ['c'], usage: { calls: 1 } },
      end(1, {
        growth: [
          { grow: 'node', at: 0, index: 1, step: { reward: 1, terminal: false, observation: 'seen' } },
          { grow: 'candidates', at: { made: 0 }, candidates: [{ action: 'c', score: -2 }] },
        ],
        evaluated: [{ made: 0 }],
        evaluations: [{ value: 0.5 }, { value: 9 }],
        node: { made: 0 },
        usage: { calls: 1 },
      }),
      end(2, { status: 'failed', node: 1, error: { code: 'E_X', message: 'no' } }),
    ]),
  )
  expect(tree.size).toBe(2)
  expect(tree.root).toMatchObject({ id: 0, parent: -1, depth: 0, candidates: 2, untried: 1, visits: 3 })
  expect(tree.root?.children).toEqual([
    {
      id: 1,
      parent: 0,
      depth: 1,
      action: 'b',
      prior: 0.3,
      reward: 1,
      terminal: false,
      observation: 'seen',
      visits: 2,
      value: 0.5,
      evaluations: [{ value: 0.5 }, { value: 9 }],
      candidates: 1,
      untried: 1,
      rewritten: [],
      status: 'failed',
      trials: [
        {
          id: 1,
          kind: 'visit',
          status: 'ok',
          usage: { calls: 1 },
          calls: [{ kind: 'generate', by: 'm', request: { prompt: 'go on' }, result: ['c'], usage: { calls: 1 } }],
        },
        { id: 2, kind: 'visit', status: 'failed', usage: {}, calls: [], error: { code: 'E_X', message: 'no' } },
      ],
      children: [],
    },
  ])
})

it('finds the candidates of children that were made as soon as they were offered', () => {
  const sampled = (id: number, action: string) =>
    end(id, {
      growth: [
        { grow: 'candidates', at: 0, candidates: [{ action }] },
        { grow: 'node', at: 0, index: 0, fresh: true, step },
      ],
    })
  const { root } = treeOf(entries([sampled(0, 'a'), sampled(1, 'b')]))
  expect(root?.children.map(({ action }) => action)).toEqual(['a', 'b'])
})

describe('growth', () => {
  const chain: Growth[] = [
    { grow: 'candidates', at: 0, candidates: [{ action: 'a' }] },
    { grow: 'node', at: 0, index: 0, step },
    { grow: 'candidates', at: { made: 0 }, candidates: [{ action: 'b' }] },
    { grow: 'node', at: { made: 0 }, index: 0, step: { ...step, terminal: true } },
  ]

  it('may be a chain in one trial', () => {
    const { root } = treeOf(entries([end(0, { growth: chain, node: { made: 1 } })]))
    expect([...nodesOf(root!)].map(({ id, depth, action, terminal }) => [id, depth, action, terminal])).toEqual([
      [0, 0, undefined, false],
      [1, 1, 'a', false],
      [2, 2, 'b', true],
    ])
  })

  it('may rewrite a node: its subtree and values go, the old action is remembered', () => {
    const tree = treeOf(
      entries([
        end(0, { growth: chain, evaluated: [1], evaluations: [{ value: 1 }], node: { made: 1 } }),
        end(1, {
          trial: { id: 1, kind: 'revise', node: 1, feedback: 'shorter' },
          growth: [{ grow: 'revision', at: 1, candidate: { action: 'A' }, step }],
          node: 1,
        }),
      ]),
    )
    expect(tree.size).toBe(2)
    const node = tree.root?.children[0]
    expect(node).toMatchObject({ action: 'A', rewritten: ['a'], children: [], candidates: 0, evaluations: [] })
    expect(node).not.toHaveProperty('value')
    expect(node?.trials[0]).toMatchObject({ kind: 'revise', feedback: 'shorter' })
  })

  it('may commit: the search goes on from there', () => {
    const tree = treeOf(
      entries([end(0, { growth: chain }), end(1, { growth: [{ grow: 'root', from: 1, step: { ...step, observation: 'done' } }] })]),
    )
    expect(tree.at).toBe(1)
    expect(tree.root?.children[0]?.observation).toBe('done')
  })

  it('takes no value from rollouts that were not kept', () => {
    const trial = { id: 0, kind: 'rollout', node: 0, steps: 3, keep: false } as const
    const tree = treeOf(entries([end(0, { trial, evaluated: [0], evaluations: [{ value: 1 }] })]))
    expect(tree.root).not.toHaveProperty('value')
  })
})

it('shows a call without a recorded end as begun, and what is asked again once', () => {
  const start = { type: 'call-start', trial: 0, index: 0, digest: 'd', kind: 'generate', by: 'm', request: 1 } as const
  const tree = treeOf(
    entries([
      start,
      start,
      { ...start, index: 1 },
      { type: 'call-end', trial: 0, index: 0, digest: 'd', result: 'x', usage: {} },
      end(0, {}),
    ]),
  )
  expect(tree.root?.trials[0]?.calls.map((call) => call.result)).toEqual(['x', undefined])
})

it('has no tree for an empty log, and ends with the best path', () => {
  expect(treeOf([])).toEqual({ header: undefined, end: undefined, root: undefined, at: 0, size: 0, best: [] })
  const tree = treeOf(entries(sampleLog({ trials: 40 })))
  expect(tree.best[0]).toBe(0)
  expect(tree.best.at(-1)).toBe(tree.end?.best)
})

it('counts every node once and every trial at each of its ancestors', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(60), (seed, trials) => {
      const log = sampleLog({ seed, trials })
      const tree = treeOf(entries(log))
      const nodes = [...nodesOf(tree.root!)]
      expect(nodes).toHaveLength(tree.size)
      expect(new Set(nodes.map((node) => node.id)).size).toBe(tree.size)
      expect(tree.size).toBe(tree.end?.nodes)
      expect(tree.root?.visits).toBe(trials + 1)
      for (const node of nodes) expect(node.visits).toBe(node.trials.length + node.children.reduce((sum, child) => sum + child.visits, 0))
    }),
    { numRuns: 40 },
  )
})

it('reads a chain of many thousand nodes', () => {
  const log = Array.from({ length: 20_000 }, (_, id) =>
    end(id, {
      growth: [
        { grow: 'candidates', at: id, candidates: [{ action: id }] },
        { grow: 'node', at: id, index: 0, step },
      ],
      node: { made: 0 },
    }),
  )
  const { size, root } = treeOf(entries(log))
  expect([size, root?.visits]).toEqual([20_001, 20_000])
})
