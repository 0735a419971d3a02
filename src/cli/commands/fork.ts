// `banyan fork`: a new run like an old one, with something changed on purpose; calls that are asked again alike are taken from the old one.
import { completeSpec } from '../../front/assemble.ts'
import type { RunSpec } from '../../front/run-spec.ts'
import { requireRunId } from '../../traces/run-id.ts'
import { carryOut } from '../carry-out.ts'
import { systemsOf } from '../catalogue.ts'
import { readBudget, readSettings, readWhole } from '../read-values.ts'
import { reportRun } from '../run-report.ts'
import { db, defaultDatabase, json, modelArguments, searchArguments } from '../shared-arguments.ts'
import { modelOf, openStore, specOf, storedRun } from '../stored-run.ts'
import { openTools, toolArguments } from '../tools.ts'
import { type Values, verb } from '../verb.ts'

const args = {
  id: { type: 'positional', description: 'the run to start from', required: true },
  ...searchArguments,
  seed: { ...searchArguments.seed, description: 'default: that of the run' },
  concurrency: { ...searchArguments.concurrency, description: 'default: that of the run' },
  ...modelArguments,
  ...toolArguments,
  'run-id': { type: 'string', description: 'name of the new run', valueHint: 'id' },
  db,
  json,
} as const

export const fork = verb({
  name: 'fork',
  summary: 'run it again with something changed, and use its recorded calls',
  args,
  examples: ['banyan fork k3v0m8zq4r1t9xwe --budget tokens=800', 'banyan fork k3v0m8zq4r1t9xwe --searcher beam --set width=6 --seed 2'],
  async run(values) {
    const file = values.db ?? defaultDatabase
    if (values['run-id'] !== undefined) requireRunId(values['run-id'])
    await using store = openStore(file)
    const changed = await changedSpec(specOf(await storedRun(store, values.id)), values)
    const model = await modelOf(changed, values.model, values['base-url'])
    try {
      const spec = { ...changed, model: model?.name }
      await using tools = await openTools(values, spec.tools)
      const result = await carryOut({ spec, model, tools, store, db: file, runId: values['run-id'], forkOf: values.id, live: !values.json })
      reportRun({ spec, result, db: file, json: values.json })
    } finally {
      await model?.close?.()
    }
  },
})

async function changedSpec(spec: RunSpec, values: Values<typeof args>): Promise<RunSpec> {
  const other = values.searcher !== undefined && values.searcher !== spec.searcher
  const changed = {
    ...spec,
    searcher: values.searcher ?? spec.searcher,
    settings: { ...(other ? {} : spec.settings), ...readSettings(values.set) },
    proposer: values.proposer ?? spec.proposer,
    evaluator: values.evaluator ?? spec.evaluator,
    budget: readBudget(values.budget) ?? spec.budget,
    concurrency: readWhole('--concurrency', values.concurrency, 1) ?? spec.concurrency,
    seed: readWhole('--seed', values.seed, 0) ?? spec.seed,
  }
  return completeSpec(changed, await systemsOf(changed))
}
