// `banyan compare`: arms on the same tasks at equal budgets, graded afterwards, with intervals.
import { createReadStream } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { type Arm, compare as compareArms } from '../../experiments/compare.ts'
import type { Comparison, PairResult } from '../../experiments/comparison.ts'
import { formatNamed, formatNames } from '../../experiments/formats/named.ts'
import { graderFor } from '../../experiments/graders.ts'
import { searchArm } from '../../experiments/search-arm.ts'
import { readTasks, type TaskFile } from '../../experiments/task-file.ts'
import { verdictSentence } from '../../experiments/verdict.ts'
import { checkTask, completeSpec, needsModel, type RunRequest } from '../../front/assemble.ts'
import { setupNamed, setupNames } from '../../front/setups/index.ts'
import { sqlite } from '../../traces/sqlite.ts'
import { systemsAmong } from '../catalogue.ts'
import { cellsFile } from '../cells-file.ts'
import { untilInterrupted } from '../interrupt.ts'
import { chosenModel, jobsFor, openModel } from '../open-model.ts'
import { print, printJson, remark } from '../output.ts'
import { readBudget, readNames, readSeeds, readSettings, readWhole } from '../read-values.ts'
import { progress } from '../render/progress.ts'
import { table } from '../render/table.ts'
import { db, defaultDatabase, json, modelArguments, searchArguments } from '../shared-arguments.ts'
import { type Values, verb } from '../verb.ts'

const args = {
  environment: { type: 'string', description: setupNames.join(', '), valueHint: 'name', alias: 'e' },
  tasks: { type: 'string', description: 'a file of JSON lines', valueHint: 'file' },
  format: { type: 'string', description: `of the file: ${formatNames.join(', ')}; default jsonl`, valueHint: 'name' },
  limit: { type: 'string', description: 'only so many tasks, from the top', valueHint: 'n' },
  'skip-bad': { type: 'boolean', description: 'leave broken lines out, and count them' },
  arms: { type: 'string', description: 'searchers', valueHint: 'name,…' },
  proposers: {
    type: 'string',
    description: 'proposers; every searcher is run with each. Default: one, that of the environment',
    valueHint: 'name,…',
  },
  evaluator: searchArguments.evaluator,
  budget: { ...searchArguments.budget, description: 'the same for every run' },
  seeds: { type: 'string', description: 'as in 1,2,3 or 1-10; default 1', valueHint: 'n,…' },
  set: {
    ...searchArguments.set,
    description: 'a setting of one searcher, as in mcts.exploration=1.2; may be repeated',
    valueHint: 'searcher.name=value',
  },
  concurrency: { ...searchArguments.concurrency, description: 'trials in flight within a search; default 1' },
  ...modelArguments,
  jobs: { type: 'string', description: 'searches at once; default 8 with a local model, else 2', valueHint: 'n' },
  fresh: { type: 'boolean', description: 'run everything anew, also what is known from before' },
  'keep-runs': { type: 'boolean', description: 'keep the tree of every run in the runs database' },
  db,
  json,
} as const
type Given = Values<typeof args>

export const compare = verb({
  name: 'compare',
  summary: 'compare searchers on the same tasks at equal budgets',
  args,
  examples: [
    'banyan compare --environment game24 --tasks puzzles.jsonl --format game24 --limit 30 --arms best-first,mcts --proposers model,uniform --budget expansions=100',
    'banyan compare --environment reasoning --tasks test.jsonl --format gsm8k --arms greedy,best-of-n,beam --budget tokens=2000 --seeds 1,2,3 --json',
  ],
  run: runCompare,
})

async function runCompare(values: Given): Promise<void> {
  const setup = setupNamed(needed(values, 'environment', 'an environment, as in writing'))
  const grader = graderFor(setup.name)
  const budget = readBudget(needed(values, 'budget', 'a budget, as in tokens=200'))!
  const seeds = readSeeds(values.seeds) ?? [1]
  const jobs = readWhole('--jobs', values.jobs, 1)
  const requests = requestsOf(values, setup.name, budget)
  const file = await tasksOf(values, setup.name)
  for (const { line, reason } of file.skipped) remark(`line ${line} is left out: ${reason}`)
  const systems = await systemsAmong(requests.flatMap(({ request }) => [request.searcher, request.proposer, request.evaluator]))
  const drafts = requests.map(({ request }) => completeSpec({ ...request, task: file.records[0]!.task }, systems))
  const model = drafts.some((draft) => needsModel(draft, systems))
    ? await openModel(chosenModel(values.model, values['base-url']))
    : undefined
  const database = values.db ?? defaultDatabase
  const store = values['keep-runs'] ? sqlite(database) : undefined
  try {
    using interrupt = untilInterrupted()
    const arms: Arm[] = requests.map(({ name }, index) =>
      searchArm({ name, spec: { ...drafts[index]!, model: model?.name }, model, store, systems }),
    )
    const line = progress({ title: 'runs', total: arms.length * file.records.length * seeds.length })
    const comparison = await compareArms({
      arms,
      tasks: file.records,
      grader,
      budget: budget as Json,
      ...(model === undefined ? {} : { model: model.name }),
      seeds,
      jobs: jobs ?? jobsFor(model),
      cells: cellsFile(join(dirname(database), 'cells.jsonl'), { fresh: values.fresh }),
      signal: interrupt.signal,
      onProgress: ({ done, reused, solved }) => {
        const counts = Object.entries(solved).map(([arm, count]) => `${arm} ${count}`)
        line.update(done, `solved ${counts.join(', ')}${reused > 0 ? `; ${reused} known from before` : ''}`)
      },
    })
    line.end()
    for (const error of comparison.errors) remark(`failed: ${error}`)
    if (!comparison.complete) remark('not finished; the same command goes on where it stopped')
    report(comparison, file, setup.name, values)
  } finally {
    await store?.close()
    await model?.close?.()
  }
}

