// The synchronous fast path: searches whose parts are all pure and exact. No calls, no promises, no growth records;
// the log keeps seed and checkpoints. It gives way regularly, so that it can be aborted.
import { Grant } from './budget.ts'
import { Hash } from './hash.ts'
import { keep } from './keep.ts'
import type { Stop } from './options.ts'
import { pause } from './pause.ts'
import { pureContext } from './pure-context.ts'
import { type PureRun, pureRun, trialsUpTo, type Used } from './pure-trials.ts'
import { Random } from './random.ts'
import { interruption } from './run.ts'
import { Tree } from './tree.ts'
import { treeDigest } from './tree-digest.ts'

const trialsBetweenPauses = 1000
/** Trials before the first checkpoint. Each further one comes after four times as many, since it costs as much as the tree is large. */
const firstCheckpoint = 100_000

/** Runs a pure search to its end. Throws what the parts throw. */
export async function runPure(run: PureRun['run']): Promise<Stop> {
  const { options, desk, ledger, memory, stopping } = run
  const { searcher, watch } = options
  const tree = run.tree as Tree
  const limits = { expansions: ledger.available('expansions'), steps: ledger.available('steps'), nodes: ledger.available('nodes') }
  tree.expected = expectedNodes(limits)
  const pure = pureRun(run, limits)
  let nextCheckpoint = firstCheckpoint
  let stop: Stop | undefined
  while (stop === undefined) {
    stop = trialsUpTo(pure, run.trials + trialsBetweenPauses)
    if (stop !== undefined) break
    if (run.trials >= nextCheckpoint) {
      desk.recorder.record({ type: 'checkpoint', trials: run.trials, nodes: tree.size, digest: treeDigest(tree) })
      nextCheckpoint *= 4
    }
    watch?.(run.tree, searcher.best(tree, memory))
    stop = interruption(stopping)
    await pause()
  }
  ledger.settle(new Grant({}), pure.used)
  return stop
}

/** How many nodes a budget allows, so that the tree's arrays need not be longer; ends of games are nodes without an expansion. */
function expectedNodes({ expansions, steps, nodes }: Readonly<Used>): number {
  const most = Math.ceil(Math.min(expansions * 1.05, steps, nodes)) + 1
  return most < mostExpected ? most : 0
}

/** Larger trees grow as they need, since the search may end long before. */
const mostExpected = 2 ** 24

/** What a search works with: a tree as searches make it, with a view of it, and so on. */
const tree = new Tree<unknown, unknown>()
tree.readAnswer = () => undefined
tree.addRoot(undefined)
for (const one of [tree, tree.view(0), new Random(0), new Hash(), pureContext('search')]) keep(one)
