// An exact solver of connect four, for grading: negamax with alpha-beta on bitboards, after the ideas that Pascal Pons describes in
// "Solving Connect 4: how to build a perfect AI": moves that lose at once are never tried, moves are ordered by the threats they make and
// then from the centre outwards, values are found by null windows, and bounds are kept in a hash table.
// Boards have seven bits a column, as in the environment, but share no code with it: a grader should not inherit its mistakes.
// A 49-bit board is two 32-bit integers, `low` (28 bits, columns 1-4) and `high` (21 bits, columns 5-7). Over 150 lines because it is one algorithm.
import { BanyanError } from '../core/errors.ts'

export interface ConnectFourSolver {
  /**
   * The exact score of a position for the side to move: 0 draw; positive, it wins with its (22 - score)-th stone; negative, the other side does.
   * @param moves columns 1 to 7 played so far; the game is not over.
   * @throws `E_TASK_MOVES` for moves that cannot be played or a game that is over.
   */
  score(moves: string): number
  /** 1 when the side to move wins, 0 for a draw, -1 when it loses; much faster than {@link score}. */
  outcome(moves: string): -1 | 0 | 1
  /** Whether playing `column`, 1 to 7, completes four in a row. */
  wins(moves: string, column: number): boolean
}

const cells = 42
const column = [0, 1, 2, 3, 4, 5, 6]
const centreFirst = [3, 2, 4, 1, 5, 0, 6]
/** By column: all its cells, and its lowest cell, in low and high. */
const cellsLow = column.map((c) => (c < 4 ? 0x3f << (7 * c) : 0))
const cellsHigh = column.map((c) => (c < 4 ? 0 : 0x3f << (7 * (c - 4))))
const bottomLow = 0x204081
const bottomHigh = 0x4081
const boardLow = bottomLow * 0x3f
const boardHigh = bottomHigh * 0x3f

/**
 * An exact solver with its own hash table.
 * @param options.entries size of the table, 9 bytes each. Default 1,048,573 (a prime; primes spread best).
 * @example connectFourSolver().outcome('112233') // 1: the side to move wins at once
 */
