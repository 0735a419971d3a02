// A program that uses the library with keys that stand in no environment variable: it searches with both kinds of hosted models, logs to a file, and
// prints all that it can see of results and errors, as a careless program would.
import { inspect } from 'node:util'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { search } from '../../src/core/search.ts'
import { bestOfN } from '../../src/core/searchers/index.ts'
import { wholeAnswer } from '../../src/environments/reasoning/proposer.ts'
import { reasoning } from '../../src/environments/reasoning.ts'
import { aiSdkModel } from '../../src/models/ai-sdk.ts'
import { retry } from '../../src/models/middleware/retry.ts'
import { wrapModel } from '../../src/models/middleware/wrap-model.ts'
import { openai } from '../../src/models/openai.ts'
import { withoutRedirects } from '../../src/models/without-redirects.ts'
import { sqlite } from '../../src/traces/sqlite.ts'
import { canaries } from './canaries.ts'

const [origin = '', manner = ''] = process.argv.slice(2)
const baseUrl = `${origin}/${manner}/v1`
const headers = { 'x-more': canaries.header, cookie: `a=${canaries.header}` }
const apiKey = canaries['key option']
const query = canaries['address query']
const provider = createOpenAICompatible({
  name: 'careless',
  baseURL: baseUrl,
  apiKey,
  headers,
  queryParams: { api_key: query },
  fetch: withoutRedirects(),
})
const models = [
  openai({ baseUrl: `${baseUrl}?api_key=${query}`, model: 'm', name: 'raw', apiKey, headers }),
  aiSdkModel(provider('m'), { name: 'sdk' }),
]
const show = (what: unknown): void => void process.stdout.write(`${inspect(what, { depth: 12, showHidden: true, getters: true })}\n`)

for (const model of models) {
  const store = sqlite(`${model.name}-${manner}.db`)
  try {
    const environment = reasoning()
    const wrapped = wrapModel(model, retry({ attempts: 2, baseDelay: 1, onRetry: show }))
    const result = await search({
      environment,
      task: { prompt: 'Which?', answerBy: { kind: 'text' } },
      proposer: wholeAnswer({ model: wrapped }),
      searcher: bestOfN({ n: 2 }),
      evaluator: { name: 'same', range: [0, 1], evaluate: (groups) => groups.map((group) => group.map(() => ({ value: 0.5 }))) },
      budget: { calls: 4 },
      store,
      runId: 'careless',
      observe: (event) => show(event.type === 'trial-end' ? event.error : undefined),
    })
    // Texts of models are the program's own business; the log is ours.
    process.stdout.write(`${result.stopped}\n`)
  } catch (error) {
    show(error)
    process.stdout.write(`${(error as Error).stack}\n${String((error as Error).cause)}\n${JSON.stringify(error)}\n`)
  } finally {
    await store.close()
  }
}
