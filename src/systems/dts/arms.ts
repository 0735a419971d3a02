// The methods that are compared, each of them a searcher on the same denoising: what it samples, and how far that is from the target, at rising
// numbers of network evaluations.
import { Random } from '../../core/random.ts'
import { search } from '../../core/search.ts'
import type { Searcher } from '../../core/searcher.ts'
import { type SmcMemory, smc, weightedEnds } from '../../core/searchers/smc.ts'
import { boltzmannDescent, type SoftBellmanOptions, softBellman } from '../../core/searchers/soft-bellman.ts'
import type { Tree } from '../../core/tree.ts'
import { atCheckpoints } from './checkpoints.ts'
import { type Denoiser, type DenoisingState, denoising, evaluationsUnit } from './denoising.ts'
import { merged, type Weighted } from './distance.ts'
import type { Target } from './targets.ts'

export interface Growth {
  readonly denoiser: Denoiser
  readonly target: Target
  readonly seed: number
  readonly signal: AbortSignal
  /** Network evaluations at which samples are drawn, rising. */
  readonly at: readonly number[]
  /** Samples drawn from a tree. */
  readonly draws: number
}

/** What an arm has at so many evaluations. */
export interface Seen {
  readonly evaluations: number
  readonly samples: Weighted
  /** The greatest reward found so far. */
  readonly best: number
}

/** Chains or particles under way at a time, which share batches. */
const concurrency = 16

/** Grows one tree and draws from it on the way. */
async function grown(
  { denoiser, target, seed, signal, at }: Growth,
  inner: Searcher,
  samplesOf: (tree: Tree) => Weighted,
): Promise<Seen[]> {
  const { environment, proposer, evaluators } = denoising({ denoiser, reward: target.reward })
  const seen: Seen[] = []
  const see = (tree: Tree, evaluations: number) => {
    const best = endsOf(tree).reduce((most, { reward }) => Math.max(most, reward), Number.NEGATIVE_INFINITY)
    seen.push({ evaluations, samples: samplesOf(tree), best })
  }
  const { searcher, end } = atCheckpoints(inner, { unit: evaluationsUnit, at, trial: denoiser.steps, see })
  const { tree } = await search({
    ...{ environment, task: {}, proposer, evaluator: evaluators.reward, searcher, concurrency, seed, signal },
    units: [evaluationsUnit],
  })
  end(tree as Tree)
  return seen
}

/** Samples that were finished and told, in the order in which they were made. */
function endsOf(tree: Tree): { readonly x: readonly number[]; readonly reward: number }[] {
  const ends: { x: readonly number[]; reward: number }[] = []
  for (let node = 0; node < tree.size; node++)
    if (tree.terminal(node) && tree.visits[node]! > 0) ends.push({ x: (tree.state(node) as DenoisingState).x, reward: tree.reward(node) })
  return ends
}

function descended(tree: Tree, { seed, draws }: Growth): Weighted {
  const draw = boltzmannDescent(tree)
  const random = new Random(seed, 'descent')
  const points = Array.from({ length: draws }, () => (tree.state(draw(random)) as DenoisingState).x)
  return merged(
    points,
    points.map(() => 1),
  )
}

/** Each sample is the best of n. */
function bestOf(tree: Tree, n: number): Weighted {
  const ends = endsOf(tree)
  const points: (readonly number[])[] = []
  for (let at = 0; at < ends.length; at += n)
    points.push(ends.slice(at, at + n).reduce((best, one) => (one.reward > best.reward ? one : best)).x)
  return merged(
    points,
    points.map(() => 1),
  )
}

/** Populations, one for each number of evaluations, as large as it allows. */
async function populations(growth: Growth, value: 'predicted' | 'finished', resampleBelow: number): Promise<Seen[]> {
  const { denoiser, target, seed, signal, at } = growth
  const { environment, proposer, evaluators } = denoising({ denoiser, reward: target.reward })
  const { steps } = denoiser
  const seen: Seen[] = []
  for (const evaluations of at) {
    // Values by finishing from {T, 4/5 T … 1/5 T} cost three times T more.
    const particles = Math.max(1, Math.floor(evaluations / (value === 'predicted' ? steps : 4 * steps)))
    const inner = smc({ particles, potential: 'softmax', temperature: 1, resampleBelow })
    let memory: SmcMemory | undefined
    const searcher: Searcher<SmcMemory> = { ...inner, start: (tree) => (memory = inner.start(tree)) }
    const { tree } = await search({
      ...{ environment, task: {}, proposer, evaluator: evaluators[value], searcher, concurrency: 64, seed, signal },
      units: [evaluationsUnit],
    })
    const ends = weightedEnds(memory!)
    const samples = merged(
      ends.map(({ node }) => tree.state(node).x),
      ends.map(({ weight }) => weight),
    )
    const best = ends.reduce((most, { node }) => Math.max(most, tree.reward(node)), Number.NEGATIVE_INFINITY)
    seen.push({ evaluations, samples, best })
  }
  return seen
}

