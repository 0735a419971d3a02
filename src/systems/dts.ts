// DTS and DTS*: a tree of denoising steps whose values follow the soft Bellman equation, to sample from a diffusion model tilted by a reward, or to
// find its best sample.
import type { Searcher } from '../core/searcher.ts'
import { type SoftBellmanOptions, softBellman } from '../core/searchers/soft-bellman.ts'
import { type Card, system } from '../experiments/system.ts'
import { experiment } from './dts/experiment.ts'

export { boltzmannDescent, type SoftBellmanOptions, softBellman } from '../core/searchers/soft-bellman.ts'
export {
  type DenoiseRequest,
  type Denoiser,
  type Denoising,
  type DenoisingOptions,
  type DenoisingState,
  type DenoisingTask,
  denoising,
  evaluationsUnit,
} from './dts/denoising.ts'
export { type DiffusionConfig, diffusionDenoiser, linearSchedule, noiseNet, trainNoiseNet } from './dts/diffusion.ts'

const card: Card = {
  slug: 'dts',
  name: 'DTS and DTS*',
  title: 'Diffusion Tree Sampling: Scalable inference-time alignment of diffusion models',
  authors: ['Vineet Jain', 'Kusha Sareen', 'Mohammad Pedramfar', 'Siamak Ravanbakhsh'],
  year: 2025,
  link: 'https://arxiv.org/abs/2506.20701',
  family: 'search',
  claim:
    'A tree over denoising steps that keeps all it has sampled draws from p(x) · exp(λ r(x)) with up to ten times less compute than sequential Monte Carlo and best-of-n.',
  mechanism: [
    'The root is before all noise; a child is what some steps of denoising make of its parent, so that all children are samples of the model.',
    'From the root, children are chosen in proportion to exp(λ v) as long as a node visited N times has C · N^α of them (DTS*: by UCT).',
    'Where there is room, a new chain is sampled to its end, and all its states join the tree.',
    'The end has its reward; each node above takes v = 1/λ · ln of the mean of exp(λ v) over its children (the soft Bellman equation).',
    'Going down by exp(λ v) then gives samples without a further evaluation of the net; the tree can go on growing at any time.',
  ],
  faithful: [
    'the soft Bellman backup without priors, progressive widening with C = 2 and α = 0.8, all states of a chain in the tree',
    'branching at steps 100, 80, 60, 40, 20 of 100, β from .001 to .07, DDIM with η = 1, perceptrons of 4 × 128 with SiLU, λ = 1',
    'best-of-n, SMC by the expected sample at the same steps (FK steering) and SMC by finished samples at equal network evaluations',
  ],
  smaller: [
    'points in the plane alone, no pictures or texts; the reward of the eight Gaussians is written down anew: ln Σ e^{1.5 i} exp(-‖x - μ_i‖² / 2·0.3²)',
    '4,000 training steps of 256 points in place of 500 epochs; 10,000 draws from a tree, as many as SMC has particles at 1e6 network evaluations, and 5,000 exact samples to measure to; without DPS, TDS and DAS',
    'sixteen chains are under way at a time, so that they share batches; the steps between two branchings are one edge, as they have one child each',
    'DTS* keeps the best child (max backup) and is narrower: C = 1, α = 0.5',
    'the main claim is missed: a child is gone back to until its mean has fallen to that of others, so that its lucky ends weigh too little, and children whose first chain was unlucky are hardly seen again. On seed 1001 the highest of the eight peaks, which should have .78, had .70 with 1e5 evaluations and .67 with 1e6, and the root 7.3 and 7.2, not 8.1; with even selection .79 and 8.1. More evaluations hardly help, for visits of a child grow with N^0.2 alone, while SMC goes on coming nearer',
    'tried on it: one chain at a time in place of sixteen (the same); other C and α (narrower: worse); fewer steps to branch at (the same); selection at 4 / λ (half way) and 100 / λ (unbiased: the arm dts-even). At these budgets the tree is hardly deeper than two levels, and as good as chains that share nothing',
  ],
  oracle: 'the known density of the points, for grading afterwards; rewards are part of the task',
  tuned: 'training, n, the threshold of resampling, both temperatures of selection and the width of DTS* on seeds 1001 to 1004',
}

/** Where proposers list all moves, chains are to be sampled. */
const listed = { propose: 'sampled', temperature: 0.2 }

/** DTS: samples. As published, but for what is given. @throws `E_SEARCHER_SETTING` for settings that it has not. */
export function dts(options: SoftBellmanOptions = {}): Searcher {
  return softBellman({ widening: { base: 2, power: 0.8 }, ...options })
}

/** DTS*: looks for the best sample. @throws as {@link dts}. */
export function dtsStar(options: SoftBellmanOptions = {}): Searcher {
  return softBellman({ selection: 'uct', exploration: 0.3, backup: 'max', widening: { base: 1, power: 0.5 }, ...options })
}

/**
 * DTS on users' own tasks: `banyan solve --system dts "…"` (`selection` `uct`: DTS*), or for a diffusion model
 * `search({ ...denoising({ denoiser, reward }), searcher: dts(), … })` and then `boltzmannDescent(tree)`; see {@link denoising}.
 */
export const dtsSystem = system({
  card,
  search: () => ({
    settings: { game24: listed, countdown: listed },
    searcher: ({ selection, ...settings }) =>
      selection === 'uct' ? dtsStar(settings as never) : dts({ ...settings, ...(selection !== undefined && { selection }) } as never),
  }),
  experiment,
})
