// The experiment: for each puzzle one value net, and for each number of actions one Q-net, trained on the same boards with as many steps and rows; then
// the same boards are solved by each method at the same λ and N, and net evaluations and costs are compared.
import { join } from 'node:path'
import { Random } from '../../core/random.ts'
import { type Board, isGoal, type Puzzle, possibleMoves, scrambled } from '../../environments/puzzles.ts'
import type { ArmContext, ArmRun, Claim, Experiment, Question } from '../../experiments/experiment.ts'
import { type CostTraining, qNet, trainQNet, trainValueNet, valueNet } from '../../learning/cost-to-go.ts'
import { openTensors, writeTensors } from '../../learning/files/safetensors.ts'
import type { Mlp } from '../../learning/nets/mlp.ts'
import type { ParameterSource } from '../../learning/nets/parameters.ts'
import { parameter } from '../../learning/tensor/tensor.ts'
import { arms, contestPuzzle, type Found, searched, type Weights } from './contest.ts'

export interface Setup {
  /** Lengths of macro-moves rise, so that numbers of actions do. */
  readonly puzzles: readonly {
    readonly name: string
    readonly lengths: readonly number[]
    /** Boards to solve are 1 to so many random moves from the goal; those to learn from lie up to `walk` away. */
    readonly scramble: number
    readonly walk: number
  }[]
  /** Layers between, of both nets. */
  readonly between: readonly number[]
  readonly training: Pick<CostTraining, 'steps' | 'batch' | 'rate' | 'replaceBelow' | 'patience' | 'checkEvery'>
  /** Boards to solve, of each puzzle. */
  readonly boards: number
  readonly weights: Weights
  /** Net evaluations that a search may take. A board that is not solved counts with all of them, and costs what it was scrambled by. */
  readonly most: number
}

/** Names of metrics: of a puzzle with a number of actions. */
const metric = (name: string, puzzle: string, length: number): string => `${name}, ${labels[puzzle]![length]}`
/** What reports call them. */
const labels: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  'lights-4': { 1: '4 × 4 lights, 16 actions', 2: '4 × 4 lights, 136 actions', 3: '4 × 4 lights, 696 actions' },
  lights: { 1: '5 × 5 lights, 25 actions', 2: '5 × 5 lights, 325 actions' },
  tiles: { 1: '8-puzzle, 4 actions', 4: '8-puzzle, 120 actions' },
}
const searches = { over: 'seeds', unit: 'searches', by: 'ratio' } as const
const least = (first: string, of: string, wanted: number): Question => ({
  ...{ first, second: 'q-star', metric: `evaluations, ${of}`, wanted: { atLeast: wanted }, ...searches },
})
const costs = (of: string, second = 'a-star'): Question => ({
  ...{ first: 'q-star', second, metric: `cost, ${of}`, wanted: { atMost: 1.03 }, ...searches },
})
/** Evaluations of the second relative to the first number of actions grow less than those of A*: the ratio of A* to Q* grows. */
const grows = (of: string): Question => ({
  ...{ first: 'q-star', second: 'a-star', metric: `growth, ${of}`, wanted: { below: 1 }, ...searches },
})

const main = '4 × 4 lights, 696 actions'
const claims: readonly Claim[] = [
  {
    text: 'at least 5 times fewer net evaluations than weighted A* with a value net trained on the same data, at path cost within 3 %; the ratio grows with the number of actions',
    main: true,
    questions: [least('a-star', main, 5), costs(main), grows('4 × 4 lights, 16 to 136 actions'), grows('4 × 4 lights, 136 to 696 actions')],
  },
  {
    text: 'the same on 5 × 5 lights with 25 and 325 actions',
    questions: [
      least('a-star', '5 × 5 lights, 325 actions', 5),
      costs('5 × 5 lights, 325 actions'),
      grows('5 × 5 lights, 25 to 325 actions'),
    ],
  },
  {
    text: 'fewer net evaluations on the 8-puzzle, where at most 36 of 120 actions are possible at a time, at path cost within 3 %; the ratio grows with their number',
    questions: [
      { ...least('a-star', '8-puzzle, 120 actions', 1), wanted: { above: 1 } },
      costs('8-puzzle, 120 actions'),
      grows('8-puzzle, 4 to 120 actions'),
    ],
  },
  {
    text: 'fewer net evaluations than deferred evaluation by the value net',
    questions: [{ ...least('deferred', main, 1), wanted: { above: 1 } }],
  },
  {
    text: 'at least 5 times fewer than partial-expansion A* and greedy best-first search with the value net',
    questions: [least('partial-expansion', main, 5), least('greedy', main, 5)],
  },
]

