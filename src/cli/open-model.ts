// Opens the model that a name stands for: a practice model, one of the configuration, one behind an address, or a local file, which runs in
// llama.cpp or, after `exact:`, in our own decoder. Adapters run there too.
import { BanyanError } from '../core/errors.ts'
import { nearest } from '../core/names.ts'
import { isAdapterFolder } from '../learning/lora/is-adapter-folder.ts'
import { catalogue } from '../models/catalogue.ts'
import type { Model } from '../models/model.ts'
import { readConfiguration } from './configuration.ts'
import { hostedModel } from './hosted-model.ts'
import { maskAddress } from './mask.ts'
import { practiceModel, practiceModels } from './practice-model.ts'

export const defaultModel = 'smollm2-135m'

export interface ModelChoice {
  readonly name: string
  /** Address of an OpenAI-compatible service that has it. */
  readonly baseUrl?: string | undefined
}

/** The model that was named, else the configuration's, else the embedded one. */
export function chosenModel(name: string | undefined, baseUrl: string | undefined): ModelChoice {
  const given = name ?? readConfiguration().model ?? defaultModel
  return { name: given, ...(baseUrl === undefined ? {} : { baseUrl }) }
}

/** How many searches a model is best given at once: a local one decodes branches in lock step. */
export function jobsFor(model: Model | undefined): number {
  return model !== undefined && 'sequences' in model ? 8 : 2
}

/**
 * @throws `E_MODEL_UNKNOWN` with the nearest name; `E_MODEL_FILE` with the line that fetches the model; `E_PEER_MISSING`.
 */
export async function openModel({ name, baseUrl }: ModelChoice): Promise<Model> {
  const practice = practiceModels.find((one) => one === name)
  if (practice !== undefined) return practiceModel(practice)
  const { models } = readConfiguration()
  const configured = Object.hasOwn(models, name) ? models[name] : undefined
  const typed = baseUrl ?? (configured === undefined && !isLocal(name) ? process.env.BANYAN_BASE_URL || undefined : undefined)
  if (typed !== undefined) {
    if (!URL.canParse(typed) || !/^https?:$/.test(new URL(typed).protocol))
      throw new BanyanError('E_CLI_ARGUMENT', 'the base URL cannot be used', {
        seen: maskAddress(typed),
        wanted: 'an address, as in https://host/v1',
      })
    return hostedModel({ ...configured, name, baseUrl: typed, trusted: true })
  }
  if (configured !== undefined) return hostedModel({ ...configured, name, trusted: false })
  const known = [...catalogue.map((entry) => entry.name), ...Object.keys(models), ...practiceModels]
  if (!isLocal(name)) {
    const near = known.find((one) => one.startsWith(name)) ?? nearest(name, known)
    throw new BanyanError('E_MODEL_UNKNOWN', 'there is no model of that name', {
      seen: name,
      wanted: `one of ${known.join(', ')}, or the path of a GGUF file (after ${exact} for answers that depend on the seed alone), or the folder of an adapter`,
      ...(near === undefined ? {} : { hint: `Did you mean ${JSON.stringify(near)}?` }),
    })
  }
  const file = name.startsWith(exact) ? name.slice(exact.length) : name
  if (file !== name || isAdapterFolder(file)) {
    const { exactModel } = await import('../learning/gguf/exact-model.ts')
    return exactModel({ model: file, name })
  }
  const { localModel } = await import('../models/local.ts')
  return localModel({ model: name })
}

/** Before the name or path of a local model that is to run in our own decoder. */
const exact = 'exact:'

/** A name of the catalogue, the path of a file, or the folder of an adapter, perhaps after `exact:`. */
function isLocal(full: string): boolean {
  const name = full.startsWith(exact) ? full.slice(exact.length) : full
  return catalogue.some((entry) => entry.name === name) || /[/\\]|\.gguf$/i.test(name) || isAdapterFolder(name)
}
