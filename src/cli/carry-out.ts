// Carries out one search with a picture of its tree while it grows, and keeps its log in the runs database.
// Whatever happens, what was found is kept, failures are told, and so is the line that goes on with the run.
import { BanyanError } from '../core/errors.ts'
import type { SearchResult } from '../core/options.ts'
import { search } from '../core/search.ts'
import type { Tree } from '../core/tree.ts'
import { trialFailures } from '../experiments/trial-failures.ts'
import { type AssembledOptions, assemble } from '../front/assemble.ts'
import type { RunSpec } from '../front/run-spec.ts'
import type { Model } from '../models/model.ts'
import { newRunId } from '../traces/run-id.ts'
import type { Store } from '../traces/store.ts'
import { systemsOf } from './catalogue.ts'
import { untilInterrupted } from './interrupt.ts'
import { remark } from './output.ts'
import { liveTree, type TreeFrame } from './render/live-tree.ts'
import { defaultDatabase } from './shared-arguments.ts'
import { guardOf, type OpenTools } from './tools.ts'
import { taskText, treeView } from './tree-view.ts'

export interface CarryOut {
  readonly spec: RunSpec
  readonly model: Model | undefined
  /** For environments that call some. */
  readonly tools?: OpenTools | undefined
  readonly store: Store
  /** The file of the store. */
  readonly db: string
  readonly runId?: string | undefined
  readonly forkOf?: string
  readonly replayOnly?: boolean
  /** Show the tree while it grows. */
  readonly live: boolean
}

export type AnyResult = SearchResult<unknown, unknown, unknown>

export async function carryOut({
  spec,
  model,
  tools,
  store,
  db,
  runId = newRunId(),
  forkOf,
  replayOnly = false,
  live,
}: CarryOut): Promise<AnyResult> {
  using interrupt = untilInterrupted()
  const options: AssembledOptions = {
    ...assemble(spec, { model, tools: tools?.tools, systems: await systemsOf(spec) }),
    ...guardOf(tools),
    store,
    runId,
    replayOnly,
    signal: interrupt.signal,
    ...(forkOf === undefined ? {} : { forkOf }),
  }
  const failures = trialFailures()
  const picture = live ? pictureOf(spec) : undefined
  try {
    const result: AnyResult = await search({
      ...options,
      observe: failures.observe,
      ...(picture === undefined ? {} : { watch: picture.watch }),
    })
    picture?.end(result.tree as Tree, result.node)
    if (failures.last !== undefined)
      remark(`${failures.failed} of ${result.trials} trials failed; the last: ${failures.last.code}: ${failures.last.message}`)
    else if (failures.calls.last !== undefined)
      remark(
        `the search did without ${failures.calls.failed} calls that failed; the last: ${failures.calls.last.code}: ${failures.calls.last.message}`,
      )
    if (result.answer === undefined && failures.allFailed) process.exitCode ||= 1
    if (result.stopped === 'aborted' && !replayOnly) tellHowToGoOn(runId, db, tools)
    return result
  } catch (error) {
    const busy = BanyanError.isInstance(error) && error.code === 'E_RUN_BUSY'
    if (!busy && !replayOnly && (await store.summary(runId)) !== undefined) tellHowToGoOn(runId, db, tools)
    throw error
  }
}

function tellHowToGoOn(runId: string, db: string, tools: OpenTools | undefined): void {
  const words = tools === undefined || tools.words === '' ? '' : ` ${tools.words}`
  remark(`the run is kept in ${db}; go on with: ${commandLine('resume', runId, db)}${words}`)
}

/** A line that can be typed: `npx banyan runs tree ID`. */
export function commandLine(verb: string, runId: string, db: string): string {
  return `npx banyan ${verb} ${runId}${db === defaultDatabase ? '' : ` --db ${/^[\w./-]+$/.test(db) ? db : JSON.stringify(db)}`}`
}

function pictureOf(spec: RunSpec) {
  const live = liveTree()
  const caption = [spec.environment, `${spec.searcher} with ${spec.proposer}`, spec.model].filter(Boolean).join(' · ')
  const root = taskText(spec.task)
  let trials = 0
  const frame = (tree: Tree, best: number | undefined) => (): TreeFrame => ({ root: treeView(tree, root, best), best, trials, caption })
  return {
    watch(tree: unknown, best: number | undefined): void {
      trials++
      live.update(frame(tree as Tree, best))
    },
    end: (tree: Tree, best: number | undefined) => live.end(frame(tree, best)),
  }
}
