// Golden trees: what each searcher grows for one small task and seed, written out so that a change shows what it changed.
import { expect, it } from 'vitest'
import { letters, lettersProposer, lettersValue } from '../../testing/letters.ts'
import { search } from '../search.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import { aStar } from './a-star.ts'
import { abMctsA } from './ab-mcts-a.ts'
import { abMctsM } from './ab-mcts-m.ts'
import { bandit } from './bandit.ts'
import { beam } from './beam.ts'
import { bestFirst } from './best-first.ts'
import { bestOfN } from './best-of-n.ts'
import { dfsdt } from './dfsdt.ts'
import { dvts } from './dvts.ts'
import { greedy } from './greedy.ts'
import { gumbel } from './gumbel.ts'
import { lats } from './lats.ts'
import { mcts } from './mcts.ts'
import { portfolio } from './portfolio.ts'
import { rebase } from './rebase.ts'
import { restarts } from './restarts.ts'
import { smc } from './smc.ts'
import { totBfs } from './tot-bfs.ts'
import { totDfs } from './tot-dfs.ts'
import { vote } from './vote.ts'

/** One line a node: its letter, visits × mean, and the candidates that were not tried. */
function drawn(tree: Tree<unknown, string>, best: number | undefined): string {
  const lines: string[] = []
  const draw = (node: number, indent: string): void => {
    const untried = tree.actions(node).filter((_, index) => tree.child(node, index) < 0)
    const value = tree.visits[node] === 0 ? '' : ` ${tree.visits[node]} × ${tree.mean(node).toFixed(2)}`
    lines.push(
      `${indent}${tree.action(node) ?? '·'}${value}${untried.length === 0 ? '' : ` (${untried.join('')})`}${tree.solved(node) ? ' solved' : ''}${node === best ? ' ←' : ''}`,
    )
    for (const child of tree.children(node)) draw(child, `${indent}  `)
  }
  draw(0, '')
  return `\n${lines.join('\n')}\n`
}

async function golden(searcher: Searcher): Promise<string> {
  const result = await search({
    environment: letters(),
    task: { length: 3 },
    proposer: lettersProposer(),
    evaluator: lettersValue(),
    searcher,
    budget: { calls: 7 },
    seed: 5,
  })
  return drawn(result.tree, result.node)
}

it('greedy', async () =>
  expect(await golden(greedy())).toMatchInlineSnapshot(`
  "
  ·
    a
      c
        d ←
  "
`))
it('best-of-n', async () =>
  expect(await golden(bestOfN({ n: 2 }))).toMatchInlineSnapshot(`
  "
  ·
    a
      c
        d 1 × 0.33
    a
      a
        b 1 × 0.66 ←
  "
`))
it('bandit', async () =>
  expect(await golden(bandit())).toMatchInlineSnapshot(`
  "
  ·
    a
      b
        c 1 × 0.33 ←
    a
      b
        d 1 × 0.33
    a
  "
`))
it('vote', async () =>
  expect(await golden(vote({ n: 2 }))).toMatchInlineSnapshot(`
  "
  ·
    a
      c
        d ←
    a
      a
        b
  "
`))
it('beam', async () =>
  expect(await golden(beam({ width: 2, branching: 2 }))).toMatchInlineSnapshot(`
  "
  ·
    a 1 × 0.95
      d 1 × 0.50
      a 1 × 0.95
        a 1 × 1.00 solved ←
    b 1 × 0.05
      d 1 × 0.05
  "
`))
it('best-first', async () =>
  expect(await golden(bestFirst({ branching: 2 }))).toMatchInlineSnapshot(`
  "
  ·
    c 1 × 0.05
      a 1 × 0.50
        a 1 × 0.66 ←
        c 1 × 0.33
      b 1 × 0.05
        a 1 × 0.33
  "
`))
it('mcts', async () =>
  expect(await golden(mcts({ branching: 2 }))).toMatchInlineSnapshot(`
  "
  · 6 × 0.61
    b 1 × 0.05 (a)
    a 4 × 0.89
      a 3 × 0.87 (b)
        b 1 × 0.66
        a 1 × 1.00 solved ←
  "
`))
it('smc', async () =>
  expect(await golden(smc({ particles: 2, resampleBelow: 1 }))).toMatchInlineSnapshot(`
  "
  ·
    a 1 × 0.95
      c 1 × 0.50
        d 1 × 0.33
    a 1 × 0.95
      a 1 × 0.95
        b 1 × 0.66 ←
  "
`))
it('ab-mcts-a', async () =>
  expect(await golden(abMctsA())).toMatchInlineSnapshot(`
  "
  ·
    a 1 × 0.95 ←
      b 1 × 0.50
    a 1 × 0.95
    a 1 × 0.95
      c 1 × 0.50
    a 1 × 0.95
    d 1 × 0.05
  "
`))
it('ab-mcts-m', async () =>
  expect(await golden(abMctsM())).toMatchInlineSnapshot(`
    "
    ·
      a 1 × 0.95
        b 1 × 0.50
          c 1 × 0.33 ←
        a 1 × 0.95
      a 1 × 0.95
        b 1 × 0.50
      a 1 × 0.95
    "
  `))
