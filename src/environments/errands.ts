// Errands: a small world of thirty-three tools over a database in memory, and tasks of three to eight calls in it. What solves them is not here.
import { type Database, database } from './errands/database.ts'
import { drafts } from './errands/drafts.ts'
import { errandTools } from './errands/tools.ts'
import { tools } from './tools.ts'

export { type Database, database } from './errands/database.ts'
export { errandTools } from './errands/tools.ts'

/** A task as an agent sees it. */
export interface Errand {
  /** `dinner-0`: its family, and its place in the seed's list. */
  readonly id: string
  readonly family: string
  /** What is to be reached: everything that is to be known of it. */
  readonly goal: string
}

/** Options of `errands`. */
export interface ErrandsOptions {
  /** Of the world and of the tasks. Default 1. */
  readonly seed?: number
  /** How many tasks. Default 100. */
  readonly count?: number
}

/**
 * The world of a seed: its environment, and its tasks, each of which begins in the same world. Whatever a path does is taken back at once, so that
 * paths and tasks never meet. Whether a plan solves a task says `errandsGrader`, which nothing that searches can reach.
 *
 * @throws `E_ERRANDS_SQLITE` where Node's SQLite is not there.
 *
 * @example
 * using world = errands({ seed: 7 })
 * const [task] = world.tasks
 * const proposer = toolCalls({ model, tools: world.environment.known })
 * await search({ environment: world.environment, task: { goal: task.goal }, proposer, searcher: greedy() })
 */
export function errands({ seed = 1, count = 100 }: ErrandsOptions = {}) {
  const world: Database = database(seed)
  return {
    environment: tools({ tools: errandTools(world), rehearse: world.rehearse }),
    tasks: drafts(world, { seed, count }).map(({ id, family, goal }): Errand => ({ id, family, goal })),
    [Symbol.dispose]: () => world.close(),
  }
}
