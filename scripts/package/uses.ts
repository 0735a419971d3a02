// What a fresh project does with the installed package: a few files, each run or compiled as it is.

/** A search that needs no model: run by each Node. */
export const library = `
import { game24, bestFirst, numberPromise, search } from 'banyan'
import { uniform } from 'banyan/environments/moves/uniform'
import { sqlite } from 'banyan/traces/sqlite'
const environment = game24()
const store = sqlite('runs.db')
const options = {
  environment, task: { numbers: [4, 9, 10, 13] }, proposer: uniform(environment), searcher: bestFirst(), budget: { expansions: 200 }, store,
  evaluator: numberPromise({ target: () => 24, answer: environment.answer }), runId: 'used-here',
}
const first = await search(options)
const again = await search(options)
if (!first.solved || again.digest !== first.digest || again.calls.made !== 0) throw new Error('the search did not solve, or not again')
`

/** Training in a thread of its own, whose file has to be found in the package. */
export const training = `
import { train } from 'banyan/learning/train'
const config = { vocabulary: 8, context: 8, width: 8, layers: 1, heads: 1 }
const examples = Array.from({ length: 8 }, () => ({ tokens: [0, 1, 2, 3], weights: [0, 1, 1, 1] }))
const told = []
const { ended, curve, file } = await train(
  { net: { kind: 'gpt', config, seed: 1 }, data: { examples }, objective: 'supervised', limit: { steps: 20 }, rate: 1e-2, batch: 4 },
  { out: 'net', kernels: { kind: 'reference' }, progress: ({ step }) => told.push(step) },
)
if (ended !== 'limit' || curve.length !== 20 || !(curve.at(-1).loss < curve[0].loss)) throw new Error('it did not learn')
if (file === undefined || told.at(-1) !== 20) throw new Error('its net was not kept, or nothing was told')
`

/** Loads every subpath at once; those for tests need vitest, which is not installed here. */
export function importAll(names: readonly string[]): string {
  return `
for (const name of ${JSON.stringify(names)}) {
  const module = await import(name)
  if (Object.keys(module).length === 0) throw new Error(name + ' exports nothing')
}`
}

/** From CommonJS. */
export const required = `
const { search, BanyanError } = require('banyan')
const { sqlite } = require('banyan/traces/sqlite')
if (typeof search !== 'function' || typeof sqlite !== 'function' || typeof BanyanError !== 'function') throw new Error('require gave something else')
`

/** Every subpath with its types, and types that flow from an environment. */
export function typed(names: readonly string[]): string {
  return `
${names.map((name, i) => `import * as module${i} from '${name}'`).join('\n')}
import { beam, chunks, scripted, search, writing, writingRules } from 'banyan'
export const modules = [${names.map((_, i) => `module${i}`).join(', ')}]
export const { answer } = await search({
  environment: writing(),
  task: { include: [{ word: 'dog' }] },
  proposer: chunks({ model: scripted({ answers: [' A dog.'] }) }),
  evaluator: writingRules(),
  searcher: beam(),
})
export const text: string | undefined = answer
// @ts-expect-error the answer is a text
export const wrong: number = answer
`
}

export function typescriptProject(resolution: 'nodenext' | 'bundler'): object {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable'],
    types: ['node'],
    module: resolution === 'nodenext' ? 'nodenext' : 'preserve',
    moduleResolution: resolution,
    skipLibCheck: false,
  }
  return { compilerOptions, files: ['typed.ts'] }
}
