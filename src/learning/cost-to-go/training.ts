// What both ways of learning costs to the goal share: boards from walks that begin at the goal, squared errors, and a target net that stands still until
// the net has learnt what it says.

import type { Random } from '../../core/random.ts'
import { type Board, featureCount, isGoal, type Puzzle, scrambled, writeFeatures } from '../../environments/puzzles.ts'
import { regression } from '../losses/regression.ts'
import { type Mlp, mlp } from '../nets/mlp.ts'
import { adam } from '../tensor/adam.ts'
import type { Kernels } from '../tensor/kernels.ts'
import { schedule } from '../tensor/schedules.ts'
import { Tape } from '../tensor/tape.ts'
import { constant, parameter, type Tensor } from '../tensor/tensor.ts'

/** How costs to the goal are learnt. */
export interface CostTraining {
  readonly kernels: Kernels
  /** Decides on boards; trainings with equal numbers here learn from the same boards. */
  readonly random: Random
  /** Updates of the net. */
  readonly steps: number
  /** Boards of an update. */
  readonly batch: number
  /** K: boards lie 1 to K random moves from the goal, each number as often. */
  readonly walk: number
  /** Whose moves the walks are made of. Default: the puzzle's own. */
  readonly walkBy?: Puzzle
  /** Of Adam; falls along half a cosine to a tenth. */
  readonly rate: number
  /** After so many updates it is looked whether the target net is to be replaced. Default 50. */
  readonly checkEvery?: number
  /** The target net is replaced when the mean squared error since the last look is below this. Default 0.1. */
  readonly replaceBelow?: number
  /** It is replaced after so many looks in any case. Default 4. */
  readonly patience?: number
}

/** What a training has used and reached. */
export interface CostReport {
  /** Rows that went through a net: boards learnt from, and boards that the target net was asked about. */
  readonly netRows: number
  /** How often the target net was replaced. */
  readonly replaced: number
  /** Mean squared error of the last look. */
  readonly loss: number
}

/** Picks, from what the net says of boards, the numbers that are to be learnt, and says what they should be. */
export type Lesson = (
  tape: Tape,
  said: Tensor,
  boards: readonly Board[],
  target: (boards: readonly Board[]) => Float32Array,
) => {
  readonly predictions: Tensor
  readonly targets: Float32Array
}

/** Trains a net by lessons. `target` rows hold what the target net says of each board. */
export function learnCosts(puzzle: Puzzle, net: Mlp, training: CostTraining, lesson: Lesson): CostReport {
  const { kernels, random, steps, batch, walk, walkBy = puzzle, checkEvery = 50, replaceBelow = 0.1, patience = 4 } = training
  const tape = new Tape({ kernels })
  const optimizer = adam({ kernels, parameters: net.parameters, clip: 10 })
  const rateAt = schedule({ kind: 'cosine', rate: training.rate, steps, end: 0.1 })
  const target = copyOf(net)
  const features = featureCount(puzzle)
  const ask = netReader(puzzle, target, kernels)
  const seen = { rows: 0, replaced: 0, sum: 0, looks: 0, loss: 0 }
  for (let step = 1; step <= steps; step++) {
    const boards = drawnBoards(walkBy, batch, walk, random)
    const inputs = new Float32Array(batch * features)
    for (const [row, board] of boards.entries()) writeFeatures(puzzle, board, inputs, row * features)
    const said = net.forward(tape, constant([batch, features], inputs))
    const { predictions, targets } = lesson(tape, said, boards, (asked) => {
      seen.rows += asked.length
      return ask(asked)
    })
    const { loss } = regression(tape, predictions, targets)
    tape.backward(loss)
    seen.sum += loss.data[0]!
    seen.rows += batch
    optimizer.step(rateAt(step - 1))
    tape.reset()
    if (step % checkEvery !== 0) continue
    seen.loss = seen.sum / checkEvery
    seen.sum = 0
    seen.looks++
    if (seen.loss >= replaceBelow && seen.looks < patience) continue
    for (const [at, { data }] of net.parameters.entries()) target.parameters[at]!.data.set(data)
    seen.replaced++
    seen.looks = 0
  }
  return { netRows: seen.rows, replaced: seen.replaced, loss: seen.loss }
}

/** Boards that are not the goal. */
function drawnBoards(puzzle: Puzzle, count: number, walk: number, random: Random): Board[] {
  return Array.from({ length: count }, () => {
    for (;;) {
      const board = scrambled(puzzle, 1 + random.below(walk), random)
      if (!isGoal(puzzle, board)) return board
    }
  })
}

/** Reads what a net says of boards, all in one pass: one row of outputs for each. The array is used again by the next reading. */
export function netReader(puzzle: Puzzle, net: Mlp, kernels: Kernels): (boards: readonly Board[]) => Float32Array {
  const features = featureCount(puzzle)
  const outputs = net.config.widths.at(-1)!
  let [inputs, out] = [new Float32Array(0), new Float32Array(0)]
  return (boards) => {
    if (inputs.length < boards.length * features) {
      inputs = new Float32Array(boards.length * features)
      out = new Float32Array(boards.length * outputs)
    }
    for (const [row, board] of boards.entries()) writeFeatures(puzzle, board, inputs, row * features)
    net.decode(kernels, boards.length, inputs, out)
    return out.subarray(0, boards.length * outputs)
  }
}

function copyOf(net: Mlp): Mlp {
  const parameters = net.parameters.map(({ name, shape, data }) => parameter(name, shape, { data: data.slice() }))
  return mlp(parameters[0]!.name.replace(/\.0\.weight$/, ''), net.config, { parameters })
}
