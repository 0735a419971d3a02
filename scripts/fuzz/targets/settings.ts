// What users name: tasks, budgets, settings of searchers, specifications, options of the command line.
import fc from 'fast-check'
import { readBudget, readNames, readSeeds, readSettings, readTask, readWhole } from '../../../src/cli/read-values.ts'
import { sanitize } from '../../../src/cli/render/sanitize.ts'
import { checkBudget } from '../../../src/core/budget.ts'
import type { Json } from '../../../src/core/common.ts'
import { searcherNamed, searcherNames } from '../../../src/core/searchers/index.ts'
import { formatNamed, formatNames } from '../../../src/experiments/formats/named.ts'
import { readTasks } from '../../../src/experiments/task-file.ts'
import { assemble, checkTask, completeSpec } from '../../../src/front/assemble.ts'
import { readRunSpec } from '../../../src/front/run-spec.ts'
import { setupNamed, setupNames } from '../../../src/front/setups/index.ts'
import { scripted } from '../../../src/models/scripted.ts'
import { anyJson, longText, modelText, nearly, nearlyText } from '../inputs.ts'
import { must, type Target, target } from '../target.ts'

const refuses = { refuses: true }
const lines: readonly Json[] = [
  { id: 'a', task: { numbers: [4, 9, 10, 13] }, reference: 'x' },
  { concepts: ['dog', 'frisbee'], concept_set: 'dog#frisbee', gt: 'x' },
  { question: 'What is 1 + 1?', answer: 'It is two. #### 2' },
  { puzzle: '4 9 10 13', numbers: [1, 2, 3, 4], target: 24, nums: [1, 2], moves: '4453', position: '44', score: 3 },
]
const settings: Json = {
  width: 3,
  branching: 2,
  n: 4,
  depth: 2,
  exploration: 1.2,
  selection: 'puct',
  backup: 'max',
  evaluate: 'default',
  propose: 'default',
  expansion: 'all-children',
  continueWhenSolved: true,
  restarts: null,
  twins: 'prune',
}
const request: Json = {
  environment: 'game24',
  task: { numbers: [4, 9, 10, 13] },
  searcher: 'beam',
  settings: { width: 2 },
  proposer: 'uniform',
  evaluator: 'promise',
  budget: { expansions: 10 },
  concurrency: 2,
  seed: 1,
}
const name = fc.oneof(fc.constantFrom(...searcherNames, 'constructor', '__proto__', 'toString', ''), modelText)
const model = scripted({ answers: ['x'] })

export const settingsTargets: readonly Target[] = [
  ...setupNames.map((setup) =>
    target(`task of ${setup}`, { ...refuses, weight: 10 }, fc.oneof(nearly(setupNamed(setup).example as Json), anyJson), (json) => {
      const known = setupNamed(setup)
      const task = checkTask(known, json)
      const environment = known.environment(task)
      const state = environment.initial(task)
      environment.render(state)
      environment.answer(state)
      environment.key?.(state)
      must((environment.actions?.(state) ?? []).length < 10_000, 'there are not too many actions')
    }),
  ),
  target(
    'task file',
    { ...refuses, weight: 30 },
    fc.record({
      lines: fc.array(fc.oneof(nearlyText(...lines), longText), { maxLength: 4 }),
      format: fc.constantFrom(...formatNames),
      skipBad: fc.boolean(),
    }),
    async ({ lines: all, format, skipBad }) => {
      const found =
        format === 'jsonl'
          ? formatNamed(format, 'game24')
          : formatNamed(format, { commongen: 'writing', gsm8k: 'reasoning', connect4: 'connect-four' }[format] ?? format)
      const { records } = await readTasks(all.join('\n'), { format: found, skipBad })
      must(
        records.every(({ id }) => typeof id === 'string'),
        'a record has an id',
      )
    },
  ),
  target('searcher', { ...refuses, weight: 30 }, fc.record({ name, settings: nearly(settings) }), ({ name: searcher, settings: given }) => {
    if (!isRecord(given)) return
    const made = searcherNamed(searcher, given as Readonly<Record<string, Json>>)
    must(typeof made.ask === 'function' && typeof made.tell === 'function', 'a searcher asks and is told')
  }),
  target('specification', { ...refuses, weight: 30 }, nearly(request), (json) => assemble(readRunSpec(json), { model })),
  target(
    'request',
    { ...refuses, weight: 20 },
    fc.record({
      environment: fc.oneof(fc.constantFrom(...setupNames), modelText),
      searcher: name,
      proposer: name,
      evaluator: name,
      changed: nearly(request),
    }),
    ({ changed, ...names }) => {
      const { task = null, settings: set, budget } = (changed ?? {}) as { task?: Json; settings?: unknown; budget?: unknown }
      const given = {
        ...names,
        task,
        ...(isRecord(set) ? { settings: set } : {}),
        ...(isRecord(budget) ? { budget: budget as Record<string, number> } : {}),
      }
      assemble(completeSpec(given), { model })
    },
  ),
  target('budget', { ...refuses, weight: 20 }, nearly({ tokens: 10, usd: 0.5, seconds: 3 }), (budget) => {
    if (typeof budget === 'object' && budget !== null) checkBudget(budget as Readonly<Record<string, number>>)
  }),
  target(
    'budget on the command line',
    { ...refuses, weight: 20 },
    fc.oneof(
      modelText,
      fc
        .array(fc.constantFrom('tokens', '=', '10', ',', 'usd=0.1', '-1', '1e3', ' ', 'NaN', '__proto__=1'), { maxLength: 8 })
        .map((parts) => parts.join('')),
    ),
    (text) => {
      const budget = readBudget(text)
      for (const amount of Object.values(budget ?? {})) must(amount > 0 && Number.isFinite(amount), 'an amount is above 0')
    },
  ),
  target(
    'options of the command line',
    { ...refuses, weight: 20 },
    fc.oneof(modelText, fc.constantFrom('1-3', '3-1', '1,2', '1-999999999999', '01', '9007199254740993')),
    (text) => {
      for (const read of [
        () => readSeeds(text),
        () => readWhole('--x', text, 1),
        () => readNames('--x', text),
        () => readSettings([text]),
        () => readTask(text, undefined),
      ]) {
        attempt(read)
      }
    },
  ),
  target('text for a terminal', { refuses: false, weight: 20 }, longText, (text) => {
    must(
      !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(sanitize(text, { newlines: true }).replaceAll('\n', '')),
      'no control character is left',
    )
  }),
]

function isRecord(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Refusals of one reader do not keep the next from being tried. */
function attempt(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if ((error as { name?: string }).name !== 'BanyanError') throw error
  }
}
