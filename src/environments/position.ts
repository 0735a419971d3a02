// Positions of board games for two, given as the moves played so far. It knows how moves are read and no game's rules.
import { z } from 'zod'
import { BanyanError } from '../core/errors.ts'

/** The rules, as far as reading a position needs them. Moves are digits from 1. */
export interface Game<State> {
  readonly empty: State
  /** Legal moves; none once the game is over. */
  actions(state: State): readonly number[]
  play(state: State, move: number): State
  /** The same position as that of a task, in which no move has been made. */
  asTask(state: State): State
}

/**
 * The schema of a task: a legal game that is not over.
 * @param last the greatest move.
 * @param wanted what the moves are, for who wrote something else: `columns from 1 to 7, as in "4453"`.
 */
export function positionTask<State>(game: Game<State>, last: number, wanted: string) {
  return z.strictObject({
    moves: z
      .string()
      .regex(new RegExp(`^[1-${last}]*$`), wanted)
      .superRefine((moves, { addIssue }) => {
        const problem = positionProblem(game, moves)
        if (problem !== undefined) addIssue({ code: 'custom', message: problem })
      })
      .default(''),
  })
}

/**
 * The state after some moves, as if it were the first.
 * @throws `E_TASK_MOVES` for a move that cannot be played.
 */
export function position<State>(game: Game<State>, moves: string): State {
  let state = game.empty
  for (const [index, move] of [...moves].entries()) {
    const legal = game.actions(state)
    if (!legal.includes(Number(move)))
      throw new BanyanError('E_TASK_MOVES', `move ${index + 1} of the position cannot be played`, {
        seen: move,
        wanted: legal.length === 0 ? 'no move after the end of the game' : `one of ${legal.join(', ')}`,
      })
    state = game.play(state, Number(move))
  }
  return game.asTask(state)
}

/** The error for a move that cannot be made. */
export function illegalMove(what: string, move: number, legal: readonly number[]): BanyanError {
  return new BanyanError('E_MOVE_ILLEGAL', what, {
    seen: move,
    wanted: legal.length === 0 ? 'nothing: the game is over' : `one of ${legal.join(', ')}`,
  })
}

/** Why no move can be asked for after these moves; undefined when one can. */
function positionProblem<State>(game: Game<State>, moves: string): string | undefined {
  try {
    return game.actions(position(game, moves)).length === 0 ? 'a game that is not over' : undefined
  } catch (error) {
    return (error as Error).message
  }
}
