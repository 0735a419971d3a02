// One process of the crash check: opens a job's run and works on it until it is finished or killed.
import { search } from '../../src/core/search.ts'
import { sqlite } from '../../src/traces/sqlite.ts'
import { type Job, jobOptions } from './job.ts'

const [file, text] = process.argv.slice(2) as [string, string]
const job = JSON.parse(text) as Job
const store = sqlite(file)
const model = job.kind === 'local' ? await loaded() : undefined
process.send?.('ready')
const result = await search(jobOptions(job, store, model))
await store.close()
await model?.close?.()
process.send?.({ digest: result.digest, answer: result.answer ?? null })
process.disconnect?.()

/** Loaded only where it is used: most workers live for a fraction of a second. */
async function loaded() {
  const { localModel } = await import('../../src/models/local.ts')
  return localModel({ model: 'smollm2-135m' })
}
