// `banyan models`: the models that can be named, fetched and checked.
import { checkModel, listModels } from '../../models/find-model.ts'
import { pullModel } from '../../models/pull.ts'
import { readConfiguration } from '../configuration.ts'
import { untilInterrupted } from '../interrupt.ts'
import { defaultModel } from '../open-model.ts'
import { print, printJson } from '../output.ts'
import { practiceModels } from '../practice-model.ts'
import { progress } from '../render/progress.ts'
import { table } from '../render/table.ts'
import { json } from '../shared-arguments.ts'
import { verb, verbs } from '../verb.ts'

const list = verb({
  name: 'list',
  summary: 'models that can be named with --model',
  args: { json },
  examples: ['banyan models list'],
  async run(values) {
    const local = await listModels()
    const hosted = Object.entries(readConfiguration().models)
    const models = [
      ...local.map(({ entry, path, state }) => ({
        name: entry.name,
        kind: 'local',
        state,
        about: entry.about,
        path,
        bytes: entry.bytes,
        license: entry.license,
      })),
      ...hosted.map(([name, { baseUrl }]) => ({ name, kind: 'hosted', state: 'configured', about: new URL(baseUrl).origin })),
      ...practiceModels.map((name) => ({
        name,
        kind: 'practice',
        state: 'ready',
        about: 'knows nothing; to try things out without a model',
      })),
    ]
    if (values.json) return printJson({ models })
    print(
      table(
        ['model', 'kind', 'state', 'about'],
        models.map(({ name, kind, state, about }) => [name, kind, state, about]),
      ),
    )
    for (const { name, state } of models) if (state === 'missing' || state === 'damaged') print(`\nnpx banyan models pull ${name}`)
  },
})

const pull = verb({
  name: 'pull',
  summary: 'fetch a model into the cache, and check it',
  args: { name: { type: 'positional', description: `default: ${defaultModel}` }, json },
  examples: [`banyan models pull ${defaultModel}`],
  async run(values) {
    const name = values.name ?? defaultModel
    using interrupt = untilInterrupted()
    let line: ReturnType<typeof progress> | undefined
    const path = await pullModel(name, {
      signal: interrupt.signal,
      onProgress({ source, received, total }) {
        line ??= progress({ title: name, total, unit: 'bytes' })
        line.update(received, source)
      },
    })
    line?.end()
    const { bytes, sha256 } = await checkModel(name)
    if (values.json) printJson({ name, path, bytes, sha256 })
    else print(`${name} is at ${path} (${(bytes / 1e6).toFixed(1)} MB, SHA-256 ${sha256})`)
  },
})

const check = verb({
  name: 'check',
  summary: 'read a whole model file, and say whether it is the right one',
  args: { name: { type: 'positional', description: `a name, or the path of a GGUF file; default: ${defaultModel}` }, json },
  examples: [`banyan models check ${defaultModel}`, 'banyan models check ./model.gguf'],
  async run(values) {
    const name = values.name ?? defaultModel
    const { path, bytes, sha256, entry } = await checkModel(name)
    if (values.json) return printJson({ name, path, bytes, sha256, known: entry !== undefined })
    print(
      `${path}\n${bytes} bytes, SHA-256 ${sha256}\n${entry === undefined ? 'a whole GGUF file; not in the catalogue' : `the file of ${entry.name}`}`,
    )
  },
})

export const models = verbs('models', 'list, fetch and check models', { list, pull, check }, [`banyan models pull ${defaultModel}`])
