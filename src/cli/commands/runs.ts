// `banyan runs`: what is kept of runs, and what can be done with it.
import { existsSync, writeFileSync } from 'node:fs'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import type { LogEntry } from '../../core/log.ts'
import { unknownName } from '../../core/names.ts'
import { search } from '../../core/search.ts'
import type { Tree } from '../../core/tree.ts'
import { assemble } from '../../front/assemble.ts'
import { setupNamed } from '../../front/setups/index.ts'
import { exportJson } from '../../traces/export/json.ts'
import { drawTree } from '../../traces/export/tree-picture.ts'
import { type TraceTree, treeOf } from '../../traces/query.ts'
import type { Store } from '../../traces/store.ts'
import type { RunSummary } from '../../traces/summary.ts'
import { commandLine } from '../carry-out.ts'
import { systemsOf } from '../catalogue.ts'
import { untilInterrupted } from '../interrupt.ts'
import { amountsText, escapedJson, print, printJson, remark } from '../output.ts'
import { readWhole } from '../read-values.ts'
import { shorten } from '../render/columns.ts'
import { duration } from '../render/progress.ts'
import { sanitize } from '../render/sanitize.ts'
import { table } from '../render/table.ts'
import { treeLines } from '../render/tree-lines.ts'
import { db, defaultDatabase, json, modelArguments } from '../shared-arguments.ts'
import { modelOf, openStore, type StoredRun, specOf, storedRun } from '../stored-run.ts'
import { guardOf, openTools, toolArguments } from '../tools.ts'
import { actionText, taskText, traceView } from '../tree-view.ts'
import { verb, verbs } from '../verb.ts'

const id = { type: 'positional', description: 'the run', required: true } as const

const list = verb({
  name: 'list',
  summary: 'the runs that are kept, newest first',
  args: { limit: { type: 'string', description: 'default 20', valueHint: 'n' }, db, json },
  examples: ['banyan runs list', 'banyan runs list --limit 100 --json'],
  async run(values) {
    if (values.db === undefined && !existsSync(defaultDatabase)) return values.json ? printJson({ runs: [] }) : print('no run is kept yet')
    await using store = openStore(values.db, { readOnly: true })
    const runs = await store.list({ limit: readWhole('--limit', values.limit, 1) ?? 20 })
    if (values.json) return printJson({ runs })
    if (runs.length === 0) return print('no run is kept yet')
    const rows = runs.map((run) => [
      run.id,
      run.created.replace('T', ' ').slice(0, 16),
      run.environment,
      run.searcher,
      run.model,
      run.status === 'finished' ? (run.solved ? 'solved' : (run.stopped ?? 'finished')) : run.status,
      run.nodes,
      run.answer === undefined ? '' : shownAnswer(run),
    ])
    const width = process.stdout.columns ?? 140
    print(table(['run', 'started', 'environment', 'searcher', 'model', 'state', 'nodes', 'answer'], rows, { width }))
  },
})

const show = verb({
  name: 'show',
  summary: 'what is known of a run',
  args: { id, db, json },
  examples: ['banyan runs show k3v0m8zq4r1t9xwe'],
  async run(values) {
    const file = values.db ?? defaultDatabase
    await using store = openStore(file, { readOnly: true })
    const { summary, header } = await storedRun(store, values.id)
    const children = await store.children(values.id)
    if (values.json) return printJson({ ...summary, header, children: children.map((child) => child.id) })
    const spec = header.spec as { readonly [field: string]: Json } | undefined
    const lines = [
      ['run', summary.id],
      ['started', summary.created],
      ['state', summary.stopped === undefined ? summary.status : `${summary.status}: ${summary.stopped}`],
      ['environment', summary.environment],
      ['task', JSON.stringify(header.task)],
      ['searcher', `${summary.searcher}${spec?.settings === undefined ? '' : ` ${JSON.stringify(spec.settings)}`}`],
      ['proposer', spec?.proposer],
      ['evaluator', spec?.evaluator],
      ['model', summary.model],
      ['budget', JSON.stringify(header.fingerprint.budget)],
      ['concurrency', header.fingerprint.concurrency],
      ['seed', header.fingerprint.seed],
      ['answer', summary.answer === undefined ? undefined : shownAnswer(summary)],
      ['solved', summary.solved ? 'yes' : 'no'],
      ['used', `${amountsText(summary.usage)}${summary.seconds === undefined ? '' : `, ${duration(summary.seconds)}`}`],
      ['tree', `${summary.nodes} nodes, ${summary.trials} trials, ${summary.events} records`],
      ['from', summary.parent === undefined ? undefined : `${summary.parent.relation} of ${summary.parent.runId}`],
      ['led to', children.length === 0 ? undefined : children.map((child) => child.id).join(', ')],
    ].filter(([, value]) => value !== undefined && value !== '')
    for (const [name, value] of lines) print(`${String(name).padEnd(12)} ${value}`)
    const next = summary.status === 'interrupted' ? 'resume' : 'runs tree'
    print(`\n${commandLine(next, summary.id, file)}`)
  },
})

