// The 2 × 2 × 2 cube. One corner stays where it is, so that turns of the other three faces are all that is needed: 3,674,160 boards, the farthest 11
// turns away.
import type { Board, Puzzle } from './puzzle.ts'

/**
 * Places of corners: 0 up-right-front, 1 up-front-left, 2 up-left-back, 3 up-back-right, 4 down-front-right, 5 down-left-front, 6 down-right-back;
 * down-back-left stays. A clockwise quarter turn brings to each place the corner from `from`, twisted clockwise by `twist` thirds.
 */
const quarters = [
  { name: 'U', from: [3, 0, 1, 2, 4, 5, 6], twist: [0, 0, 0, 0, 0, 0, 0] },
  { name: 'R', from: [4, 1, 2, 0, 6, 5, 3], twist: [2, 0, 0, 1, 1, 0, 2] },
  { name: 'F', from: [1, 5, 2, 3, 0, 4, 6], twist: [1, 2, 0, 0, 2, 1, 0] },
] as const

/** The twist and place of a piece: corner · 3 + twist. */
const twisted = Array.from({ length: 3 }, (_, by) =>
  Array.from({ length: 21 }, (__, piece) => piece - (piece % 3) + (((piece % 3) + by) % 3)),
)

function quarter(board: Board, face: number): Board {
  const { from, twist } = quarters[face]!
  return from.map((place, at) => twisted[twist[at]!]![board[place]!]!)
}

/**
 * The 2 × 2 × 2 cube: moves are turns of the faces up, right and front by a quarter, a half (`U2`) or three quarters (`U'`), each of which costs 1.
 * A board says for each corner's place which corner lies there and how it is twisted: corner · 3 + twist.
 */
export function pocketCube(): Puzzle {
  const goal = Array.from({ length: 7 }, (_, corner) => 3 * corner)
  const turns = quarters.flatMap(({ name }, face) => [name, `${name}2`, `${name}'`].map((turn, more) => ({ turn, face, times: 1 + more })))
  // Every turn as one permutation: what it does to each place.
  const tables = turns.map(({ face, times }) => {
    let board: Board = goal
    for (let time = 0; time < times; time++) board = quarter(board, face)
    return { from: board.map((piece) => Math.floor(piece / 3)), by: board.map((piece) => twisted[piece % 3]!) }
  })
  return {
    name: 'pocket-cube',
    moves: turns.map(({ turn }) => turn),
    costs: turns.map(() => 1),
    goal,
    pieces: 21,
    possible: [turns.map((_, at) => at)],
    samples: [goal],
    kind: () => 0,
    move(board, turn) {
      const { from, by } = tables[turn]!
      const next = new Array<number>(7)
      for (let place = 0; place < 7; place++) next[place] = by[place]![board[from[place]!]!]!
      return next
    },
    valid: (board) =>
      new Set(board.map((piece) => Math.floor(piece / 3))).size === 7 &&
      board.every((piece) => piece >= 0 && piece < 21) &&
      board.reduce((sum, piece) => sum + (piece % 3), 0) % 3 === 0,
    render: (board) => board.map((piece) => `${Math.floor(piece / 3)}${['', '+', '-'][piece % 3]}`).join(' '),
  }
}
