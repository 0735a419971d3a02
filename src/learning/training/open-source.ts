// Opens the net that a training starts from, with what reads rows for it and what keeps it. It knows no data.
import { join } from 'node:path'
import { BanyanError } from '../../core/errors.ts'
import { type Heads, loadNetWithHeads, saveNet, tokeniserPathOf } from '../files/net-file.ts'
import { makeNet } from '../files/net-kinds.ts'
import { type AdapterBase, keepAdapter, openAdapter, openBase } from '../lora/adapter-folder.ts'
import { isAdapterFolder } from '../lora/is-adapter-folder.ts'
import { type LoraNet, lora } from '../lora.ts'
import type { CausalNet } from '../nets/causal-net.ts'
import { loadTokeniser, saveTokeniser } from '../tokenisers/tokeniser-file.ts'
import { type Encoder, encoderOf } from './examples.ts'
import type { TrainingJob } from './job.ts'
import { languageEncoder } from './language-encoder.ts'

/** A net that is about to be trained. */
export interface OpenSource {
  readonly net: CausalNet
  /** Those that came with it. */
  readonly heads: Heads
  /** Undefined where no tokeniser is known: examples alone can be read then. */
  readonly encoder: Encoder | undefined
  /** Set for a language model with adapters: only these are trained and kept. */
  readonly base: AdapterBase | undefined
  /** Writes net and heads to a folder, ready to be used again; returns what names them in a source's `file`. */
  keep(folder: string, heads: Heads): string
}

/** @throws BanyanError E_TRAIN_OPTION for a tokeniser where the net has its own; what files, nets and models throw. */
export async function openSource({ net: source, tokeniser, encoding }: TrainingJob): Promise<OpenSource> {
  const adapted =
    'file' in source && isAdapterFolder(source.file)
      ? await openAdapter(source.file)
      : 'model' in source
        ? await newAdapter(source)
        : undefined
  if (adapted === undefined) return openNet(source as Exclude<TrainingJob['net'], { readonly model: string }>, tokeniser, encoding)
  const { net, model, base, heads } = adapted
  if (tokeniser !== undefined)
    throw new BanyanError('E_TRAIN_OPTION', 'a language model has a tokeniser of its own', { seen: tokeniser, wanted: 'none' })
  return {
    net,
    heads,
    encoder: languageEncoder(model, encoding),
    base,
    keep(folder, trained) {
      keepAdapter(net, folder, base, trained)
      return folder
    },
  }
}

async function newAdapter({ model: name, lora: options = {}, seed }: Extract<TrainingJob['net'], { readonly model: string }>) {
  const { model, base } = await openBase(name)
  const net: LoraNet = lora(model.net, options, { seed })
  return { net, model, base, heads: {} as Heads }
}

function openNet(
  source: Exclude<TrainingJob['net'], { readonly model: string }>,
  given: string | undefined,
  encoding: TrainingJob['encoding'],
): OpenSource {
  const { net, heads } =
    'file' in source
      ? loadNetWithHeads(source.file)
      : { net: 'parameters' in source ? source : makeNet(source.kind, source.config, { seed: source.seed }), heads: {} }
  const path = given ?? ('file' in source ? tokeniserPathOf(source.file) : undefined)
  const tokeniser = path === undefined ? undefined : loadTokeniser(path)
  return {
    net,
    heads,
    encoder: tokeniser && encoderOf(tokeniser, encoding),
    base: undefined,
    keep(folder, trained) {
      if (tokeniser !== undefined) saveTokeniser(tokeniser, join(folder, 'tokeniser.json'))
      const file = join(folder, 'net')
      saveNet(net, file, { heads: trained, ...(tokeniser !== undefined && { tokeniser: 'tokeniser.json' }) })
      return file
    },
  }
}
