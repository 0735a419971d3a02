// Denoising as a tree: a state is a point and how noisy it is, an action is the point some steps of denoising later, which the proposer samples.
// Between the steps at which the tree may branch each state has one child only, so that they are one edge. It knows no diffusion model and no searcher.
import type { Awaitable, Json } from '../../core/common.ts'
import type { Environment, Step } from '../../core/environment.ts'
import { BanyanError, StarvedError } from '../../core/errors.ts'
import type { Evaluator } from '../../core/evaluator.ts'
import type { Proposer } from '../../core/proposer.ts'
import type { Random } from '../../core/random.ts'

/** A point, and how far noise is to be taken off it. */
export interface DenoiseRequest {
  readonly x: readonly number[]
  /** From which step down to which, T ≥ from > to ≥ 0. */
  readonly from: number
  readonly to: number
  readonly random: Random
}

/** What is wanted of a diffusion model. Each request of `denoise` takes from - to evaluations of its net; all requests of a call may share batches. */
export interface Denoiser {
  readonly name: string
  /** T: how many steps from noise to a sample. */
  readonly steps: number
  /** Draws pure noise, x_T. */
  begin(random: Random): readonly number[]
  /** Samples p(x_to | x_from) for each request; x_0 at 0. */
  denoise(requests: readonly DenoiseRequest[]): Awaitable<readonly (readonly number[])[]>
  /** What x_0 is expected to be, E[x_0 | x_t] (Tweedie's formula), for each state: one evaluation each, which the next step from there shares. */
  predict(states: readonly { readonly x: readonly number[]; readonly time: number }[]): Awaitable<readonly (readonly number[])[]>
}

/** A point, and the steps that are left for it. */
export interface DenoisingState {
  /** Empty before noise is drawn. */
  readonly x: readonly number[]
  /** Steps that are left: T + 1 before noise is drawn, 0 of a sample. */
  readonly time: number
}

/** Where to begin; absent: before noise is drawn. */
export interface DenoisingTask {
  readonly from?: DenoisingState
}

/** Options of `denoising`. */
export interface DenoisingOptions {
  readonly denoiser: Denoiser
  /** Of a sample x_0; the greater the better. */
  readonly reward: (x: readonly number[]) => number
  /** Steps at which the tree may branch, falling, from T on. Default: T, and each fifth of it. */
  readonly branchAt?: readonly number[]
}

/** The unit in which network evaluations are counted. */
export const evaluationsUnit = 'networkEvaluations'

/** What `denoising` gives. */
export type Denoising = ReturnType<typeof denoising>

/**
 * The parts of a search over a user's own diffusion model. Pass `units: ['networkEvaluations']` to limit evaluations by the budget.
 * Searches that run at the same time, and trials in flight, share batches.
 *
 * `evaluators`: `reward`, of samples; before, what `predicted` says. `predicted`: the reward of what x_0 is expected to be. `finished`: the reward of
 * a sample that is finished from there, which costs as many evaluations as steps are left.
 *
 * @throws BanyanError E_DENOISING_STEPS for steps that do not fall from T to 1.
 * @example
 * const { environment, proposer, evaluators } = denoising({ denoiser, reward: (x) => -Math.hypot(...x), branchAt: [100, 50] })
 * const { tree } = await search({
 *   environment, task: {}, proposer, evaluator: evaluators.reward, searcher: dts(), concurrency: 16,
 *   units: ['networkEvaluations'], budget: { networkEvaluations: 100_000 },
 * })
 */
