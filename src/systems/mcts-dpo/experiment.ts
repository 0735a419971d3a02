// The experiment of MCTS-DPO: from one supervised policy, rounds of sampling and learning by each method, with the same sampled tokens.
import { join } from 'node:path'
import type { ArmContext, ArmRun, Experiment } from '../../experiments/experiment.ts'
import { rightShares } from '../../experiments/kit/policy-tasks.ts'
import { instancePairs, learnt, sampleAnswers } from '../../experiments/kit/sampled-answers.ts'
import { loadNet, saveNet } from '../../learning/files/net-file.ts'
import { drawProblems, greedyAnswers, kitPolicy, quickPolicy, rightAnswer, type SmallPolicy } from '../../learning/kit/index.ts'
import { batchedDecoder } from '../../learning/nets/batched-decoder.ts'
import type { CausalNet } from '../../learning/nets/causal-net.ts'
import { type TrainingJob, train } from '../../learning/train.ts'
import { searchPairs } from './search-pairs.ts'

export interface Setup {
  /** The policy; absent: the medium base. */
  readonly small?: SmallPolicy
  readonly rounds: number
  /** Of each round: training problems, tokens for each, and steps of training. */
  readonly problems: number
  readonly tokens: number
  readonly steps: number
  /** Held-out problems; and others, to choose the learning rate on. */
  readonly measured: number
}

type Learnt = Pick<TrainingJob, 'data' | 'objective' | 'settings'>

/** What a round learns from; undefined where nothing is learnt. */
type Method = (
  net: CausalNet,
  setup: Setup,
  context: ArmContext,
  round: number,
) => Promise<{ readonly job: Learnt | undefined; readonly tokens: number }>

/** Tokens of an answer, about: so many answers fit into a problem's tokens. */
const answerTokens = 18

const problemsOf = ({ problems }: Setup, seed: number, round: number) =>
  drawProblems(problems, { heldOut: false, seed: 7_000_000 + 100 * seed + round })

const answersOf = async (net: CausalNet, setup: Setup, { kernels, seed, signal }: ArmContext, round: number) => {
  const decoder = batchedDecoder(net, { kernels })
  const count = Math.floor(setup.tokens / answerTokens)
  const answers = await sampleAnswers(decoder, problemsOf(setup, seed, round), { count, seed: 10 * seed + round, signal })
  return { answers, tokens: decoder.counters.generated }
}

const methods: Readonly<Record<string, Method>> = {
  async 'mcts-dpo'(net, setup, { kernels, seed, signal }, round) {
    const decoder = batchedDecoder(net, { kernels })
    const options = { tokens: setup.tokens, margin: 0.2, seed: 10 * seed + round, signal }
    const examples = await searchPairs(decoder, problemsOf(setup, seed, round), options)
    return { job: { data: { examples }, objective: 'dpo', settings: { beta: 0.1 } }, tokens: decoder.counters.generated }
  },
  async 'instance-dpo'(net, setup, context, round) {
    const { answers, tokens } = await answersOf(net, setup, context, round)
    return { job: { data: { examples: instancePairs(answers, 4) }, objective: 'dpo', settings: { beta: 0.1 } }, tokens }
  },
  async 'rejection-fine-tuning'(net, setup, context, round) {
    const { answers, tokens } = await answersOf(net, setup, context, round)
    const right = answers.flatMap((row) => row.filter((answer) => answer.right))
    const examples = [...new Map(right.map((answer) => [answer.tokens.join(' '), answer])).values()].map(learnt)
    return { job: { data: { examples }, objective: 'supervised' }, tokens }
  },
  supervised: async () => ({ job: undefined, tokens: 0 }),
}

const against = (second: string) =>
  [{ first: 'mcts-dpo', second, metric: 'greedy', wanted: { above: 0 }, over: 'seeds', unit: 'answers' }] as const

export const experiment: Experiment<Setup> = {
  arms: [
    { name: 'mcts-dpo', text: 'pairs of sibling steps out of searched trees, smoothed by visits' },
    { name: 'instance-dpo', text: 'pairs of whole answers, right against wrong' },
    { name: 'rejection-fine-tuning', text: 'right answers, learnt as they are' },
    { name: 'supervised', text: 'the policy that all begin with' },
  ],
  claims: [
    { text: 'greedy accuracy is above that of the supervised policy', main: true, questions: against('supervised') },
    { text: 'it is above instance DPO from as many sampled tokens', questions: against('instance-dpo') },
    { text: 'it is above rejection fine-tuning from as many sampled tokens', questions: against('rejection-fine-tuning') },
  ],
  rates: [5e-5, 5e-4],
  scales: {
    smoke: {
      seeds: [1],
      setup: { small: quickPolicy, rounds: 1, problems: 60, tokens: 80, steps: 3, measured: 6 },
      limits: { answers: 6, tokens: 60 * 80 * 1.2 },
    },
    standard: {
      seeds: [1, 2, 3, 4, 5],
      setup: { rounds: 2, problems: 250, tokens: 240, steps: 60, measured: 300 },
      limits: { answers: 300, tokens: 2 * 250 * 240 * 1.2 },
    },
  },
  async prepare({ small }, { seed, folder, signal, progress }) {
    const policy = await kitPolicy(
      { band: 'medium', seed, ...(small && { small }) },
      { signal, progress: ({ step }) => progress(`policy, step ${step}`) },
    )
    saveNet(policy, join(folder, 'policy'))
    return null
  },
  run: runArm,
}

async function runArm(arm: string, setup: Setup, context: ArmContext): Promise<ArmRun> {
  const { seed, rate = 0, folder, kernels, signal, progress } = context
  const { rounds, steps, measured } = setup
  const net = loadNet(join(folder, 'policy'))
  let [spent, learntFrom] = [0, 0]
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    const { job, tokens } = await methods[arm]!(net, setup, context, round)
    spent += tokens
    const examples = job === undefined ? [] : (job.data as { readonly examples: readonly unknown[] }).examples
    learntFrom += examples.length
    if (job === undefined || examples.length === 0) continue
    await train(
      { net, ...job, limit: { steps }, schedule: { kind: 'linear', rate, end: 0.1 }, seed: 10 * seed + round },
      {
        thread: false,
        signal,
        progress: ({ step, loss }) => progress(`round ${round + 1}, step ${step} of ${steps}, loss ${loss.toFixed(3)}`),
      },
    )
  }
  const heldOut = (stream: number) => drawProblems(measured, { heldOut: true, seed: stream + seed })
  const right = async (stream: number) => {
    const problems = heldOut(stream)
    const answers = await greedyAnswers(batchedDecoder(net, { kernels }), problems, { signal })
    return mean(problems.map((problem, at) => Number(answers[at] === rightAnswer(problem))))
  }
  const shares = await rightShares(net, { problems: heldOut(8_000_000), samples: 4, seed, kernels, signal })
  return {
    metrics: { greedy: await right(8_000_000), pass1: mean(shares), examples: learntFrom },
    spent: { answers: measured, tokens: spent },
    // Of problems that are not reported.
    validation: await right(9_000_000),
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
