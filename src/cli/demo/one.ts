// The demo on one seed: each task is told, the tree is drawn while it grows, what each arm found is shown, and a table sums it up.
import type { Tree } from '../../core/tree.ts'
import type { RunSpec } from '../../front/run-spec.ts'
import type { Model } from '../../models/model.ts'
import { newRunId } from '../../traces/run-id.ts'
import type { Store } from '../../traces/store.ts'
import { commandLine } from '../carry-out.ts'
import { print, remark } from '../output.ts'
import { liveTree, type TreeFrame } from '../render/live-tree.ts'
import { table } from '../render/table.ts'
import { treeView } from '../tree-view.ts'
import { type Answered, answer, armSpec, armTitles, choosesMoves, type DemoArm, type DemoBudget, demoArms, taskLine } from './arms.ts'
import { type DemoTask, drawTasks } from './tasks.ts'
import { totalsOf } from './totals.ts'

export interface OneOptions {
  readonly seed: number
  readonly model: Model | undefined
  readonly budget: DemoBudget
  readonly store: Store
  /** The file of the store. */
  readonly db: string
  /** Draw the tree while it grows. */
  readonly live: boolean
  readonly signal: AbortSignal
}

export async function demoOne(options: OneOptions): Promise<void> {
  const { seed, model, budget, store, db, live, signal } = options
  const tasks = drawTasks(seed, { writing: model !== undefined })
  print(introduction(seed, model, budget))
  const all: Answered[] = []
  for (const [place, task] of tasks.entries()) {
    print(`\n${place + 1}. ${taskLine(task)}`)
    for (const arm of demoArms) {
      const spec = armSpec(arm, task, { model, budget, seed })
      const runId = newRunId()
      const picture = live && arm === 'tree' ? pictureOf(task, spec) : undefined
      const found = await answer(arm, spec, model, { store, runId, signal, ...(picture === undefined ? {} : { watch: picture.watch }) })
      picture?.end()
      if (found.aborted) return remark(`the run is kept in ${db}; go on with: ${commandLine('resume', runId, db)}`)
      all.push(found)
      print(found.solved ? `   ✓ ${title(arm)} ${found.text}` : `   ✗ ${title(arm)} ${failure(found)}`)
    }
  }
  const lines = demoArms.map((arm) => ({ arm, ...totalsOf(all.filter((one) => one.arm === arm)) }))
  print('')
  print(
    table(
      ['', 'solved', 'tokens', 'expansions', 'seconds', 'calls'],
      lines.map(({ arm, solved, tasks: of, tokens, expansions, seconds, calls }) => [
        armTitles[arm],
        `${solved} of ${of}`,
        tokens,
        expansions,
        seconds.toFixed(1),
        calls,
      ]),
    ),
  )
  const shown = all.find(({ arm, solved }) => arm === 'tree' && solved) ?? all.find(({ arm }) => arm === 'tree')
  print(`\nThe runs are kept in ${db}. To see a tree again: ${commandLine('runs tree', shown!.runId, db)}`)
  print(`Other tasks: npm run demo -- --seed ${seed + 1}`)
}

function introduction(seed: number, model: Model | undefined, { tokens, expansions }: DemoBudget): string {
  const moves = choosesMoves(model) ? 'where the model only chooses one of the moves listed' : 'where moves are taken by chance'
  const puzzle = `${expansions} expansions (states whose moves are listed) for a puzzle, ${moves}`
  return [
    `Three tasks (seed ${seed}), each answered in three ways by ${model?.name ?? 'chance'}:`,
    model === undefined ? '   alone      one chain of moves' : '   alone      what the model finds likeliest',
    `   best-of-n  one ${model === undefined ? 'chain of moves' : 'answer'} drawn after the other, until one is right or the budget is spent`,
    '   tree       tree search over pieces of the answer, each checked by the rules as it grows; the same budget',
    `The budget: ${model === undefined ? '' : `${tokens} generated tokens for a sentence; `}${puzzle}.`,
    'An answer is right if it passes the rules of its task, which whoever asks can check as well; nobody here knows a reference answer.',
  ].join('\n')
}

function title(arm: DemoArm): string {
  return armTitles[arm].padEnd(9)
}

function failure({ arm, text, reason, attempts }: Answered): string {
  const tried = arm === 'bestOfN' && attempts > 1 ? `none of ${attempts} is right, as: ` : ''
  return text === '' ? (reason ?? 'no answer') : `${tried}${text}${reason === undefined ? '' : `  (${reason})`}`
}

function pictureOf(task: DemoTask, { searcher, proposer }: RunSpec) {
  const live = liveTree()
  const root = taskLine(task)
  let trials = 0
  let last: (() => TreeFrame) | undefined
  return {
    watch(tree: unknown, best: number | undefined): void {
      trials++
      const told = trials
      last = () => ({ root: treeView(tree as Tree, root, best), best, trials: told, caption: `tree search: ${searcher} with ${proposer}` })
      live.update(last)
    },
    end(): void {
      if (last !== undefined) live.end(last)
    },
  }
}