export function denoising({ denoiser, reward, branchAt = fifths(denoiser.steps) }: DenoisingOptions) {
  if (branchAt[0] !== denoiser.steps || branchAt.some((time, at) => !(Number.isInteger(time) && time > (branchAt[at + 1] ?? 0))))
    throw new BanyanError('E_DENOISING_STEPS', 'the tree cannot branch at these steps', {
      seen: branchAt,
      wanted: `falling whole numbers above 0, the first ${denoiser.steps}`,
    })
  const longest = branchAt.reduce((most, time, at) => Math.max(most, time - (branchAt[at + 1] ?? 0)), 0)
  /** Where the edge from a state ends. */
  const after = (time: number): number => branchAt.find((branch) => branch < time) ?? 0
  const denoise = together((requests: readonly DenoiseRequest[]) => denoiser.denoise(requests))
  const predict = together((states: readonly DenoisingState[]) => denoiser.predict(states))

  const environment: Environment<DenoisingState, readonly number[], DenoisingTask, readonly number[]> = {
    name: 'denoising',
    initial: ({ from = { x: [], time: denoiser.steps + 1 } }) => from,
    step({ time }, x): Step<DenoisingState> {
      const next = after(time)
      return { state: { x, time: next }, reward: next === 0 ? reward(x) : 0, terminal: next === 0 }
    },
    answer: ({ x, time }) => (time === 0 ? x : undefined),
    render: ({ x, time }) => `${time}: ${x.map((value) => value.toFixed(3)).join(' ')}`,
    encode: ({ x, time }) => ({ x, time }),
    decode: (json) => json as unknown as DenoisingState,
  }

  const proposer: Proposer<DenoisingState, readonly number[]> = {
    name: 'denoiser',
    settings: { denoiser: denoiser.name, branchAt },
    reproducible: 'exact',
    atMost: (count) => ({ [evaluationsUnit]: count * longest }),
    propose: (requests, { random, remaining, spend }) =>
      Promise.all(
        requests.map(async ({ node, count }) => {
          const { x, time } = node.state
          const to = after(time)
          const cost = time > denoiser.steps ? 0 : count * (time - to)
          if (remaining(evaluationsUnit) < cost) throw new StarvedError(evaluationsUnit)
          // One after another, for they draw from one stream.
          const actions: (readonly number[])[] = []
          for (let sample = 0; sample < count; sample++)
            actions.push(time > denoiser.steps ? denoiser.begin(random) : await denoise({ x, from: time, to, random }))
          if (cost > 0) spend({ [evaluationsUnit]: cost })
          return { candidates: actions.map((action) => ({ action })) }
        }),
      ),
  }

  const evaluator = (
    name: string,
    before: (state: DenoisingState, random: Random) => Awaitable<number>,
    cost: (time: number) => number,
    atMost: number,
  ): Evaluator<DenoisingState, readonly number[]> => ({
    name,
    settings: { denoiser: denoiser.name } as Json,
    reproducible: 'exact',
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    atMost: (count) => ({ [evaluationsUnit]: count * atMost }),
    evaluate: (groups, { random, spend }) =>
      Promise.all(
        groups.map((group) =>
          Promise.all(
            group.map(async ({ state }) => {
              if (state.time === 0) return { value: reward(state.x) }
              if (state.time > denoiser.steps) return { value: 0 }
              if (cost(state.time) > 0) spend({ [evaluationsUnit]: cost(state.time) })
              return { value: await before(state, random) }
            }),
          ),
        ),
      ),
  })
  const expected = async (state: DenoisingState) => reward(await predict(state))
  const finish = async ({ x, time }: DenoisingState, random: Random) => reward(await denoise({ x, from: time, to: 0, random }))
  const evaluators = {
    reward: evaluator('reward', expected, () => 0, 0),
    predicted: evaluator('predicted', expected, () => 0, 0),
    finished: evaluator('finished', finish, (time) => time, denoiser.steps),
  }
  return { environment, proposer, evaluators }
}

/** Gathers what is asked for at the same time, of whatever search, and has it done in one batch. */
function together<Request, Result>(
  work: (requests: readonly Request[]) => Awaitable<readonly Result[]>,
): (request: Request) => Promise<Result> {
  let waiting: { request: Request; resolve(result: Result): void; reject(error: unknown): void }[] = []
  const run = async () => {
    const batch = waiting
    waiting = []
    try {
      const results = await work(batch.map(({ request }) => request))
      for (const [at, { resolve }] of batch.entries()) resolve(results[at]!)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  return (request) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(run)
      waiting.push({ request, resolve, reject })
    })
}

/** T and each fifth of it: {100, 80, 60, 40, 20}. */
function fifths(steps: number): number[] {
  return [5, 4, 3, 2, 1].map((part) => Math.ceil((steps * part) / 5)).filter((time, at, all) => time !== all[at + 1])
}
