// A net that learns from its own search: search on new tasks → verify → rows → train → search again, the same budget each round. It knows no
// environment; `self-training/parts.ts` says what it is given. Rejection fine-tuning as in ReST-EM (arXiv:2312.06585): each round's proposer
// is trained anew from the first net, on what the proposer before found.
import { join } from 'node:path'
import type { Json } from '../core/common.ts'
import { BanyanError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { wilson } from '../stats/wilson.ts'
import { loadNet, loadNetWithHeads, tokeniserPathOf } from './files/net-file.ts'
import { tensorDigest } from './files/safetensors.ts'
import { type Collected, collect, labelsFile, verifiedFile } from './self-training/collect.ts'
import { openManifest, type RoundReport, type SelfTrainingManifest, writeManifestFile } from './self-training/manifest.ts'
import type { Measured, Policy, SelfTrainingParts, Solved } from './self-training/parts.ts'
import type { StepTargets } from './self-training/step-labels.ts'
import { loadTokeniser } from './tokenisers/tokeniser-file.ts'
import { type Encoding, type TrainingJob, type TrainingProgress, type TrainingResult, type TrainOptions, train } from './train.ts'

export type { RoundReport, SelfTrainingManifest } from './self-training/manifest.ts'
export type { Found, FoundTrace, Measured, Policy, SearchContext, SelfTrainingParts, Solved } from './self-training/parts.ts'
export type { StepTargets } from './self-training/step-labels.ts'

/** Options of `selfTrain`. */
export interface SelfTrainingOptions {
  /** File of the net that it begins with, saved with its tokeniser. */
  readonly base: string
  /** Folder for everything: `manifest.json`, and a folder for each round with rows, checkpoint and net. */
  readonly out: string
  /** Rounds of learning, from 1; round 0 measures the base. */
  readonly rounds: number
  /** Tokens that the search of a round may generate. */
  readonly tokens: number
  /** How the proposer is trained. Default: 120 steps of 64 rows, learning rate 1e-3 falling to a tenth. */
  readonly proposer?: TrainingSettings
  /**
   * How an evaluator is trained, from the proposer of its round, on what the found traces tell of the states that they go through; the next
   * search and the measurement get it. Default: none is trained.
   */
  readonly evaluator?: TrainingSettings
  /** What the evaluator learns: see {@link StepTargets}. `inferred` values are learnt by squared errors. Default `monte-carlo`. */
  readonly targets?: StepTargets
  /** How rows are read. Default: as `train` does. */
  readonly encoding?: Encoding
  /** Default 0. */
  readonly seed?: number
  /** Goes on with what is in `out`; settings must be the same. Default false. */
  readonly resume?: boolean
  /** Told whenever a stage begins, and while it trains. */
  readonly progress?: (stage: SelfTrainingStage) => void
  /** Ends it after the stage at hand; with `resume` it goes on. */
  readonly signal?: AbortSignal
  /** Default: one thread of the fastest kernels. */
  readonly kernels?: TrainOptions['kernels']
  /** Train in a thread of its own. Default true. */
  readonly thread?: boolean
}

/** What of a training can be chosen here. */
export type TrainingSettings = Pick<TrainingJob, 'batch' | 'microbatch' | 'limit' | 'schedule' | 'optimizer'>

/** Where a self-training is. */
export interface SelfTrainingStage {
  readonly round: number
  readonly rounds: number
  readonly stage: 'search' | 'train' | 'evaluate'
  readonly training?: TrainingProgress
}

/** The rounds of a self-training, and where its files are. */
export interface SelfTrainingResult {
  /** Round 0 first. Fewer than asked for when it was aborted. */
  readonly rounds: readonly RoundReport[]
  readonly aborted: boolean
  /** The last round's net. */
  readonly net: string
  readonly manifest: string
}

const proposerDefaults: TrainingSettings = {
  batch: 64,
  limit: { steps: 120 },
  schedule: { kind: 'linear', rate: 1e-3, end: 0.1 },
}

/**
 * Runs the loop. Killed at any moment, it goes on with `resume`, to the same nets.
 *
 * @throws BanyanError E_SELF_TRAINING_OPTION for options out of range; E_SELF_TRAINING_FOLDER for a folder of another self-training, or one
 * that is not to be resumed; E_SELF_TRAINING_TASK for tasks that are held out or drawn twice; E_SELF_TRAINING_NOTHING when a round's search
 * finds nothing right; what `train` throws.
 * @example
 * const { rounds } = await selfTrain(wordProblems({ band: 'hard', seed: 1 }), { base: 'bases/hard-1', out: 'runs/hard', rounds: 3, tokens: 120_000 })
 */
export async function selfTrain<Task>(parts: SelfTrainingParts<Task>, options: SelfTrainingOptions): Promise<SelfTrainingResult> {
  const {
    base,
    out,
    rounds,
    tokens,
    targets = 'monte-carlo',
    seed = 0,
    resume = false,
    progress,
    signal = new AbortController().signal,
  } = options
  for (const [name, value, least] of [
    ['rounds', rounds, 1],
    ['tokens', tokens, 1],
    ['seed', seed, 0],
  ] as const)
    if (!(Number.isInteger(value) && value >= least))
      throw new BanyanError('E_SELF_TRAINING_OPTION', `${name} is out of range`, { seen: value, wanted: `a whole number from ${least}` })
  const proposer = { ...proposerDefaults, ...options.proposer }
  const path = join(out, 'manifest.json')
  // The number of rounds is none of the settings: a finished self-training may go on.
  const settings = {
    parts: parts.settings,
    evaluator: (options.evaluator ?? null) as Json,
    ...(targets !== 'monte-carlo' && { targets }),
    encoding: (options.encoding ?? null) as Json,
    base: tensorDigest(loadNet(base).parameters),
    tokens,
    seed,
    proposer: proposer as Json,
  }
  const manifest = openManifest(path, settings, resume)
  const tell = (round: number, stage: SelfTrainingStage['stage'], training?: TrainingProgress) =>
    progress?.({ round, rounds, stage, ...(training !== undefined && { training }) })

  for (let round = manifest.rounds.length; round <= rounds && !signal.aborted; round++) {
    const started = performance.now()
    const context = { round, seed: new Random(seed, `self-training ${round}`).integer(), signal }
    let collected: Collected | undefined
    let trainedTokens = 0
    if (round > 0) {
      tell(round, 'search')
      collected = await collect(folderOf(out, round), parts, policyOf(options, round - 1), { ...context, tokens }, targets)
      if (collected === undefined) break
      tell(round, 'train')
      const told = (training: TrainingProgress) => tell(round, 'train', training)
      const proposed = await learn(
        options,
        proposerJob(options, proposer, round, context.seed),
        join(folderOf(out, round), 'proposer'),
        told,
      )
      if (proposed.ended === 'aborted') break
      trainedTokens = proposed.tokens
      if (options.evaluator !== undefined) {
        const judged = await learn(
          options,
          evaluatorJob(options, options.evaluator, round, context.seed),
          join(folderOf(out, round), 'evaluator'),
          told,
        )
        if (judged.ended === 'aborted') break
        trainedTokens += judged.tokens
      }
    }
    if (signal.aborted) break
    tell(round, 'evaluate')
    const policy = policyOf(options, round)
    const measured = await parts.evaluate(policy, context)
    if (signal.aborted) break
    const seconds = (performance.now() - started) / 1000
    manifest.rounds.push(reportOf(round, policy, measured, collected, trainedTokens, seconds))
    writeManifestFile(path, manifest)
  }
  return { rounds: manifest.rounds, aborted: manifest.rounds.length <= rounds, net: lastNet(options, manifest), manifest: path }
}

function proposerJob({ base, out, encoding }: SelfTrainingOptions, settings: TrainingSettings, round: number, seed: number): TrainingJob {
  const data = { files: [join(folderOf(out, round), verifiedFile)] }
  return { ...settings, ...(encoding && { encoding }), net: { file: base }, data, objective: 'supervised', seed }
}

function evaluatorJob(options: SelfTrainingOptions, settings: TrainingSettings, round: number, seed: number): TrainingJob {
  const data = { files: [join(folderOf(options.out, round), labelsFile)] }
  const net = { file: proposerFile(options, round) }
  return {
    ...settings,
    ...(options.encoding && { encoding: options.encoding }),
    net,
    data,
    objective: options.targets === 'inferred' ? 'regression' : 'binary',
    seed,
  }
}

/** Goes on where it was killed. */
function learn(
  { kernels, thread = true, signal }: SelfTrainingOptions,
  job: TrainingJob,
  out: string,
  progress: (training: TrainingProgress) => void,
): Promise<TrainingResult> {
  const given = { ...(kernels !== undefined && { kernels }), ...(signal !== undefined && { signal }) }
  return train(job, { ...given, out, resume: true, thread, progress })
}

function reportOf(
  round: number,
  { net }: Policy,
  { greedy, search, tokens: measuredTokens }: Measured,
  collected: Collected | undefined,
  trainedTokens: number,
  seconds: number,
): RoundReport {
  return {
    round,
    greedy: rated(greedy),
    search: rated(search),
    ...(collected ?? { tasks: 0, traces: 0, verified: 0, solvedTasks: 0, tokens: 0, rows: '' }),
    trainedTokens,
    measuredTokens,
    digest: tensorDigest(net.parameters),
    seconds,
  }
}

function rated({ right, of }: Solved): RoundReport['greedy'] {
  return { rate: of === 0 ? 0 : right / of, interval: wilson(right, of), of }
}

/** The proposer of a round. */
function proposerFile({ base, out }: SelfTrainingOptions, round: number): string {
  return round === 0 ? base : join(folderOf(out, round), 'proposer', 'net')
}

function lastNet(options: SelfTrainingOptions, { rounds }: SelfTrainingManifest): string {
  return proposerFile(options, Math.max(0, rounds.length - 1))
}

function folderOf(out: string, round: number): string {
  return join(out, `round-${round}`)
}

function policyOf(options: SelfTrainingOptions, round: number): Policy {
  const file = proposerFile(options, round)
  const tokeniser = tokeniserPathOf(file)
  if (tokeniser === undefined)
    throw new BanyanError('E_SELF_TRAINING_OPTION', `${file} was saved without a tokeniser`, {
      hint: 'Save it with one: saveNet(net, path, { tokeniser })',
    })
  const judge =
    round > 0 && options.evaluator !== undefined ? loadNetWithHeads(join(folderOf(options.out, round), 'evaluator', 'net')) : undefined
  return {
    net: loadNet(file),
    tokeniser: loadTokeniser(tokeniser),
    evaluator: judge && { net: judge.net, head: judge.heads.value! },
  }
}
