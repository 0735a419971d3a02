// Pairs of a better and a worse step out of my own searches, in the columns that TRL's DPO trainer reads. Puzzles are searched here, so that this
// runs without a network; runs of any environment give pairs in the same way, and `sqlite('.banyan/runs.db')` has those of the command line.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { game24, mcts, memory, numberPromise, search } from 'banyan'
import { stepPairs, taskName, writeDataset } from 'banyan/learning/data'
import { trl } from 'banyan/learning/export'

const environment = game24()
const evaluator = numberPromise({ target: () => 24, answer: environment.answer })
const store = memory()
const puzzles = [
  [4, 9, 10, 13],
  [1, 2, 3, 4],
  [3, 3, 8, 8],
  [2, 7, 8, 9],
]
for (const numbers of puzzles)
  await search({
    environment,
    task: { numbers },
    evaluator,
    searcher: mcts({ continueWhenSolved: true }),
    budget: { expansions: 300 },
    store,
  })

const folder = mkdtempSync(join(tmpdir(), 'pairs-'))
const file = join(folder, 'pairs.jsonl')
const pairs = stepPairs(store, {
  // Siblings whose values are far apart, and were visited often enough to be believed.
  margin: 0.2,
  leastVisits: 2,
  // Puzzles that the trained model will be measured on: a row of one of them would be refused, its runs are left out.
  heldOut: [taskName({ numbers: [2, 7, 8, 9] }).id],
  skipHeldOut: true,
})
const { rows, tasks, build } = await writeDataset(pairs, trl.dpo(), file)
const left = Object.entries({ ...build!.skipped, ...build!.left }).map(([reason, count]) => `${count} ${reason}`)
console.log(`${rows} pairs of ${tasks} puzzles; left out: ${left.join(', ')}`)
console.log(readFileSync(file, 'utf8').split('\n')[0])
rmSync(folder, { recursive: true })
