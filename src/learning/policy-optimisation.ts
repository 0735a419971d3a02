// Policy optimisation: sample answers with the policy, reward them, say how much better than expected each was, make a step of the weights;
// again and again. Loss, advantages, filter and what is read of a task are the caller's, so that methods are combinations and not loops.
import type { Awaitable } from '../core/common.ts'
import { BanyanError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import type { PolicyBatch } from './losses/policy-batch.ts'
import { type BatchedDecoder, batchedDecoder, type TextRequest } from './nets/batched-decoder.ts'
import type { CausalNet } from './nets/causal-net.ts'
import { logProbsOf } from './nets/log-probs.ts'
import { scorer } from './nets/scorer.ts'
import { packRollouts, perToken, type Rollout, type RolloutBatch, rewarded, rolloutOf } from './rollouts/index.ts'
import { adam } from './tensor/adam.ts'
import type { Kernels } from './tensor/kernels.ts'
import { openKernels } from './tensor/open-kernels.ts'
import { Tape } from './tensor/tape.ts'
import type { Tensor } from './tensor/tensor.ts'

/** A loss of sampled tokens: what `losses/` makes. */
export type PolicyLoss = (tape: Tape, batch: PolicyBatch) => { readonly loss: Tensor; readonly telemetry: Readonly<Record<string, number>> }

/** What is learnt: tasks as a policy reads them, and what its answers are worth. */
export interface PolicyTasks<Task> {
  /** Tasks of an update, from 0: the same whenever it is asked. */
  at(update: number): readonly Task[]
  /** Answers to one task are compared with each other. */
  idOf(task: Task): string
  /** What the policy goes on from, and where it ends. */
  request(task: Task): Omit<TextRequest, 'random'>
  /** Rewards by name; `outcome` is what is learnt from. */
  reward(task: Task, rollout: Rollout): Readonly<Record<string, number>>
  /** Tokens that end a step of an answer. Default: the answer is one step. */
  readonly stepEnds?: readonly number[]
}

/** What a way of sampling is given. */
export interface SamplingContext<Task> {
  readonly decoder: BatchedDecoder
  /** From 0. */
  readonly update: number
  /** Answers wanted to each task. */
  readonly group: number
  readonly seed: number
  readonly tasks: PolicyTasks<Task>
  readonly signal: AbortSignal | undefined
}

/** Options of policy optimisation. */
export interface PolicyOptimisationOptions<Task> {
  /** Trained in place. */
  readonly net: CausalNet
  readonly tasks: PolicyTasks<Task>
  readonly loss: PolicyLoss
  /**
   * How much better than expected each rollout was: a number for all of its tokens, or [tokens of the rollout, prompt included].
   * All rollouts of the update come together; what is undefined is left out of the update.
   */
  advantages(rollouts: readonly Rollout[]): readonly (number | ArrayLike<number> | undefined)[]
  /** How answers are sampled; rewards come afterwards. Their groups are the tasks' ids. Default: each by itself, at temperature 1. */
  readonly sample?: (tasks: readonly Task[], context: SamplingContext<Task>) => Awaitable<readonly Rollout[]>
  /** Answers for each task, from 1. Default 8. */
  readonly group?: number
  /** Updates: rounds of sampling and learning. */
  readonly updates: number
  /** Learning rate by the update, from 0. */
  readonly rate: (update: number) => number
  /** Steps of the optimizer for each round of sampling: the rollouts are dealt out to them. Default 1. */
  readonly minibatches?: number
  /** How often all minibatches are gone through. Default 1. */
  readonly passes?: number
  /** Who the policy is kept close to: its log-probabilities are in the batch then. */
  readonly reference?: CausalNet
  /** Whether the loss needs entropies. Default false. */
  readonly entropies?: boolean
  /** Of the gradient's norm. Default 1. */
  readonly clip?: number
  readonly seed?: number
  readonly kernels?: Kernels
  /** Asked before the first update (with −1) and after each: what else is known of the policy then, by name. Nothing that it does changes the training. */
  readonly measure?: (update: number) => Awaitable<Readonly<Record<string, number>>>
  /** Told after each update. */
  readonly progress?: (update: PolicyUpdate) => void
  /** Ends it after the update at hand. */
  readonly signal?: AbortSignal
}

/** What happened in an update. */
export interface PolicyUpdate {
  /** From 0. */
  readonly update: number
  /** Mean outcome of the rollouts that were sampled, those that were left out too. */
  readonly reward: number
  /** Part of the groups in which outcomes differ. */
  readonly mixedGroups: number
  /** Tokens that were chosen since the beginning: what methods are compared at. */
  readonly tokens: number
  /** Of the last step. */
  readonly gradientNorm: number
  /** Means over the update's steps of what the loss says. */
  readonly telemetry: Readonly<Record<string, number>>
  /** What `measure` said after it. */
  readonly measured: Readonly<Record<string, number>>
}

/** What a policy optimisation did, update by update. */
export interface PolicyOptimisationResult {
  /** What `measure` said before the first update. */
  readonly before: Readonly<Record<string, number>>
  readonly updates: readonly PolicyUpdate[]
  readonly aborted: boolean
}

/**
 * Optimises a policy. The same options give the same weights, bit for bit.
 *
 * @throws BanyanError E_POLICY_OPTION for options out of range; E_TENSOR_NOT_FINITE when loss or gradient is NaN or infinite, with the weights of
 * the step before; what rewards, advantages and the decoder throw.
 * @example
 * await policyOptimisation({
 *   net, tasks, updates: 30, group: 8, rate: () => 5e-4,
 *   advantages: (rollouts) => groupAdvantages(rollouts), loss: (tape, batch) => ppo(tape, batch),
 *   progress: ({ update, reward }) => log.add(update, { reward }),
 * })
 */
export async function policyOptimisation<Task>(options: PolicyOptimisationOptions<Task>): Promise<PolicyOptimisationResult> {
  const { net, updates, minibatches = 1, passes = 1, group = 8, clip = 1, seed = 0, progress, signal } = options
  for (const [name, value] of Object.entries({ updates, minibatches, passes, group }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new BanyanError('E_POLICY_OPTION', `${name} is out of range`, { seen: value, wanted: 'a whole number from 1' })
  const kernels = options.kernels ?? openKernels()
  const decoder = batchedDecoder(net, { kernels })
  const tape = new Tape({ kernels })
  const optimizer = adam({ kernels, parameters: net.parameters, beta2: 0.99, clip })
  const done: PolicyUpdate[] = []
  const before = (await options.measure?.(-1)) ?? {}
  for (let update = 0; update < updates && !signal?.aborted; update++) {
    const rollouts = await sampled(options, decoder, update, group, seed)
    const advantages = new Map<string, number | ArrayLike<number>>()
    for (const [at, advantage] of options.advantages(rollouts).entries())
      if (advantage !== undefined) advantages.set(rollouts[at]!.id, advantage)
    const order = rollouts.filter(({ id }) => advantages.has(id))
    const sums: Record<string, number> = {}
    let gradientNorm = 0
    let steps = 0
    for (let pass = 0; pass < passes; pass++) {
      const dealt = new Random(seed, `minibatches ${update} ${pass}`).shuffled(order)
      for (let part = 0; part < minibatches; part++) {
        const mine = dealt.filter((_, at) => at % minibatches === part)
        const telemetry = backward(options, tape, kernels, mine, advantages)
        if (telemetry === undefined) continue
        gradientNorm = optimizer.step(options.rate(update)).gradientNorm
        steps++
        for (const [name, value] of Object.entries(telemetry)) sums[name] = (sums[name] ?? 0) + value
      }
    }
    // What it kept of texts was computed with the weights of before.
    decoder.clear()
    const telemetry = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / steps]))
    const { reward, mixedGroups } = outcomes(rollouts)
    const measured = (await options.measure?.(update)) ?? {}
    done.push({ update, reward, mixedGroups, tokens: decoder.counters.generated, gradientNorm, telemetry, measured })
    progress?.(done.at(-1)!)
  }
  return { before, updates: done, aborted: done.length < updates }
}

