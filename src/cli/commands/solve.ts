// `banyan solve`: one task, one search, the best answer that the budget allows.
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { type AssembleOptions, assemble, completeSpec, needsModel, type RunRequest } from '../../front/assemble.ts'
import { estimate } from '../../front/estimate.ts'
import { budgetOf, type Preset, type PresetName, presetFor, presets } from '../../front/presets.ts'
import type { RunSpec } from '../../front/run-spec.ts'
import { type AnySetup, setupNamed, setupNames } from '../../front/setups/index.ts'
import type { SystemSearches } from '../../front/system-search.ts'
import type { Model } from '../../models/model.ts'
import { isRunId, requireRunId } from '../../traces/run-id.ts'
import { sqlite } from '../../traces/sqlite.ts'
import { carryOut } from '../carry-out.ts'
import { carryOutPlan } from '../carry-out-plan.ts'
import { systemNamed, systemsOf } from '../catalogue.ts'
import { defaultBudget } from '../default-budget.ts'
import { chosenModel, openModel } from '../open-model.ts'
import { amountsText, print, printJson, remark } from '../output.ts'
import { readBudget, readSettings, readTask, readWhole } from '../read-values.ts'
import { reportRun } from '../run-report.ts'
import { db, defaultDatabase, json, modelArguments, searchArguments } from '../shared-arguments.ts'
import { configuredNames, namesTools, openTools, toolArguments } from '../tools.ts'
import { type Values, verb } from '../verb.ts'

const args = {
  prompt: { type: 'positional', description: 'what is asked, for environments that take a prompt' },
  environment: { type: 'string', description: `${setupNames.join(', ')}; default reasoning`, valueHint: 'name', alias: 'e' },
  task: { type: 'string', description: "the environment's task", valueHint: 'json' },
  'task-file': { type: 'string', description: 'a file with the task', valueHint: 'file' },
  ...modelArguments,
  preset: {
    type: 'string',
    description: `${Object.keys(presets).join(', ')}: searcher, settings, concurrency and budget that go together; each may still be given`,
    valueHint: 'name',
  },
  system: { type: 'string', description: 'a published system in place of a searcher; `banyan systems` lists them', valueHint: 'name' },
  ...searchArguments,
  ...toolArguments,
  commit: { type: 'boolean', description: 'carry out the calls that were planned, each once; without it nothing is changed' },
  'dry-run': { type: 'boolean', description: 'print what would be run and the most it can cost; run nothing' },
  db,
  'run-id': { type: 'string', description: 'name of the run; a run that is known is resumed', valueHint: 'id' },
  json,
} as const

export const solve = verb({
  name: 'solve',
  summary: 'search for the best answer to one task',
  args,
  examples: [
    'banyan solve "What is 17 + 25?"',
    `banyan solve --environment writing --task '{"include":["dog","frisbee"],"sentences":1}' --budget tokens=400,seconds=60`,
    'banyan solve "Name three trees." --preset thorough --budget tokens=2000',
    'banyan solve "What is 17 + 25?" --system ets --budget tokens=2000',
    `banyan solve "Which of my notes mention oaks?" --mcp "node notes-server.js" --effect read_note=none --budget calls=30`,
    `banyan solve --environment game24 --task '{"numbers":[4,9,10,13]}' --searcher mcts --set exploration=1.2 --budget expansions=100`,
    'banyan solve "Name three trees." --model qwen3-4b --base-url http://localhost:8000/v1 --budget usd=0.10 --dry-run',
  ],
  run: runSolve,
})

async function runSolve(values: Values<typeof args>): Promise<void> {
  const runId = values['run-id']
  if (runId !== undefined && !isRunId(runId)) requireRunId(runId)
  const preset = presetOf(values)
  const { request, model, systems } = await requested(values, preset)
  try {
    await using tools = await openTools(values)
    const given = completeSpec(request, systems)
    const fallback = Object.keys(given.budget).length === 0 ? chosenBudget(model, preset) : undefined
    const spec = { ...given, ...(fallback === undefined ? {} : { budget: fallback.budget }) }
    if (fallback !== undefined) remark(fallback.note)
    if (values['dry-run']) return dryRun(spec, { model, systems, tools: tools?.tools }, values.json)
    const file = values.db ?? defaultDatabase
    await using store = sqlite(file)
    const result = await carryOut({ spec, model, tools, store, db: file, runId, live: !values.json })
    const committed = values.commit && tools !== undefined ? await carryOutPlan(result, tools, store) : undefined
    reportRun({ spec, result, committed, db: file, json: values.json, notes: fallback === undefined ? [] : [fallback.note] })
  } finally {
    await model?.close?.()
  }
}

