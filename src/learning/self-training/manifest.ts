// What a self-training has done, in one file that is replaced after every stage: a killed loop reads it and goes on.
import { existsSync } from 'node:fs'
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { canonical } from '../../core/digest.ts'
import { BanyanError } from '../../core/errors.ts'
import { readText } from '../files/read-text.ts'
import { replaceFile } from '../files/replace-file.ts'

const rate = z.object({ rate: z.number(), interval: z.tuple([z.number(), z.number()]), of: z.int() })
const round = z.object({
  round: z.int().min(0),
  /** Of held-out tasks, with 95 % Wilson intervals. */
  greedy: rate,
  search: rate,
  /** Tokens that the search for data generated; 0 in round 0. */
  tokens: z.number(),
  /** Tokens that proposer and evaluator were trained on. */
  trainedTokens: z.number(),
  /** Tokens that the measurement generated. */
  measuredTokens: z.number(),
  tasks: z.int(),
  /** Traces that were found, and different ones of them that the verifier accepted. */
  traces: z.int(),
  verified: z.int(),
  /** Tasks with an accepted trace. */
  solvedTasks: z.int(),
  /** SHA-256 of the proposer's weights, and of the rows. */
  digest: z.string(),
  rows: z.string(),
  seconds: z.number(),
})
const schema = z.object({ format: z.literal('banyan-self-training-1'), settings: z.json() as z.ZodType<Json>, rounds: z.array(round) })

/** What a round of self-training did and reached. */
export type RoundReport = z.infer<typeof round>
/** The file that tells of all rounds. */
export type SelfTrainingManifest = z.infer<typeof schema>

/**
 * The manifest of a folder, or a new one.
 * @throws BanyanError E_SELF_TRAINING_FOLDER when there is one that is not to be resumed, is damaged, or has other settings.
 */
export function openManifest(path: string, settings: Json, resume: boolean): SelfTrainingManifest {
  if (!existsSync(path)) return { format: 'banyan-self-training-1', settings, rounds: [] }
  if (!resume)
    throw new BanyanError('E_SELF_TRAINING_FOLDER', `${path}: there is a self-training already`, {
      hint: 'Resume it, or choose another folder',
    })
  const manifest = read(path)
  if (canonical(manifest.settings) === canonical(settings)) return manifest
  throw new BanyanError('E_SELF_TRAINING_FOLDER', `${path} is of a self-training with other settings`, {
    seen: canonical(settings),
    wanted: canonical(manifest.settings),
    hint: 'Give the same settings, or choose another folder',
  })
}

/** @throws BanyanError E_FILE_WRITE. */
export function writeManifestFile(path: string, manifest: SelfTrainingManifest): void {
  replaceFile(path, (write) => write(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)))
}

function read(path: string): SelfTrainingManifest {
  try {
    return schema.parse(JSON.parse(readText(path)))
  } catch (cause) {
    if (BanyanError.isInstance(cause)) throw cause
    throw new BanyanError('E_SELF_TRAINING_FOLDER', `${path} is damaged`, { hint: 'Choose another folder', cause })
  }
}