async function sampled<Task>(
  { tasks, signal, sample = independently }: PolicyOptimisationOptions<Task>,
  decoder: BatchedDecoder,
  update: number,
  group: number,
  seed: number,
): Promise<Rollout[]> {
  const asked = tasks.at(update)
  const byId = new Map(asked.map((task) => [tasks.idOf(task), task]))
  const rollouts = await sample(asked, { decoder, update, group, seed, tasks, signal })
  return rollouts.map((rollout) => rewarded(rollout, tasks.reward(byId.get(rollout.group)!, rollout)))
}

/** Each answer by itself. */
async function independently<Task>(asked: readonly Task[], context: SamplingContext<Task>): Promise<Rollout[]> {
  const { decoder, update, group, seed, tasks, signal } = context
  const answers = asked.flatMap((task) => Array.from({ length: group }, (_, answer) => ({ task, answer })))
  const requests = answers.map(({ task, answer }) => ({
    ...tasks.request(task),
    random: new Random(seed, `${update} ${tasks.idOf(task)} ${answer}`),
  }))
  const texts = await decoder.generate(requests, signal)
  return answers.map(({ task, answer }, at) => {
    const facts = { id: `${tasks.idOf(task)}/${answer}`, group: tasks.idOf(task), prompt: requests[at]!.prompt, policyVersion: update }
    return rolloutOf(texts[at]!, { ...facts, ...(tasks.stepEnds !== undefined && { stepEnds: tasks.stepEnds }) })
  })
}