export const experiment: Experiment<Setup> = {
  arms: [
    { name: 'q-star', text: 'Q*: batch-weighted A* over edges with the Q-net' },
    { name: 'a-star', text: 'batch-weighted A* with the value net' },
    { name: 'deferred', text: 'A* over edges that have the estimate of their parent by the value net (deferred evaluation)' },
    { name: 'partial-expansion', text: 'partial-expansion A* with the value net, at the same λ and N' },
    { name: 'greedy', text: 'greedy best-first search (λ = 0) with the value net' },
    { name: 'greedy-q', text: 'Q* without the cost of the path (λ = 0): the ablation' },
  ],
  claims,
  scales: {
    smoke: {
      seeds: [1],
      setup: {
        puzzles: [
          { name: 'lights-4', lengths: [1, 2, 3], scramble: 2, walk: 2 },
          { name: 'lights', lengths: [1, 2], scramble: 2, walk: 2 },
          { name: 'tiles', lengths: [1, 4], scramble: 4, walk: 4 },
        ],
        between: [16],
        training: { steps: 40, batch: 8, rate: 1e-2, checkEvery: 10, replaceBelow: 0.1, patience: 2 },
        boards: 3,
        weights: { pathWeight: 0.6, batch: 4 },
        most: 2000,
      },
      limits: { searches: 100 },
    },
    standard: {
      seeds: [1, 2, 3, 4, 5],
      setup: {
        puzzles: [
          { name: 'lights-4', lengths: [1, 2, 3], scramble: 8, walk: 8 },
          { name: 'lights', lengths: [1, 2], scramble: 7, walk: 7 },
          { name: 'tiles', lengths: [1, 4], scramble: 20, walk: 24 },
        ],
        between: [128, 64],
        training: { steps: 2000, batch: 64, rate: 3e-3, checkEvery: 50, replaceBelow: 0.1, patience: 2 },
        boards: 40,
        weights: { pathWeight: 0.6, batch: 4 },
        most: 20_000,
      },
      limits: { searches: 1000 },
    },
  },
  figures: [
    { title: '4 × 4 lights', metric: 'evaluations of 4 × 4 lights', x: 'actions', y: 'net evaluations a search, log10' },
    { title: '5 × 5 lights', metric: 'evaluations of 5 × 5 lights', x: 'actions', y: 'net evaluations a search, log10' },
  ],
  prepare(setup, { seed, folder, kernels, progress }) {
    const report: Record<string, number> = {}
    for (const { name, lengths, walk } of setup.puzzles) {
      const training = { ...setup.training, walk, kernels }
      const { base } = contestPuzzle(name, 1)
      const value = valueNet(base, setup.between, { seed })
      report[`${name} value`] = trainValueNet(base, value, { ...training, random: new Random(seed, `boards of ${name}`) }).netRows
      writeTensors(join(folder, `${name}-value.safetensors`), value.parameters, {})
      for (const length of lengths) {
        const { rules } = contestPuzzle(name, length)
        const q = qNet(rules, setup.between, { seed })
        const { netRows } = trainQNet(rules, q, {
          ...{ ...training, walkBy: base, random: new Random(seed, `boards of ${name}`), moveRandom: new Random(seed, `moves of ${name}`) },
          moves: (board) => possibleMoves(base, board).length,
        })
        report[`${name} q ${length}`] = netRows
        writeTensors(join(folder, `${name}-q-${length}.safetensors`), q.parameters, {})
        progress(`${rules.name}: nets`)
      }
    }
    return report
  },
  async run(arm, setup, { seed, folder, kernels, signal, progress }: ArmContext): Promise<ArmRun> {
    const metrics: Record<string, number | readonly number[]> = {}
    const curves: Record<string, (readonly [number, number])[]> = {}
    let done = 0
    for (const { name, lengths, scramble } of setup.puzzles) {
      const boards = drawnBoards(contestPuzzle(name, 1).base, setup.boards, scramble, new Random(seed, `boards to solve of ${name}`))
      let before: number | undefined
      for (const length of lengths) {
        const { base, rules } = contestPuzzle(name, length)
        const value = loaded(join(folder, `${name}-value.safetensors`), (source) => valueNet(base, setup.between, source))
        const q = loaded(join(folder, `${name}-q-${length}.safetensors`), (source) => qNet(rules, setup.between, source))
        const contest = { base, length, rules, valueNet: value, qNet: q, kernels }
        const found: Found[] = []
        for (const { board } of boards) found.push(await searched(contest, arms[arm]!, board, { ...setup, seed, signal }))
        done += found.length
        const evaluations = mean(found.map((one) => (one.solved ? one.evaluations : setup.most)))
        metrics[metric('evaluations', name, length)] = evaluations
        metrics[metric('cost', name, length)] = mean(found.map(({ cost }, at) => cost ?? boards[at]!.moves))
        metrics[metric('solved', name, length)] = mean(found.map(({ solved }) => Number(solved)))
        metrics[metric('nodes', name, length)] = mean(found.map(({ made }) => made))
        const [puzzle, actions] = labels[name]![length]!.split(', ') as [string, string]
        if (before !== undefined) {
          const earlier = lengths[lengths.indexOf(length) - 1]!
          metrics[`growth, ${labels[name]![earlier]!.replace(' actions', '')} to ${actions}`] = evaluations / before
        }
        before = evaluations
        curves[`evaluations of ${puzzle}`] = [...(curves[`evaluations of ${puzzle}`] ?? []), [rules.moves.length, Math.log10(evaluations)]]
        progress(`${rules.name}: ${Math.round(evaluations)} evaluations`)
      }
    }
    return { metrics, spent: { searches: done }, curves }
  },
}

/** Boards that are not the goal, with the moves they were scrambled by. */
function drawnBoards(puzzle: Puzzle, count: number, scramble: number, random: Random): { readonly board: Board; readonly moves: number }[] {
  return Array.from({ length: count }, (_, at) => {
    const moves = 1 + Math.floor((at * scramble) / count)
    for (;;) {
      const board = scrambled(puzzle, moves, random)
      if (!isGoal(puzzle, board)) return { board, moves }
    }
  })
}

function loaded(file: string, make: (source: ParameterSource) => Mlp): Mlp {
  using tensors = openTensors(file)
  return make({ parameters: [...tensors.tensors.values()].map(({ name, shape }) => parameter(name, shape, { data: tensors.read(name) })) })
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
