// Rounds of self-training by one kind of search for data or another, all else being equal: problems, tokens, steps of training and rates.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { vote } from '../../core/searchers/index.ts'
import type { ArmContext, ArmRun } from '../../experiments/experiment.ts'
import { loadNet, saveNet } from '../../learning/files/net-file.ts'
import {
  type BandName,
  drawProblems,
  greedyAnswers,
  kitPolicy,
  rightAnswer,
  type SmallPolicy,
  wordProblemEncoding,
  wordProblemTokeniser,
} from '../../learning/kit/index.ts'
import { batchedDecoder } from '../../learning/nets/batched-decoder.ts'
import { type DataSearch, wordProblemParts } from '../../learning/self-training/word-problems.ts'
import { type SelfTrainingOptions, selfTrain } from '../../learning/self-training.ts'
import { saveTokeniser } from '../../learning/tokenisers/tokeniser-file.ts'
import { restMcts } from './searcher.ts'
import { broad, undecided } from './value-net.ts'

export interface Rounds {
  /** The policy that every round's training begins with. */
  readonly band: BandName
  readonly rounds: number
  /** Of each round: new problems, tokens for each, and steps of training. */
  readonly problems: number
  readonly tokens: number
  readonly steps: number
  /** Of the value net's training in each round. */
  readonly valueSteps: number
  readonly valueRate: number
  /** Held-out problems, as many again to choose the rate on; and answers to each that vote. */
  readonly measured: number
  readonly chains: number
}

/** What an arm learns from: how it searches, and whether it learns values too. */
interface Method {
  readonly search: DataSearch
  readonly values: boolean
}

const methods: Readonly<Record<string, Method>> = {
  // Before there is a value net trees are broad, as those that the value net of the search arms is learnt from.
  'self-training': {
    values: true,
    search: (judge) =>
      judge === undefined ? { searcher: restMcts(broad), evaluator: undecided } : { searcher: restMcts({ gate: null }), evaluator: judge },
  },
  'rest-em': { values: false, search: () => ({ searcher: vote({ n: null }) }) },
}

/** Whether an arm is one of self-training. */
export const learns = (arm: string): boolean => Object.hasOwn(methods, arm)

/** Saves the policy that rounds begin with. */
export async function saveBase(
  { band }: Rounds,
  { seed, folder, signal, small }: Pick<ArmContext, 'seed' | 'folder' | 'signal'> & { readonly small?: SmallPolicy },
) {
  const base = await kitPolicy({ band, seed, ...(small && { small }) }, { signal })
  saveTokeniser(wordProblemTokeniser, join(folder, 'words.json'))
  saveNet(base, join(folder, 'base'), { tokeniser: 'words.json' })
}

/**
 * Round after round: new problems are searched within the same tokens, what came out right is learnt by the first policy (ReST-EM,
 * arXiv:2312.06585, algorithm 1), and, with values, what trees tell of states by a value net that guides the next search (ReST-MCTS*,
 * arXiv:2406.03816, algorithm 1).
 */
export async function runRounds(
  arm: string,
  setup: Rounds,
  { seed, folder, rate = 1e-3, kernels, signal, progress }: ArmContext,
): Promise<ArmRun> {
  const { search, values } = methods[arm]!
  const { rounds: count, problems, tokens, steps, valueSteps, valueRate, measured, chains } = setup
  const out = join(folder, `${arm}-${rate}`)
  rmSync(out, { recursive: true, force: true })
  const options: SelfTrainingOptions = {
    ...{
      base: join(folder, 'base'),
      out,
      rounds: count,
      tokens: problems * tokens,
      encoding: wordProblemEncoding,
      seed,
      signal,
      thread: false,
    },
    proposer: { limit: { steps }, schedule: { kind: 'linear', rate, end: 0.1 } },
    ...(values && {
      targets: 'inferred',
      evaluator: { limit: { steps: valueSteps }, schedule: { kind: 'linear', rate: valueRate, end: 0.1 } },
    }),
    progress: ({ round, stage, training }) =>
      progress(`round ${round} of ${count}, ${stage}${training === undefined ? '' : ` ${training.step}`}`),
  }
  const parts = wordProblemParts({ seed: 50_000 + seed, tasks: problems, measured, measuredSeed: 8_000_000 + seed, chains, search })
  const { rounds, net } = await selfTrain(parts, options)
  const others = drawProblems(measured, { heldOut: true, seed: 9_000_000 + seed })
  const answers = await greedyAnswers(batchedDecoder(loadNet(net), { kernels }), others, { signal })
  const sampledUntil = (round: number) => rounds.slice(0, round + 1).reduce((sum, { tokens: used }) => sum + used, 0)
  const last = rounds.at(-1)
  return {
    metrics: {
      greedy: last?.greedy.rate ?? Number.NaN,
      greedyAfterOne: rounds[1]?.greedy.rate ?? Number.NaN,
      voted: last?.search.rate ?? Number.NaN,
      solvedForTraining: rounds.reduce((sum, { solvedTasks }) => sum + solvedTasks, 0),
    },
    spent: { 'tokens sampled': sampledUntil(count) },
    curves: { greedy: rounds.map(({ round, greedy }) => [sampledUntil(round), greedy.rate] as const) },
    validation: answers.filter((answer, at) => answer === rightAnswer(others[at]!)).length / measured,
  }
}