const tree = verb({
  name: 'tree',
  summary: 'draw the tree of a run',
  args: { id, lines: { type: 'string', description: 'most lines; default 40', valueHint: 'n' }, ...modelArguments, db, json },
  examples: ['banyan runs tree k3v0m8zq4r1t9xwe', 'banyan runs tree k3v0m8zq4r1t9xwe --lines 200'],
  async run(values) {
    await using store = openStore(values.db, { readOnly: true })
    const run = await storedRun(store, values.id)
    const trace = await traceOf(store, run)
    const root = traceView(trace, taskText(run.header.task))
    if (values.json) return printJson({ run: values.id, size: trace.size, best: trace.best, root: root ?? null })
    if (root === undefined) return print('nothing was told in this run yet')
    const best = trace.best.at(-1)
    const lines = readWhole('--lines', values.lines, 4) ?? 40
    print(treeLines(root, { lines, width: Math.min(process.stdout.columns ?? 100, 140), best }).join('\n'))
    print(
      `\n${trace.size} nodes; columns: value and visits${run.summary.answer === undefined ? '' : `; answer: ${shorten(sanitize(shownAnswer(run.summary)), 100)}`}`,
    )
  },
})

const replay = verb({
  name: 'replay',
  summary: 'make the tree again from the log alone, without any call, and compare its digest',
  args: { id, ...modelArguments, ...toolArguments, db, json },
  examples: ['banyan runs replay k3v0m8zq4r1t9xwe'],
  async run(values) {
    await using store = openStore(values.db, { readOnly: true })
    const run = await storedRun(store, values.id)
    const spec = specOf(run)
    const model = await modelOf(spec, values.model, values['base-url'])
    using interrupt = untilInterrupted()
    try {
      await using tools = await openTools(values, spec.tools)
      const result = await search({
        ...assemble(spec, { model, tools: tools?.tools, systems: await systemsOf(spec) }),
        ...guardOf(tools),
        store,
        runId: values.id,
        replayOnly: true,
        signal: interrupt.signal,
      })
      const end = run.entries.findLast(({ event }) => event.type === 'run-end')?.event
      const recorded = end?.type === 'run-end' ? end.digest : null
      const computed = run.header.detail === 'checkpoints'
      const { made } = result.calls
      if (values.json) {
        printJson({
          run: values.id,
          digest: result.digest,
          recorded,
          matches: recorded === null ? null : recorded === result.digest,
          calls: made,
          nodes: result.tree.size,
          trials: result.trials,
          computed,
        })
        return
      }
      print(
        `${result.tree.size} nodes in ${result.trials} trials${computed ? ', computed again from the seed' : ', from the log'}; ${made} calls`,
      )
      print(
        recorded === null
          ? `digest ${result.digest}; the run has not ended, so there is none to compare it with`
          : `digest ${result.digest} matches the recorded one`,
      )
    } finally {
      await model?.close?.()
    }
  },
})

const exportRun = verb({
  name: 'export',
  summary: 'write a run as JSON, or its tree as a picture',
  args: {
    id,
    format: { type: 'string', description: 'json (default) or svg', valueHint: 'name' },
    output: { type: 'string', description: 'default: standard output', valueHint: 'file', alias: 'o' },
    db,
  },
  examples: ['banyan runs export k3v0m8zq4r1t9xwe -o run.json', 'banyan runs export k3v0m8zq4r1t9xwe --format svg -o tree.svg'],
  async run(values) {
    const format = values.format ?? 'json'
    if (format !== 'json' && format !== 'svg') throw unknownName('E_CLI_FORMAT', 'export format', format, ['json', 'svg'])
    await using store = openStore(values.db, { readOnly: true })
    const run = await storedRun(store, values.id)
    const text =
      format === 'json'
        ? `${escapedJson(exportJson(run.entries))}\n`
        : drawTree(await traceOf(store, run), run.summary, {
            label: (node) => (node.parent < 0 ? taskText(run.header.task) : actionText(node.action)),
          })
    if (values.output === undefined) {
      process.stdout.write(format === 'json' ? text : sanitize(text, { newlines: true }))
      return
    }
    try {
      writeFileSync(values.output, text, { mode: 0o600 })
    } catch (cause) {
      throw new BanyanError('E_CLI_OUTPUT', `the file cannot be written (${(cause as NodeJS.ErrnoException).code})`, {
        seen: values.output,
        cause,
      })
    }
    remark(`written to ${values.output}`)
  },
})

const remove = verb({
  name: 'rm',
  summary: 'erase a run and its parts for good',
  args: { id, db, json },
  examples: ['banyan runs rm k3v0m8zq4r1t9xwe'],
  async run(values) {
    await using store = openStore(values.db)
    await storedRun(store, values.id)
    const erased = await store.remove(values.id)
    if (values.json) printJson({ erased })
    else print(`erased: ${erased.join(', ')}`)
  },
})

export const runs = verbs(
  'runs',
  'list, show, draw, replay, export and erase runs',
  { list, show, tree, replay, export: exportRun, rm: remove },
  ['banyan runs list', 'banyan runs tree k3v0m8zq4r1t9xwe'],
)

/** The tree of a run: read from its log, or, for a pure run, computed again from its seed. */
async function traceOf(store: Store, run: StoredRun): Promise<TraceTree> {
  if (run.header.detail !== 'checkpoints') return treeOf(run.entries as readonly LogEntry[])
  using interrupt = untilInterrupted()
  const spec = specOf(run)
  const result = await search({
    ...assemble(spec, { systems: await systemsOf(spec) }),
    store,
    runId: run.summary.id,
    replayOnly: true,
    signal: interrupt.signal,
  })
  const { traceOfTree } = await import('../trace-of-tree.ts')
  return traceOfTree(result.tree as Tree, result.node)
}

function shownAnswer({ environment, answer }: RunSummary): string {
  try {
    return setupNamed(environment).show(answer)
  } catch {
    return typeof answer === 'string' ? answer : JSON.stringify(answer)
  }
}