export function connectFourSolver({ entries = 1_048_573 }: { readonly entries?: number } = {}): ConnectFourSolver {
  const keys = new Float64Array(entries)
  const bounds = new Int8Array(entries)
  /** Which way a bound goes lies in its value: upper bounds are stored from 1, lower bounds from `lowerBase`. */
  const lowest = -18
  const highest = 18
  const lowerBase = highest - lowest + 2
  /** Moves that remain to be searched, by ply, best last; and their number of threats. */
  const orderedLow = new Int32Array(7 * (cells + 1))
  const orderedHigh = new Int32Array(7 * (cells + 1))
  const orderedThreats = new Int32Array(7 * (cells + 1))
  // The second half of a two-part result.
  let high = 0

  /** Empty cells that complete four for the stones `pl, ph`. */
  function completing(pl: number, ph: number, ml: number, mh: number): number {
    // Upwards.
    let rl = (pl << 1) & (pl << 2) & (pl << 3)
    let rh = (ph << 1) & (ph << 2) & (ph << 3)
    for (let shift = 6; shift <= 8; shift++) {
      const two = 2 * shift
      const three = 3 * shift
      const up1l = pl << shift
      const up1h = (ph << shift) | (pl >>> (28 - shift))
      const up3l = pl << three
      const up3h = (ph << three) | (pl >>> (28 - three))
      const down1l = (pl >>> shift) | (ph << (28 - shift))
      const down1h = ph >>> shift
      const down3l = (pl >>> three) | (ph << (28 - three))
      const down3h = ph >>> three
      const pairUpL = up1l & (pl << two)
      const pairUpH = up1h & ((ph << two) | (pl >>> (28 - two)))
      const pairDownL = down1l & ((pl >>> two) | (ph << (28 - two)))
      const pairDownH = down1h & (ph >>> two)
      rl |= (pairUpL & (up3l | down1l)) | (pairDownL & (up1l | down3l))
      rh |= (pairUpH & (up3h | down1h)) | (pairDownH & (up1h | down3h))
    }
    high = rh & boardHigh & ~mh
    return rl & boardLow & ~ml
  }

  /**
   * The score, or a bound of it on the right side of the window `alpha` to `beta`. The side to move cannot win at once.
   * @param ml mask of all stones, @param pl those of the side to move.
   */
  function negamax(pl: number, ph: number, ml: number, mh: number, ply: number, from: number, to: number): number {
    let alpha = from
    let beta = to
    // Cells that can be filled now, less those under a cell where the other side would win; forced where it threatens to win at once.
    const theirsL = completing(pl ^ ml, ph ^ mh, ml, mh)
    const theirsH = high
    let movesL = (ml + bottomLow) & boardLow
    let movesH = (mh + bottomHigh) & boardHigh
    const forcedL = movesL & theirsL
    const forcedH = movesH & theirsH
    if ((forcedL | forcedH) !== 0) {
      const several = forcedL === 0 ? forcedH & (forcedH - 1) : forcedH === 0 ? forcedL & (forcedL - 1) : 1
      if (several !== 0) return -((cells - ply) >> 1)
      movesL = forcedL
      movesH = forcedH
    }
    movesL &= ~(theirsL >>> 1)
    movesH &= ~(theirsH >>> 1)
    if ((movesL | movesH) === 0) return -((cells - ply) >> 1)
    if (ply >= cells - 2) return 0

    const least = -((cells - 2 - ply) >> 1)
    if (alpha < least) alpha = least
    const key = (ph + mh) * 268435456 + pl + ml
    const slot = key % entries
    let most = (cells - 1 - ply) >> 1
    if (keys[slot] === key) {
      const bound = bounds[slot]!
      if (bound >= lowerBase) {
        const atLeast = bound - lowerBase + lowest
        if (alpha < atLeast) {
          if (atLeast >= beta) return atLeast
          alpha = atLeast
        }
      } else if (bound > 0) most = bound - 1 + lowest
    }
    if (beta > most) beta = most
    if (alpha >= beta) return beta

    // Insertion sort: most threats last, and the centre after the edges, because they are taken from the end.
    const base = 7 * ply
    let count = 0
    for (let i = 6; i >= 0; i--) {
      const c = centreFirst[i]!
      const moveL = movesL & cellsLow[c]!
      const moveH = movesH & cellsHigh[c]!
      if ((moveL | moveH) === 0) continue
      const threats = ones(completing(pl | moveL, ph | moveH, ml, mh)) + ones(high)
      let place = base + count++
      for (; place > base && orderedThreats[place - 1]! > threats; place--) {
        orderedThreats[place] = orderedThreats[place - 1]!
        orderedLow[place] = orderedLow[place - 1]!
        orderedHigh[place] = orderedHigh[place - 1]!
      }
      orderedThreats[place] = threats
      orderedLow[place] = moveL
      orderedHigh[place] = moveH
    }
    for (let i = base + count - 1; i >= base; i--) {
      const value = -negamax(pl ^ ml, ph ^ mh, ml | orderedLow[i]!, mh | orderedHigh[i]!, ply + 1, -beta, -alpha)
      if (value >= beta) {
        keys[slot] = key
        bounds[slot] = value - lowest + lowerBase
        return value
      }
      if (value > alpha) alpha = value
    }
    keys[slot] = key
    bounds[slot] = alpha - lowest + 1
    return alpha
  }

  /** Narrows the score down by null windows, nearest to a draw first. */
  function solve({ pl, ph, ml, mh, ply }: Position, weak: boolean): number {
    if (ply === cells) return 0
    const winsL = completing(pl, ph, ml, mh) & (ml + bottomLow)
    if ((winsL | (high & (mh + bottomHigh))) !== 0) return weak ? 1 : (cells + 1 - ply) >> 1
    let min = weak ? -1 : -((cells - ply) >> 1)
    let max = weak ? 1 : (cells + 1 - ply) >> 1
    while (min < max) {
      let middle = min + ((max - min) >> 1)
      if (middle <= 0 && min / 2 < middle) middle = (min / 2) | 0
      else if (middle >= 0 && max / 2 > middle) middle = (max / 2) | 0
      const value = negamax(pl, ph, ml, mh, ply, middle, middle + 1)
      if (value <= middle) max = value
      else min = value
    }
    return min === 0 ? 0 : min
  }

  return {
    score: (moves) => solve(position(moves), false),
    outcome: (moves) => Math.sign(solve(position(moves), true)) as -1 | 0 | 1,
    wins: (moves, column) => {
      const { pl, ph, ml, mh } = position(moves)
      const low = completing(pl, ph, ml, mh) & (ml + bottomLow) & (cellsLow[column - 1] ?? 0)
      return (low | (high & (mh + bottomHigh) & (cellsHigh[column - 1] ?? 0))) !== 0
    },
  }
}

interface Position {
  readonly pl: number
  readonly ph: number
  readonly ml: number
  readonly mh: number
  readonly ply: number
}

function position(moves: string): Position {
  let [pl, ph, ml, mh] = [0, 0, 0, 0]
  for (const [index, move] of [...moves].entries()) {
    const c = Number(move) - 1
    const l = (ml + bottomLow) & (cellsLow[c] ?? 0)
    const h = (mh + bottomHigh) & (cellsHigh[c] ?? 0)
    if ((l | h) === 0)
      throw new BanyanError('E_TASK_MOVES', `move ${index + 1} cannot be played`, {
        seen: move,
        wanted: 'a column from 1 to 7 that is not full',
      })
    if (four(pl ^ ml, ph ^ mh)) throw new BanyanError('E_TASK_MOVES', `the game is over before move ${index + 1}`, { seen: moves })
    ;[pl, ph, ml, mh] = [pl ^ ml, ph ^ mh, ml | l, mh | h]
  }
  if (four(pl ^ ml, ph ^ mh)) throw new BanyanError('E_TASK_MOVES', 'the game is over', { seen: moves })
  return { pl, ph, ml, mh, ply: moves.length }
}

/** Four in a row, by counting along every line: slow and plain, for the start of a search only. */
function four(low: number, high: number): boolean {
  const has = (c: number, r: number) => c >= 0 && c < 7 && r >= 0 && r < 6 && (((c < 4 ? low : high) >> (7 * (c % 4) + r)) & 1) === 1
  for (const [dc, dr] of [
    [0, 1],
    [1, 0],
    [1, 1],
    [1, -1],
  ] as const)
    for (let c = 0; c < 7; c++) for (let r = 0; r < 6; r++) if ([0, 1, 2, 3].every((k) => has(c + k * dc, r + k * dr))) return true
  return false
}

function ones(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}
