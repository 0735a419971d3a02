// A puzzle as an environment for searches.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import type { Environment, Step } from '../../core/environment.ts'
import { BanyanError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { type Board, boardKey, isGoal, type Puzzle, possibleMoves, scrambled } from './puzzle.ts'

/** The schema of tasks. */
export const puzzleTask = z.union([
  /** The piece in each cell. */
  z.strictObject({ board: z.array(z.int().min(0)) }),
  /** So many random moves from the goal. */
  z.strictObject({ scramble: z.int().min(1).max(1_000_000), seed: z.int().min(0).default(0) }),
])
/** A board, or how it is scrambled. */
export type PuzzleTask = z.input<typeof puzzleTask>

/** A move that was made, and those before it. */
interface Made {
  readonly move: string
  readonly before: Made | undefined
}

/** A board and how it was reached from the task's. */
export interface PuzzleState {
  readonly board: Board
  readonly made: Made | undefined
}

/**
 * A puzzle to be solved at the least cost. Actions are names of moves, and `pathCost` of a step is what the move costs; it ends at the goal. The
 * answer is the list of moves made. Boards are twins however they were reached.
 *
 * @throws BanyanError, when a task is given, E_PUZZLE_BOARD for a board that could not be, E_PUZZLE_SOLVED for the goal.
 * @example
 * const environment = puzzle(slidingTiles({ size: 3 }))
 * await search({ environment, task: { scramble: 20 }, searcher: aStar({ heuristic: 'none' }) })
 */
export function puzzle(rules: Puzzle) {
  const placeOf = new Map(rules.moves.map((move, place) => [move, place]))
  const names = rules.possible.map((moves) => moves.map((move) => rules.moves[move]!))
  const allowed = rules.possible.map((moves) => new Set(moves))

  function checked(board: Board): Board {
    if (board.length === rules.goal.length && rules.valid(board)) return board
    throw new BanyanError('E_PUZZLE_BOARD', `${rules.name}: the board cannot be`, {
      seen: board,
      wanted: `${rules.goal.length} cells, like ${JSON.stringify(rules.goal)}`,
    })
  }

  function unsolved(board: Board, task: PuzzleTask): Board {
    if (!isGoal(rules, board)) return board
    const wanted = 'board' in task ? 'a board that is not the goal' : 'other moves from the goal: another seed, or another scramble'
    throw new BanyanError('E_PUZZLE_SOLVED', `${rules.name}: there is nothing to solve`, { seen: task, wanted })
  }

  return {
    name: rules.name,
    initial: (task: PuzzleTask): PuzzleState => ({
      board: unsolved(
        'board' in task ? checked(task.board) : scrambled(rules, task.scramble, new Random(task.seed ?? 0, 'scramble')),
        task,
      ),
      made: undefined,
    }),
    step({ board, made }: PuzzleState, move: string): Step<PuzzleState> {
      const place = placeOf.get(move)
      if (place === undefined || isGoal(rules, board) || !allowed[rules.kind(board)]!.has(place)) throw impossible(rules, board, move)
      const next = rules.move(board, place)
      const terminal = isGoal(rules, next)
      return { state: { board: next, made: { move, before: made } }, reward: terminal ? 1 : 0, terminal, pathCost: rules.costs[place]! }
    },
    actions: ({ board }: PuzzleState): readonly string[] => (isGoal(rules, board) ? [] : names[rules.kind(board)]!),
    answer: ({ board, made }: PuzzleState): readonly string[] | undefined => (isGoal(rules, board) ? movesMade(made) : undefined),
    render: ({ board }: PuzzleState): string => rules.render(board),
    key: ({ board }: PuzzleState): string => boardKey(board),
    encode: ({ board, made }: PuzzleState): Json => ({ board: [...board], made: movesMade(made) }),
    decode(json: Json): PuzzleState {
      const { board, made } = json as unknown as { board: Board; made: readonly string[] }
      return { board, made: made.reduce<Made | undefined>((before, move) => ({ move, before }), undefined) }
    },
  } satisfies Environment<PuzzleState, string, PuzzleTask, readonly string[]>
}

function movesMade(made: Made | undefined): string[] {
  const moves: string[] = []
  for (let at = made; at !== undefined; at = at.before) moves.push(at.move)
  return moves.reverse()
}

function impossible(rules: Puzzle, board: Board, move: string): BanyanError {
  const moves = possibleMoves(rules, board).slice(0, 8)
  return new BanyanError('E_MOVE_ILLEGAL', `${rules.name}: the move is not possible`, {
    seen: move,
    wanted: isGoal(rules, board) ? 'no move: it is solved' : `a possible move, such as ${moves.map((one) => rules.moves[one]).join(', ')}`,
  })
}
