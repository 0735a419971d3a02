// `banyan resume`: goes on with a run from what is recorded; recorded calls are not made again.
import { carryOut } from '../carry-out.ts'
import { remark } from '../output.ts'
import { reportRun } from '../run-report.ts'
import { db, defaultDatabase, json, modelArguments } from '../shared-arguments.ts'
import { modelOf, openStore, specOf, storedRun } from '../stored-run.ts'
import { openTools, toolArguments } from '../tools.ts'
import { verb } from '../verb.ts'

export const resume = verb({
  name: 'resume',
  summary: 'go on with a run that was interrupted',
  args: { id: { type: 'positional', description: 'the run', required: true }, ...modelArguments, ...toolArguments, db, json },
  examples: ['banyan resume k3v0m8zq4r1t9xwe', 'banyan resume nightly-42 --db runs.db --json'],
  async run(values) {
    const file = values.db ?? defaultDatabase
    await using store = openStore(file)
    const run = await storedRun(store, values.id)
    const spec = specOf(run)
    if (run.summary.status === 'finished') remark('the run is finished; this is its recorded result')
    const model = await modelOf(spec, values.model, values['base-url'])
    try {
      await using tools = await openTools(values, spec.tools)
      const result = await carryOut({ spec, model, tools, store, db: file, runId: values.id, live: !values.json })
      reportRun({ spec, result, db: file, json: values.json })
    } finally {
      await model?.close?.()
    }
  },
})