/** What was asked for, with its model opened where one is needed. Everything that needs no model is checked before. */
async function requested(
  values: Values<typeof args>,
  preset: Preset | undefined,
): Promise<{ request: RunRequest; model: Model | undefined; systems: SystemSearches }> {
  const setup = setupNamed(environmentOf(values))
  if (values.system !== undefined) await checkSystem(values.system, values)
  const named = values.model !== undefined || values['base-url'] !== undefined
  const request: RunRequest = {
    environment: setup.name,
    task: taskOf(setup, values),
    model: named ? 'named' : undefined,
    tools: configuredNames(values),
    searcher: values.system ?? values.searcher ?? preset?.searcher,
    settings: { ...preset?.settings, ...readSettings(values.set) },
    proposer: values.proposer,
    evaluator: values.evaluator,
    budget: readBudget(values.budget),
    concurrency: readWhole('--concurrency', values.concurrency, 1) ?? preset?.concurrency,
    seed: readWhole('--seed', values.seed, 0),
  }
  const systems = await systemsOf(request)
  const draft = completeSpec(request, systems)
  if (!needsModel(draft, systems)) {
    if (named) remark(`the model is not used: neither the proposer ${draft.proposer} nor the evaluator ${draft.evaluator ?? ''} asks one`)
    return { request: { ...request, model: undefined, proposer: draft.proposer }, model: undefined, systems }
  }
  const model = await openModel(chosenModel(values.model, values['base-url']))
  return { request: { ...request, model: model.name }, model, systems }
}

/** A system that searches, and no other searcher beside it. */
async function checkSystem(slug: string, { searcher, preset }: Values<typeof args>): Promise<void> {
  const { search } = await systemNamed(slug)
  if (search === undefined)
    throw new BanyanError('E_CLI_ARGUMENT', 'this system does not search', {
      seen: slug,
      hint: `What it is for: banyan systems show ${slug}`,
    })
  if (searcher !== undefined || preset !== undefined)
    throw new BanyanError('E_CLI_ARGUMENT', 'a system and another searcher are given', {
      seen: { system: slug, searcher, preset },
      wanted: 'one of them',
    })
}

function presetOf(values: Values<typeof args>): Preset | undefined {
  if (values.preset === undefined) return undefined
  if (values.searcher === undefined) return presetFor(values.preset as PresetName, environmentOf(values))
  throw new BanyanError('E_CLI_ARGUMENT', 'a preset and a searcher are given', {
    seen: { preset: values.preset, searcher: values.searcher },
    wanted: 'one of them: a preset names its searcher',
  })
}

function chosenBudget(model: Model | undefined, preset: Preset | undefined) {
  if (preset === undefined || model === undefined) return defaultBudget(model)
  const { budget, note = '' } = budgetOf(undefined, preset, model)
  return { budget, note }
}

function environmentOf({ environment, prompt, ...values }: Values<typeof args>): string {
  if (namesTools(values) || values.commit) {
    if (environment === undefined || environment === 'tools') return 'tools'
    throw new BanyanError('E_CLI_ARGUMENT', `the environment ${environment} calls no tools`, {
      wanted: 'no --environment beside --mcp, --tools and --commit, or tools',
    })
  }
  if (environment !== undefined) return environment
  if (prompt !== undefined) return 'reasoning'
  throw new BanyanError('E_CLI_ARGUMENT', 'there is nothing to solve', {
    wanted: 'a prompt, or --environment with --task',
    hint: 'See `banyan solve --help`.',
  })
}

function taskOf(setup: AnySetup, { prompt, task, ...values }: Values<typeof args>): Json {
  const given = readTask(task, values['task-file'])
  if (prompt === undefined) {
    if (given !== undefined) return given
    throw new BanyanError('E_CLI_ARGUMENT', `the environment ${setup.name} needs a task`, {
      hint: `For example: --task '${JSON.stringify(setup.example)}'`,
    })
  }
  if (given !== undefined) {
    if (typeof given === 'object' && given !== null && !Array.isArray(given) && !('prompt' in given)) return { prompt, ...given }
    throw new BanyanError('E_CLI_ARGUMENT', 'the prompt is given twice', { wanted: 'a prompt, or a task with a prompt of its own' })
  }
  if (setup.promptTask === undefined)
    throw new BanyanError('E_CLI_ARGUMENT', `the environment ${setup.name} takes no prompt`, {
      hint: `Give a task: --task '${JSON.stringify(setup.example)}'`,
    })
  return setup.promptTask(prompt) as Json
}

function dryRun(spec: RunSpec, options: AssembleOptions, asJson: boolean): void {
  const { model, tools = {} } = options
  const { searcher } = assemble(spec, options)
  const { most, usd } = estimate(spec.budget, model)
  if (asJson) {
    printJson({ dryRun: true, spec, settings: searcher.settings ?? null, most, usd: usd ?? null })
    return
  }
  const lines = [
    `environment  ${spec.environment}`,
    `task         ${JSON.stringify(spec.task)}`,
    `model        ${spec.model ?? 'none'}`,
    ...(Object.keys(tools).length === 0 ? [] : [`tools        ${Object.keys(tools).join(', ')}`]),
    `searcher     ${spec.searcher} ${JSON.stringify(searcher.settings ?? {})}`,
    `proposer     ${spec.proposer}`,
    `evaluator    ${spec.evaluator ?? 'none'}`,
    `concurrency  ${spec.concurrency}`,
    `seed         ${spec.seed}`,
    `at most      ${amountsText(most)}`,
    `cost         ${usd === undefined ? 'not known: neither a price nor a budget in usd bounds it' : usd === 0 ? 'nothing' : `at most $${usd.toFixed(4)}`}`,
    'nothing was run',
  ]
  print(lines.join('\n'))
}
