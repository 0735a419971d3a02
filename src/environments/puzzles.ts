// Puzzles: the shortest way to a goal, by few moves or, with macro-moves, by thousands.
export { exactCosts } from './puzzles/distances.ts'
export { type PuzzleState, type PuzzleTask, puzzle, puzzleTask } from './puzzles/environment.ts'
export { lightsOut } from './puzzles/lights-out.ts'
export { withMacroMoves } from './puzzles/macro-moves.ts'
export { pocketCube } from './puzzles/pocket-cube.ts'
export { type Board, boardKey, featureCount, isGoal, type Puzzle, possibleMoves, scrambled, writeFeatures } from './puzzles/puzzle.ts'
export { slidingTiles } from './puzzles/sliding-tiles.ts'
