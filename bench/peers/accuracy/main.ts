// AB-MCTS-A of TreeQuest and ours on the same word sets, with the same local model behind the same address and the same number of generated tokens;
// graded by the same rules. Prints how many each solved, and which part of the run the search itself took.
import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { search } from '../../../src/core/search.ts'
import { searcherNamed } from '../../../src/core/searchers/named.ts'
import { betterTexts } from '../../../src/environments/writing/refine.ts'
import { type WritingTask, type WritingTaskInput, writingTask } from '../../../src/environments/writing/task.ts'
import { writing } from '../../../src/environments/writing.ts'
import { writingRules } from '../../../src/evaluators/writing-rules.ts'
import { commongenFormat } from '../../../src/experiments/formats/commongen.ts'
import { readTasks } from '../../../src/experiments/task-file.ts'
import { writingSetup } from '../../../src/front/setups/writing.ts'
import { writingGrader } from '../../../src/graders/writing.ts'
import type { Model } from '../../../src/models/model.ts'
import { openai } from '../../../src/models/openai.ts'
import { peers } from '../python.ts'
import { type SearchParts, TreeQuest } from './tree-quest.ts'

const help = `node bench/peers/accuracy/main.ts --tasks FILE [--first 1] [--count 40] [--budget 200] [--seed 1] [--model smollm2-135m] [--json]

  --tasks    word sets in CommonGen's format, one JSON object a line
  --first    the first line that is taken, from 1
  --count    how many are taken
  --budget   generated tokens for each word set
  --seed     of all arms
  --model    a local model: a name of the catalogue, or a GGUF file
  --json     prints { model, budget, seed, tasks, arms: [{ name, solved, tokens, seconds, own, share }] } and nothing else

Arms: TreeQuest with the refinement of its paper (the model is told what was wrong with its text and writes another), TreeQuest with the proposer
of our setup, and ours with it, by the settings of \`banyan solve --environment writing\`. Exits 1 when ours solves fewer than the first,
or its search takes more than 1 % of its run. Seconds are of the whole run; own, those in which no answer of the model was waited for.
`

interface Run {
  readonly answer: string | undefined
  readonly tokens: number
  readonly own: number
}

interface Arm {
  readonly name: string
  run(task: WritingTask, seed: number): Promise<Run>
}

const { values } = parseArgs({
  options: {
    tasks: { type: 'string' },
    first: { type: 'string', default: '1' },
    count: { type: 'string', default: '40' },
    budget: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    model: { type: 'string', default: 'smollm2-135m' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
process.exitCode = values.help || values.tasks === undefined ? usage() : await main(values.tasks)

function usage(): number {
  process.stdout.write(help)
  return values.help ? 0 : 2
}

async function main(file: string): Promise<number> {
  const [first, count, budget, seed] = [values.first, values.count, values.budget, values.seed].map(Number) as [
    number,
    number,
    number,
    number,
  ]
  const missing = await peers.packages.missing()
  if (missing !== undefined) throw new Error(`TreeQuest cannot be run here: ${missing}`)
  const { records } = await readTasks(createReadStream(file, 'utf8') as AsyncIterable<string>, {
    name: file,
    format: commongenFormat,
    limit: first - 1 + count,
  })
  const tasks = records.slice(first - 1).map(({ task }) => writingTask(task as WritingTaskInput))
  const served = await endpoint(values.model)
  const treeQuest = new TreeQuest()
  try {
    const clock = waiting(
      openai({ baseUrl: served.baseUrl, model: values.model, server: 'llama-server', capabilities: { logProbs: false } }),
    )
    const arms = armsOf(clock, treeQuest, budget)
    const results = []
    for (const arm of arms) results.push(await measured(arm, tasks, seed))
    report(results, tasks.length, budget, seed)
    const [theirs, ours] = [results[0]!, results.at(-1)!]
    return ours.solved >= theirs.solved && ours.share <= 0.01 ? 0 : 1
  } finally {
    treeQuest.close()
    served.close()
  }
}

/** The peer's first, ours last. Texts are judged in the same way in all. */
function armsOf({ model, waited }: Waiting, treeQuest: TreeQuest, budget: number): readonly Arm[] {
  const parts: SearchParts = { proposer: betterTexts({ model }), evaluator: writingRules({ failed: 'progress' }), budget }
  const { propose: _, evaluate: __, ...settings } = writingSetup.searchers['ab-mcts-a']!
  return [
    {
      name: 'TreeQuest ab-mcts-a',
      run: (task, seed) => treeQuest.search(task, { ...parts, proposer: betterTexts({ model, by: 'told' }) }, seed),
    },
    { name: 'TreeQuest ab-mcts-a, our proposer', run: (task, seed) => treeQuest.search(task, parts, seed) },
    {
      name: 'banyan ab-mcts-a',
      async run(task, seed) {
        const before = waited()
        const begun = performance.now()
        const { answer, usage } = await search({
          environment: writing(),
          task,
          proposer: parts.proposer,
          evaluator: parts.evaluator,
          searcher: searcherNamed('ab-mcts-a', settings),
          budget: { tokens: budget },
          seed,
        })
        return { answer, tokens: usage.tokens ?? 0, own: (performance.now() - begun) / 1000 - (waited() - before) }
      },
    },
  ]
}

async function measured({ name, run }: Arm, tasks: readonly WritingTask[], seed: number) {
  const grader = writingGrader()
  let [solved, tokens, own] = [0, 0, 0]
  const begun = performance.now()
  for (const [index, task] of tasks.entries()) {
    const result = await run(task, seed + index)
    if ((await grader.grade(task, result.answer, undefined)).correct) solved++
    tokens += result.tokens
    own += result.own
    process.stderr.write(`\r${name}: ${solved} of ${index + 1} solved`)
  }
  process.stderr.write('\n')
  const seconds = (performance.now() - begun) / 1000
  return { name, solved, tokens: tokens / tasks.length, seconds, own, share: own / seconds }
}

function report(arms: readonly Awaited<ReturnType<typeof measured>>[], tasks: number, budget: number, seed: number): void {
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ model: values.model, budget, seed, tasks, arms })}\n`)
    return
  }
  for (const { name, solved, tokens, seconds, own, share } of arms)
    process.stdout.write(
      `${name}: ${solved} of ${tasks} solved, ${tokens.toFixed(1)} tokens each; ${seconds.toFixed(1)} s, of which the search ${own.toFixed(3)} s (${(100 * share).toFixed(2)} %)\n`,
    )
}

interface Waiting {
  readonly model: Model
  /** Seconds in which at least one answer was under way. */
  waited(): number
}

/** A model, and how long it was waited for. */
function waiting(model: Model): Waiting {
  let total = 0
  let underWay = 0
  let since = 0
  return {
    model: {
      ...model,
      async generate(request, run) {
        if (underWay++ === 0) since = performance.now()
        try {
          return await model.generate(request, run)
        } finally {
          if (--underWay === 0) total += performance.now() - since
        }
      },
    },
    waited: () => total / 1000,
  }
}

/** The endpoint in a process of its own, so that its work is not counted as the search's. */
async function endpoint(model: string): Promise<{ readonly baseUrl: string; close(): void }> {
  const program = fileURLToPath(new URL('endpoint.ts', import.meta.url))
  const served = spawn(process.execPath, [program, model], { stdio: ['pipe', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: served.stdout }))
    return { ...(JSON.parse(line) as { readonly baseUrl: string }), close: () => served.stdin.end() }
  throw new Error('the endpoint did not start')
}
