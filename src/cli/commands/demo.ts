// `banyan demo`: three small tasks, answered by the model alone, by best-of-n and by tree search at the same budget.
import { BanyanError } from '../../core/errors.ts'
import { sqlite } from '../../traces/sqlite.ts'
import { armTitles, type DemoArm, type DemoBudget, demoArms, demoBudget } from '../demo/arms.ts'
import { answerMany, type TaskAnswers } from '../demo/many.ts'
import { demoModel } from '../demo/model.ts'
import { demoOne } from '../demo/one.ts'
import { totalsOf } from '../demo/totals.ts'
import { untilInterrupted } from '../interrupt.ts'
import { print, printJson, remark } from '../output.ts'
import { readBudget, readSeeds, readWhole } from '../read-values.ts'
import { duration, progress } from '../render/progress.ts'
import { table } from '../render/table.ts'
import { db, defaultDatabase, json } from '../shared-arguments.ts'
import { type Values, verb } from '../verb.ts'

const args = {
  seed: { type: 'string', description: 'which three tasks; default 1', valueHint: 'n' },
  seeds: { type: 'string', description: 'the tasks of many seeds, as in 1-10: counts only, no run is kept', valueHint: 'n,…' },
  budget: {
    type: 'string',
    description: `for each search: tokens for a sentence, expansions for a puzzle; default tokens=${demoBudget.tokens},expansions=${demoBudget.expansions}`,
    valueHint: 'unit=amount,…',
  },
  model: { type: 'string', description: 'default: the embedded model; `none` to do without', valueHint: 'name' },
  'no-tree': { type: 'boolean', description: 'do not draw the tree while it grows' },
  db,
  json,
} as const
type Given = Values<typeof args>

export const demo = verb({
  name: 'demo',
  summary: 'see a tree search find better answers than the model alone',
  args,
  examples: ['banyan demo', 'banyan demo --seed 7 --budget tokens=300', 'banyan demo --seeds 1-10 --json', 'banyan demo --model none'],
  run: runDemo,
})

async function runDemo(values: Given): Promise<void> {
  if (values.seed !== undefined && values.seeds !== undefined)
    throw new BanyanError('E_CLI_ARGUMENT', 'the option --seeds cannot stand beside --seed', { wanted: 'one of them' })
  const seed = readWhole('--seed', values.seed, 0) ?? 1
  const seeds = readSeeds(values.seeds)
  const budget = budgetOf(values.budget)
  using interrupt = untilInterrupted()
  const { signal } = interrupt
  try {
    const { model, jobs } = await demoModel(values.model, signal)
    try {
      if (seeds === undefined && !values.json) {
        const file = values.db ?? defaultDatabase
        await using store = sqlite(file)
        await demoOne({ seed, model, budget, store, db: file, live: !values['no-tree'], signal })
        return
      }
      const chosen = seeds ?? [seed]
      const total = chosen.length * 3 * demoArms.length
      const line = progress({ title: 'searches', total })
      const started = performance.now()
      const answered = await answerMany({
        seeds: chosen,
        model,
        budget,
        jobs,
        signal,
        onProgress: (done, solved) => line.update(done, `solved ${demoArms.map((arm) => `${armTitles[arm]} ${solved[arm]}`).join(', ')}`),
      })
      line.end()
      if (signal.aborted) return
      const seconds = (performance.now() - started) / 1000
      report(answered, { seeds: chosen, budget, model: model?.name ?? null, seconds }, values.json)
    } finally {
      await model?.close?.()
    }
  } catch (error) {
    if (!signal.aborted) throw error
    remark('stopped')
  }
}

function report(
  answered: readonly TaskAnswers[],
  about: { readonly seeds: readonly number[]; readonly budget: DemoBudget; readonly model: string | null; readonly seconds: number },
  asJson: boolean,
): void {
  const totals = Object.fromEntries(
    demoArms.map((arm) => [arm, totalsOf(answered.flatMap(({ answers }) => answers[arm] ?? []))]),
  ) as Record<DemoArm, ReturnType<typeof totalsOf>>
  if (asJson) {
    printJson({
      ...Object.fromEntries(demoArms.map((arm) => [arm, totals[arm].solved])),
      tasks: answered.length,
      ...about,
      totals,
      answers: answered.map(({ seed, environment, task, answers }) => ({
        seed,
        environment,
        task,
        ...Object.fromEntries(
          Object.entries(answers).map(([arm, { solved, text, reason, usage }]) => [arm, { solved, text, reason: reason ?? null, usage }]),
        ),
      })),
    })
    return
  }
  print(
    table(
      ['', 'solved', 'tokens', 'expansions', 'calls'],
      demoArms.map((arm) => {
        const { solved, tasks, tokens, expansions, calls } = totals[arm]
        return [armTitles[arm], `${solved} of ${tasks}`, tokens, expansions, calls]
      }),
    ),
  )
  print(`\n${duration(about.seconds)} for all, several searches at once; no run is kept`)
}

/** @throws `E_CLI_ARGUMENT` for units other than tokens and expansions. */
function budgetOf(text: string | undefined): DemoBudget {
  const given = readBudget(text) ?? {}
  for (const unit of Object.keys(given))
    if (unit !== 'tokens' && unit !== 'expansions')
      throw new BanyanError('E_CLI_ARGUMENT', 'the option --budget cannot be read', {
        seen: unit,
        wanted: 'tokens for sentences, expansions for puzzles, as in tokens=300,expansions=100',
      })
  return { ...demoBudget, ...given }
}
