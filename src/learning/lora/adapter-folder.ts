// An adapter of a language model as a folder that can be used again: the adapter as PEFT writes it, heads that were trained with it, and which
// model it belongs to, by name and digest. The weights of that model are not in it.
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { BanyanError } from '../../core/errors.ts'
import { checkModel, findModel } from '../../models/find-model.ts'
import { type Heads, headConfigurationsOf, headsOf, headsSchema } from '../files/net-file.ts'
import { readText } from '../files/read-text.ts'
import { replaceFile } from '../files/replace-file.ts'
import { openTensors, writeTensors } from '../files/safetensors.ts'
import { type LanguageModel, languageModel } from '../gguf/language-model.ts'
import type { LoraNet } from '../lora.ts'
import { parameter } from '../tensor/tensor.ts'
import { referenceFile } from './is-adapter-folder.ts'
import { loadAdapter, saveAdapter } from './peft-files.ts'

/** Which model an adapter belongs to. */
export interface AdapterBase {
  /** A name of the catalogue, or the absolute path of a GGUF file. */
  readonly model: string
  /** Of the GGUF file, lower-case hexadecimal. */
  readonly sha256: string
  /** The published weights that it was made from, as PEFT asks for them. */
  readonly published?: string
}

/** A language model, and what to call it in an adapter's folder. */
export interface OpenBase {
  readonly model: LanguageModel
  readonly base: AdapterBase
}

/** A folder, read. */
export interface OpenAdapter extends OpenBase {
  readonly net: LoraNet
  readonly heads: Heads
}

/**
 * Reads a language model that adapters are to be trained for.
 * @throws BanyanError as `languageModel` does.
 */
export async function openBase(nameOrPath: string): Promise<OpenBase> {
  const { path, entry } = await findModel(nameOrPath)
  const base = {
    model: entry?.name ?? path,
    sha256: entry?.sha256 ?? (await checkModel(path)).sha256,
    ...(entry?.published !== undefined && { published: entry.published }),
  }
  return { model: await languageModel(nameOrPath), base }
}

/**
 * Writes adapters and heads, each file whole or not at all. Another adapter of the same training may lie there; it is then replaced.
 * @throws BanyanError E_FILE_WRITE when the system cannot write.
 */
export function keepAdapter(net: LoraNet, folder: string, base: AdapterBase, heads: Heads = {}): void {
  const all = Object.values(heads)
  const { published } = base
  const { sha256 } = saveAdapter(net, folder, published === undefined ? {} : { baseModel: published })
  if (all.length > 0)
    writeTensors(
      join(folder, headsFile),
      all.flatMap(({ parameters }) => parameters),
      { adapter: sha256 },
    )
  const reference: Reference = { format: 'banyan-adapter-1', base, ...(all.length > 0 && { heads: headConfigurationsOf(heads) }) }
  replaceFile(join(folder, referenceFile), (write) => write(Buffer.from(`${JSON.stringify(reference, null, 2)}\n`)))
}

/**
 * Reads an adapter with its language model. A GGUF file that is not in the catalogue is looked for beside the adapter, then where it was.
 *
 * @throws BanyanError E_ADAPTER_FILE when the folder holds no adapter, or one whose heads are of another save; E_ADAPTER_BASE when the model is
 * another one now; E_MODEL_FILE (fatal) when it is missing; the errors of `languageModel` and `loadAdapter`.
 * @example
 * const { net, model } = await openAdapter('nets/mine')
 */
export async function openAdapter(folder: string): Promise<OpenAdapter> {
  const { base: kept, heads } = referenceIn(folder)
  const beside = join(folder, basename(kept.model))
  const { model, base } = await openBase(existsSync(beside) ? beside : kept.model)
  if (base.sha256 !== kept.sha256)
    throw new BanyanError('E_ADAPTER_BASE', `the adapter in ${folder} belongs to another model than ${kept.model} is now`, {
      seen: `SHA-256 ${base.sha256}`,
      wanted: `SHA-256 ${kept.sha256}`,
      hint: 'Put the file that it was trained on in its place, or beside the adapter',
    })
  return { model, base: kept, net: loadAdapter(model.net, folder), heads: heads === undefined ? {} : readHeads(folder, heads) }
}

const headsFile = 'heads.safetensors'

const schema = z.object({
  format: z.literal('banyan-adapter-1'),
  base: z.object({ model: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/), published: z.string().exactOptional() }),
  heads: headsSchema.exactOptional(),
})
type Reference = z.infer<typeof schema>

function referenceIn(folder: string): Reference {
  const path = join(folder, referenceFile)
  const text = readText(path)
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined
    throw new BanyanError('E_ADAPTER_FILE', `${path} does not say what the adapter belongs to: ${issue?.message ?? 'it is no JSON'}`, {
      cause: error,
    })
  }
}

function readHeads(folder: string, configurations: NonNullable<Reference['heads']>): Heads {
  using adapter = openTensors(join(folder, 'adapter_model.safetensors'))
  using file = openTensors(join(folder, headsFile))
  const sha256 = adapter.sha256()
  if (file.metadata.adapter !== sha256)
    throw new BanyanError('E_ADAPTER_FILE', `${file.path} was not saved with the adapter beside it`, {
      seen: file.metadata.adapter,
      wanted: sha256,
      hint: 'A save was cut off between the two; go on with the training (--resume)',
    })
  return headsOf(
    configurations,
    [...file.tensors.values()].map(({ name, shape }) => parameter(name, shape, { data: file.read(name) })),
  )
}