export interface Constants {
  /** n of best-of-n. */
  readonly bestOf: number
  /** Of SMC, as its `resampleBelow`. */
  readonly resampleBelow: number
  /** Of the DTS that selects more evenly. */
  readonly selectionTemperature: number
  /** c of DTS*. */
  readonly exploration: number
}

/** There is always room at the root: no sample shares anything with another. */
export const apart: SoftBellmanOptions = { widening: { base: 2, power: 1 } }

/** DTS*, whose tree is narrow and keeps to the best. */
export const star = (exploration: number): SoftBellmanOptions => ({
  selection: 'uct',
  exploration,
  backup: 'max',
  widening: { base: 1, power: 0.5 },
})

/** The methods by name. */
export const methods: Readonly<Record<string, (growth: Growth, constants: Constants) => Promise<Seen[]>>> = {
  dts: (growth) => grown(growth, softBellman({ depth: 6 }), (tree) => descended(tree, growth)),
  'dts-even': (growth, { selectionTemperature }) =>
    grown(growth, softBellman({ depth: 6, selectionTemperature }), (tree) => descended(tree, growth)),
  flat: (growth) => grown(growth, softBellman({ depth: 6, ...apart }), (tree) => descended(tree, growth)),
  smc: (growth, { resampleBelow }) => populations(growth, 'predicted', resampleBelow),
  'smc-rollouts': (growth, { resampleBelow }) => populations(growth, 'finished', resampleBelow),
  'best-of-n': (growth, { bestOf: n }) => grown(growth, softBellman({ depth: 6, ...apart }), (tree) => bestOf(tree, n)),
}

/** Network evaluations until a sample has at least that reward; all that there are when none has. */
export async function evaluationsToReach(
  { denoiser, target, seed, signal }: Growth,
  options: SoftBellmanOptions,
  reward: number,
  most: number,
): Promise<number> {
  const { environment, proposer, evaluators } = denoising({ denoiser, reward: target.reward })
  const inner = softBellman({ depth: 6, ...options })
  let used = 0
  let reached = false
  const told: Searcher = {
    ...inner,
    tell(tree, memory, outcome) {
      if (!reached) used += outcome.usage[evaluationsUnit] ?? 0
      reached ||= outcome.value >= reward
      inner.tell(tree, memory, outcome)
    },
    done: () => (reached ? 'solved' : undefined),
  }
  const { searcher } = atCheckpoints(told, { unit: evaluationsUnit, at: [most], trial: denoiser.steps, see: () => {} })
  await search({
    ...{ environment, task: {}, proposer, evaluator: evaluators.reward, searcher, concurrency, seed, signal },
    units: [evaluationsUnit],
  })
  return reached ? used : most
}

/** What a method takes the soft value of a state to be. */
export type ValueOf = (growth: Growth, from: DenoisingState, chains: number) => Promise<number>

/** The soft value by a tree that grows from there with as many evaluations as so many chains take. */
const byTree = async ({ denoiser, target, seed, signal }: Growth, from: DenoisingState, chains: number, options: SoftBellmanOptions) => {
  const { environment, proposer, evaluators } = denoising({ denoiser, reward: target.reward })
  const limits = { unit: evaluationsUnit, at: [chains * from.time], trial: from.time, see: () => {} }
  const { searcher } = atCheckpoints(softBellman({ depth: 6, ...options }), limits)
  const { tree } = await search({
    ...{ environment, task: { from }, proposer, evaluator: evaluators.reward, searcher, concurrency, seed, signal },
    units: [evaluationsUnit],
  })
  return tree.mean(tree.root)
}

/** Values by arms; `chains` is how many chains a tree may take. */
export const values: Readonly<Record<string, ValueOf>> = {
  dts: (growth, from, chains) => byTree(growth, from, chains, {}),
  flat: (growth, from, chains) => byTree(growth, from, chains, apart),
  smc: async ({ denoiser, target }, from) => target.reward((await denoiser.predict([from]))[0]!),
  'smc-rollouts': (growth, from) => byTree(growth, from, 1, apart),
}