function report(comparison: Comparison, file: TaskFile, environment: string, { json: asJson, tasks }: Given): void {
  const verdicts = tellingPairs(comparison).map(verdictSentence)
  if (asJson) {
    printJson({ ...comparison, environment, file: tasks, skipped: file.skipped, verdicts })
    return
  }
  const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(1)} %`)
  const rows = comparison.arms.map(({ name, runs, solved, rate, interval, tokens, calls, seconds, failed }) => [
    name,
    runs,
    solved,
    percent(rate),
    `${percent(interval[0])} to ${percent(interval[1])}`,
    tokens.generated.toFixed(1),
    tokens.evaluated.toFixed(0),
    calls.toFixed(1),
    seconds.toFixed(2),
    failed,
  ])
  const header = ['arm', 'runs', 'solved', 'rate', '95 % interval', 'tokens', 'prompt tokens', 'calls', 'seconds', 'failed']
  print(table(header, rows))
  const skipped = file.skipped.length === 0 ? '' : `; ${file.skipped.length} broken lines left out`
  print(`\nbudget ${JSON.stringify(comparison.budget)}; model ${comparison.model ?? 'none'}; amounts are means a run${skipped}\n`)
  for (const sentence of verdicts) print(sentence)
}

/** Each pair once, in the order that makes the better sentence: against `uniform` where that is one of them, else the better arm first. */
function tellingPairs({ pairs }: Comparison): PairResult[] {
  return pairs.filter(({ first, second, difference }, place) => {
    const [searcher, proposer] = first.split('/')
    const [otherSearcher, otherProposer] = second.split('/')
    if (searcher === otherSearcher && (proposer === 'uniform' || otherProposer === 'uniform')) return otherProposer === 'uniform'
    return (difference ?? 0) > 0 || (!((difference ?? 0) < 0) && place % 2 === 0)
  })
}

/** Every searcher with every proposer. */
function requestsOf(
  values: Given,
  environment: string,
  budget: RunRequest['budget'],
): { name: string; request: Omit<RunRequest, 'task'> }[] {
  const searchers = readNames('--arms', needed(values, 'arms', 'searchers, as in greedy,beam,mcts'))!
  const proposers: readonly (string | undefined)[] = readNames('--proposers', values.proposers) ?? [undefined]
  const settings = settingsBySearcher(values.set, searchers)
  const concurrency = readWhole('--concurrency', values.concurrency, 1)
  const model = values.model === undefined && values['base-url'] === undefined ? undefined : 'named'
  return searchers.flatMap((searcher) =>
    proposers.map((proposer) => ({
      name: proposer === undefined ? searcher : `${searcher}/${proposer}`,
      request: { environment, searcher, proposer, evaluator: values.evaluator, settings: settings[searcher], budget, concurrency, model },
    })),
  )
}

function settingsBySearcher(texts: readonly string[], searchers: readonly string[]): Readonly<Record<string, Record<string, Json>>> {
  const settings: Record<string, Record<string, Json>> = {}
  for (const [path, value] of Object.entries(readSettings(texts))) {
    const [searcher = '', name = ''] = path.split('.')
    if (name === '' || !searchers.includes(searcher))
      throw new BanyanError('E_CLI_ARGUMENT', 'the option --set cannot be read', {
        seen: path,
        wanted: `one of the arms and its setting, as in ${searchers[0]}.name=value`,
      })
    settings[searcher] = { ...settings[searcher], [name]: value }
  }
  return settings
}

/** The tasks of the file; each is checked by the environment, so that a wrong one is told with its line. */
async function tasksOf(values: Given, environment: string): Promise<TaskFile> {
  const path = needed(values, 'tasks', 'a file of JSON lines')
  const format = formatNamed(values.format, environment)
  const setup = setupNamed(environment)
  const limit = readWhole('--limit', values.limit, 1)
  try {
    return await readTasks(createReadStream(path, 'utf8') as AsyncIterable<string>, {
      name: path,
      format: {
        name: format.name,
        parse(line, index) {
          const record = format.parse(line, index)
          checkTask(setup, record.task)
          return record
        },
      },
      skipBad: values['skip-bad'],
      ...(limit === undefined ? {} : { limit }),
    })
  } catch (error) {
    if (BanyanError.isInstance(error)) throw error
    throw new BanyanError('E_CLI_ARGUMENT', `the file of --tasks cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      seen: path,
      cause: error,
    })
  }
}

function needed(values: Given, option: 'environment' | 'tasks' | 'arms' | 'budget', wanted: string): string {
  const value = values[option]
  if (value !== undefined) return value
  throw new BanyanError('E_CLI_ARGUMENT', `the option --${option} is missing`, { wanted, hint: 'See `banyan compare --help`.' })
}