it('a-star', async () =>
  expect(await golden(aStar({ branching: 2 }))).toMatchInlineSnapshot(`
  "
  ·
    c 1 × 0.05
      a 1 × 0.50
        a 1 × 0.66 ←
        c 1 × 0.33
      b 1 × 0.05
        a 1 × 0.33
  "
`))
it('a-star over edges', async () =>
  expect(await golden(aStar({ branching: 2, expansion: 'edges', batch: 2 }))).toMatchInlineSnapshot(`
  "
  ·
    b 1 × 0.05
      a 1 × 0.50
        a 1 × 0.66
    a 1 × 0.95
      a 1 × 0.95
        b 1 × 0.66 ←
  "
`))
it('gumbel', async () =>
  expect(await golden(gumbel({ simulations: 8, considered: 2, branching: 2 }))).toMatchInlineSnapshot(`
  "
  · 9 × 0.57
    b 4 × 0.47
      a 3 × 0.61
        a 2 × 0.66 ←
    a 4 × 0.81
      a 3 × 0.76
        b 2 × 0.66
  "
`))
it('lats', async () =>
  expect(await golden(lats({ branching: 2 }))).toMatchInlineSnapshot(`
  "
  · 5 × 0.40
    c 6 × 0.35
      c 2 × 0.17
        a 1 × 0.33
        b 1 × 0.00
      a 4 × 0.54
        a 1 × 0.66 ←
        a 1 × 0.66
        c 1 × 0.33
      b 1 × 0.14
  "
`))
it('dvts', async () =>
  expect(await golden(dvts({ n: 2, branching: 2 }))).toMatchInlineSnapshot(`
    "
    ·
      c 1 × 0.05
        a 1 × 0.50
          a 1 × 0.66
          c 1 × 0.33
        b 1 × 0.05
      b 1 × 0.05
      a 1 × 0.95
        a 1 × 0.95
          a 1 × 1.00 solved ←
    "
  `))
it('rebase', async () =>
  expect(await golden(rebase({ width: 4 }))).toMatchInlineSnapshot(`
    "
    ·
      a 1 × 0.95
        a 1 × 0.95
          a 1 × 1.00 solved ←
        c 1 × 0.50
      b 1 × 0.05
    "
  `))
it('tot-bfs', async () =>
  expect(await golden(totBfs({ keep: 2, branching: 2 }))).toMatchInlineSnapshot(`
    "
    ·
      c 1 × 0.05
        a 1 × 0.50
          a 1 × 0.66 ←
          c 1 × 0.33
        b 1 × 0.05
          a 1 × 0.33
    "
  `))
it('tot-bfs judged by level', async () =>
  expect(await golden(totBfs({ keep: 1, branching: 2, judge: 'vote' }))).toMatchInlineSnapshot(`
    "
    ·
      c 1 × 0.05
        a 1 × 0.50
          a 1 × 0.66 ←
          c 1 × 0.33
        b 1 × 0.05
    "
  `))
it('tot-dfs', async () =>
  expect(await golden(totDfs({ branching: 2 }))).toMatchInlineSnapshot(`
    "
    ·
      c 1 × 0.05
        a 1 × 0.50
          a 1 × 0.66 ←
          c 1 × 0.33
        b 1 × 0.05
          a 1 × 0.33
    "
  `))
it('dfsdt', async () =>
  expect(await golden(dfsdt({ ends: 2 }))).toMatchInlineSnapshot(`
    "
    ·
      a 1 × 0.95
        c 1 × 0.50
          d 1 × 0.33
        b 1 × 0.50
          b 1 × 0.33 ←
    "
  `))
it('restarts', async () =>
  expect(await golden(restarts(beam({ width: 1, branching: 1 })))).toMatchInlineSnapshot(`
    "
    ·
      a 1 × 0.95
        c 1 × 0.50
          d 1 × 0.33 ←
      a 1 × 0.95
      a 1 × 0.95
      d 1 × 0.05
        d 1 × 0.05
    "
  `))
it('portfolio', async () =>
  expect(await golden(portfolio([bestOfN({ n: 2 }), totDfs({ branching: 2 })]))).toMatchInlineSnapshot(`
    "
    ·
      a
        c
          d 1 × 0.33 ←
      b 1 × 0.05
        d 1 × 0.05
          b 1 × 0.00
          d 1 × 0.00
      a 1 × 0.95
      a
    "
  `))
