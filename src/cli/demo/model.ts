// The model of the demo: fetched once, with a progress bar. Where none is to be had, that is said in one line, and the demo does without.
import { BanyanError } from '../../core/errors.ts'
import { catalogue } from '../../models/catalogue.ts'
import { cache } from '../../models/middleware/cache.ts'
import { wrapModel } from '../../models/middleware/wrap-model.ts'
import type { Model } from '../../models/model.ts'
import { pullModel } from '../../models/pull.ts'
import { defaultModel, jobsFor, openModel } from '../open-model.ts'
import { remark } from '../output.ts'
import { progress } from '../render/progress.ts'

export interface DemoModel {
  readonly model: Model | undefined
  /** How many searches it is best given at once. */
  readonly jobs: number
}

/** Says that no model is wanted. */
const noModel = 'none'

/**
 * @param name default: the embedded model.
 * @throws for a model that was named and cannot be used; for the embedded one when the download is stopped.
 */
export async function demoModel(name: string | undefined, signal: AbortSignal): Promise<DemoModel> {
  if (name === noModel) return without('no model is wanted')
  try {
    if (catalogue.some((entry) => entry.name === (name ?? defaultModel))) await fetched(name ?? defaultModel, signal)
    const model = await openModel({ name: name ?? defaultModel })
    // Puzzles begin alike in every chain: what the model said of their moves is asked once.
    return { model: wrapModel(model, cache()), jobs: jobsFor(model) }
  } catch (error) {
    const replaceable = BanyanError.isInstance(error) && ['E_MODEL_PULL', 'E_MODEL_FILE', 'E_PEER_MISSING'].includes(error.code)
    if (name !== undefined && name !== defaultModel) throw error
    if (!replaceable) throw error
    return without((error as Error).message.replaceAll('\n', ' '))
  }
}

async function fetched(name: string, signal: AbortSignal): Promise<void> {
  let line: ReturnType<typeof progress> | undefined
  await pullModel(name, {
    signal,
    onProgress({ source, received, total }) {
      line ??= progress({ title: `fetching ${name}`, total, unit: 'bytes' })
      line.update(received, source)
    },
  })
  line?.end()
}

function without(why: string): DemoModel {
  remark(`without a model (${why}): three puzzles instead, with moves drawn or listed evenly`)
  return { model: undefined, jobs: 4 }
}