/** Adds the gradient of one minibatch; undefined when there is nothing to learn from. */
function backward<Task>(
  { net, loss, reference, entropies = false }: PolicyOptimisationOptions<Task>,
  tape: Tape,
  kernels: Kernels,
  rollouts: readonly Rollout[],
  advantages: ReadonlyMap<string, number | ArrayLike<number>>,
): Readonly<Record<string, number>> | undefined {
  if (rollouts.length === 0) return undefined
  // One batch, so that means over tokens and over sequences are means over the whole minibatch.
  const [batch] = packRollouts(rollouts, { context: net.shape.context, mostPlaces: rollouts.length * net.shape.context })
  if (batch === undefined) return undefined
  const hidden = net.hidden(tape, batch.read, batch.rollouts.length)
  const { logProbs, entropies: found } = logProbsOf(tape, net, hidden, batch.places, batch.tokens, { entropies })
  const { loss: total, telemetry } = loss(tape, {
    logProbs,
    ...(found !== undefined && { entropies: found }),
    sampledLogProbs: batch.sampledLogProbs,
    ...(reference !== undefined && { referenceLogProbs: referenceOf(reference, kernels, batch) }),
    advantages: perToken(batch, ({ id }) => advantages.get(id)!),
    sequences: batch.sequences,
    groups: batch.groups,
  })
  tape.backward(total)
  tape.reset()
  return telemetry
}

function referenceOf(reference: CausalNet, kernels: Kernels, batch: RolloutBatch): Float32Array {
  const scored = scorer(reference, { kernels }).score(batch.rollouts.map(({ tokens, promptLength }) => ({ tokens, from: promptLength })))
  const of = new Map(batch.rollouts.map(({ id }, at) => [id, scored[at]!.logProbs]))
  return perToken(batch, ({ id }) => of.get(id)!)
}

function outcomes(rollouts: readonly Rollout[]): Pick<PolicyUpdate, 'reward' | 'mixedGroups'> {
  const groups = new Map<string, number[]>()
  for (const { group, rewards } of rollouts) groups.set(group, [...(groups.get(group) ?? []), rewards.outcome ?? 0])
  const mixed = [...groups.values()].filter((of) => of.some((one) => one !== of[0])).length
  const sum = rollouts.reduce((total, { rewards }) => total + (rewards.outcome ?? 0), 0)
  return { reward: sum / rollouts.length, mixedGroups: mixed / groups.size }
}
