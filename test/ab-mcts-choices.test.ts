// AB-MCTS against TreeQuest, its authors' library: in trees that are given, both choose the same nodes to go on from, equally often.
// The fixture was recorded by `bench/peers/ab-mcts-choices.py`, whose command stands in it.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Searcher } from '../src/core/index.ts'
import { Random } from '../src/core/random.ts'
import { abMctsA, abMctsM } from '../src/core/searchers/index.ts'
import { Tree } from '../src/core/tree.ts'
import type { Outcome, Trial } from '../src/core/trial.ts'

interface Case {
  readonly name: string
  readonly algorithm: 'ab-mcts-a' | 'ab-mcts-m'
  readonly settings: {
    readonly dist_type?: 'gaussian' | 'beta'
    readonly reward_average_priors?: Readonly<Record<string, number>>
    readonly model_selection_strategy?: 'multiarm_bandit_ucb'
  }
  /** Parent (-1 is the root), proposer and score of each node. */
  readonly nodes: readonly (readonly [number, string, number])[]
  /** By "node proposer": how often it was chosen, in parts of one. */
  readonly choices: Readonly<Record<string, number>>
}

const fixture = JSON.parse(readFileSync(new URL('fixtures/ab-mcts-choices.json', import.meta.url), 'utf8')) as {
  readonly draws: number
  readonly cases: readonly Case[]
}

function searcherOf({ algorithm, settings, nodes }: Case): Searcher {
  const propose = [...new Set(nodes.map(([, proposer]) => proposer))].sort()
  if (algorithm === 'ab-mcts-m') return abMctsM({ propose })
  return abMctsA({
    propose,
    posterior: settings.dist_type ?? 'gaussian',
    among: settings.model_selection_strategy === undefined ? 'thompson' : 'ucb',
    expected: settings.reward_average_priors ?? {},
  })
}

/** How often each node is chosen, in parts of one, when nothing more is told. */
function choicesOf(one: Case, draws: number): Record<string, number> {
  const searcher = searcherOf(one)
  const tree = new Tree()
  tree.addRoot('')
  const memory = searcher.start(tree)
  for (const [parent, by, value] of one.nodes) {
    const at = parent + 1
    tree.offer(at, [{ action: '' }])
    const node = tree.addChild(at, tree.blockSize[at]! - 1, { state: '', reward: 0, terminal: false })
    const trial: Trial = { id: 0, kind: 'expand', node: at, propose: { by, count: 1 }, step: true }
    searcher.tell(tree, memory, { ...nothing(trial, at), nodes: [node], offered: 1, evaluations: [{ value }] })
  }
  const random = new Random(1, 'choices')
  const counts: Record<string, number> = {}
  for (let draw = 0; draw < draws; draw++) {
    const [work] = searcher.ask(tree, memory, 1, random)
    if (work?.kind !== 'expand') throw new Error('nothing was chosen')
    const choice = `${work.node - 1} ${work.propose.by}`
    counts[choice] = (counts[choice] ?? 0) + 1 / draws
    searcher.tell(tree, memory, { ...nothing({ ...work, id: 1 }, work.node), status: 'cancelled' })
  }
  return counts
}

function nothing(trial: Trial, node: number): Outcome {
  return { trial, status: 'ok', node, nodes: [], offered: 0, evaluations: [], value: Number.NaN, usage: {} }
}

/** Half the sum of the differences: the most by which the probability of anything can differ. */
function variation(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): number {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].reduce((sum, key) => sum + Math.abs((a[key] ?? 0) - (b[key] ?? 0)), 0) / 2
}

/** χ² of two samples of counts, for choices that are not rare in either; and its degrees of freedom. */
function chiSquared(ours: Readonly<Record<string, number>>, theirs: Readonly<Record<string, number>>, draws: readonly [number, number]) {
  const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])]
  let sum = 0
  for (const key of keys) {
    const [a, b] = [(ours[key] ?? 0) * draws[0], (theirs[key] ?? 0) * draws[1]]
    if (a + b > 0) sum += (Math.sqrt(draws[1] / draws[0]) * a - Math.sqrt(draws[0] / draws[1]) * b) ** 2 / (a + b)
  }
  return { sum, degrees: keys.length - 1 }
}

describe('choices of AB-MCTS-A', () => {
  it.each(fixture.cases.filter(({ algorithm }) => algorithm === 'ab-mcts-a'))('are those of TreeQuest: $name', (one) => {
    const ours = choicesOf(one, fixture.draws)
    const { sum, degrees } = chiSquared(ours, one.choices, [fixture.draws, fixture.draws])
    // Four standard deviations above what is expected of equal distributions.
    expect(sum).toBeLessThan(degrees + 4 * Math.sqrt(2 * degrees))
    expect(variation(ours, one.choices)).toBeLessThan(0.02)
  })
})

describe('choices of AB-MCTS-M', () => {
  // TreeQuest's draws come from chains of a sampler, and ours too: not independent, so that only the distance is compared.
  it.each(fixture.cases.filter(({ algorithm }) => algorithm === 'ab-mcts-m'))('are nearly those of TreeQuest: $name', (one) => {
    expect(variation(choicesOf(one, 4000), one.choices)).toBeLessThan(0.04)
  })
})
