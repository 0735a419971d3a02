// Several answers to one prompt with their rewards, for group-relative policy optimisation (GRPO and its kin).
import type { Store } from '../../traces/store.ts'
import { buildByRun, buildByTask, type DatasetBuild } from './build.ts'
import type { ReadRun, RunsOptions } from './read-runs.ts'
import type { GroupRow } from './rows.ts'
import type { RunNode } from './run-tree.ts'
import { type Verdict, verdictsOf } from './verdicts.ts'

/** Options of `rolloutGroups`. */
export interface RolloutGroupsOptions extends RunsOptions {
  /** The finished traces of one run (default), or those of all runs of a task: they are then held in memory together. */
  readonly within?: 'run' | 'task'
  /** Least number of answers in a group. Default 2. */
  readonly least?: number
  /** Most answers in a group; the first ones are taken. Default: all. */
  readonly most?: number
  /** Only groups whose rewards differ: others have no advantage to learn from. Default false. */
  readonly mixed?: boolean
  /** `verdict` (default): in [0, 1]. `rewards`: the sum of the environment's rewards on the way. */
  readonly reward?: 'verdict' | 'rewards'
}

/**
 * One row for each run (or task) with enough finished traces. Equal answers stay: they are samples. Tokens and log-probabilities stand in the
 * row where one model sampled every step of the answer. The row's node is the last answer's.
 *
 * Left out and counted: `no-verdict` (answers), `few`, `equal-rewards` (groups), `most` (answers).
 *
 * The stream throws `E_DATASET_HELD_OUT`, `E_DATASET_OPTION`, `E_RUN_UNKNOWN`.
 *
 * @example
 * await writeDataset(rolloutGroups(store, { within: 'task', mixed: true }), banyanRows, 'groups.jsonl')
 */
export function rolloutGroups(store: Store, options: RolloutGroupsOptions = {}): DatasetBuild<GroupRow> {
  const { within = 'run', least = 2, most = Number.POSITIVE_INFINITY, mixed = false, reward = 'verdict' } = options
  const rows = async function* (runs: readonly ReadRun[], leave: (reason: string, count?: number) => void): AsyncGenerator<GroupRow> {
    const answers: { readonly run: ReadRun; readonly node: RunNode; readonly reward: number; readonly oracle: boolean }[] = []
    for (const run of runs) {
      const verdicts = reward === 'verdict' ? await verdictsOf(run) : new Map<RunNode, Verdict>()
      for (const node of run.tree.nodes) {
        if (!node.terminal) continue
        const verdict = verdicts.get(node)
        const value = reward === 'rewards' ? rewardsTo(node) : verdict?.value
        if (value === undefined) leave('no-verdict')
        else answers.push({ run, node, reward: value, oracle: verdict?.oracle === true })
      }
    }
    const group = answers.slice(0, most)
    const last = group.at(-1)
    if (last === undefined || group.length < least) return leave('few')
    if (mixed && group.every((answer) => answer.reward === last.reward)) return leave('equal-rewards')
    leave('most', answers.length - group.length)
    const { reference } = last.run
    const oracle = reference !== undefined || group.some((answer) => answer.oracle)
    yield {
      row: 'group',
      source: last.run.source(last.node, oracle),
      prompt: last.run.prompt,
      completions: group.map(({ run, node, reward }) => ({
        text: run.texts.joined(run.texts.steps(node)),
        reward,
        ...sampledTokens(run.texts.path(node)),
      })),
      ...(reference?.answer === undefined ? {} : { reference: last.run.texts.shown(reference.answer) }),
    }
  }
  return within === 'task'
    ? buildByTask('rolloutGroups', store, options, rows)
    : buildByRun('rolloutGroups', store, options, (run, leave) => rows([run], leave))
}

/** Sum of the rewards from the root. */
function rewardsTo(node: RunNode): number {
  let sum = 0
  for (let at: RunNode | undefined = node; at !== undefined; at = at.parent) sum += at.reward
  return sum
}

/** Tokens of a path where one model sampled all of its steps; log-probabilities where it gave them for all. */
function sampledTokens(path: readonly RunNode[]): Pick<GroupRow['completions'][number], 'tokens' | 'logProbs'> {
  const [first] = path
  const sampled = path.flatMap(({ tokens }) => tokens ?? [])
  if (first === undefined || sampled.length < path.length || sampled.some(({ model }) => model !== first.tokens?.model)) return {}
  const whole = sampled.every(({ ids, logProbs }) => logProbs?.length === ids.length)
  return {
    tokens: sampled.flatMap(({ ids }) => ids),
    ...(whole ? { logProbs: sampled.flatMap(({ logProbs }) => logProbs ?? []) } : {}),
  }
}
