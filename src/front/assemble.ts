// Makes a search out of names: looks them up, checks the task, and puts the parts together. It loads no model and opens no store.

import { checkBudget, knownUnits } from '../core/budget.ts'
import type { Json } from '../core/common.ts'
import { BanyanError } from '../core/errors.ts'
import { unknownName } from '../core/names.ts'
import type { SearchOptions } from '../core/options.ts'
import type { Searcher } from '../core/searcher.ts'
import { searcherNamed } from '../core/searchers/named.ts'
import type { Tools } from '../environments/tools/tool.ts'
import { requirePrice } from '../models/middleware/prices.ts'
import type { Model } from '../models/model.ts'
import { type RunSpec, schemaError } from './run-spec.ts'
import { type AnySetup, setupNamed } from './setups/index.ts'
import { type SystemSearches, withSystems } from './system-search.ts'

/** What a user names; the rest has defaults, which the environment's setup knows. */
export interface RunRequest {
  readonly environment: string
  readonly task: Json
  readonly model?: string | undefined
  /** Names of MCP servers, for those who make the run again. */
  readonly tools?: readonly string[] | undefined
  readonly searcher?: string | undefined
  /** Come on top of the setup's. */
  readonly settings?: Readonly<Record<string, Json>> | undefined
  readonly proposer?: string | undefined
  readonly evaluator?: string | undefined
  readonly budget?: Readonly<Record<string, number>> | undefined
  readonly concurrency?: number | undefined
  readonly seed?: number | undefined
}

/** What names mean beyond the setups. */
export interface AssembleOptions {
  readonly model?: Model | undefined
  /** Tools for environments that call some. Default none. */
  readonly tools?: Tools | undefined
  /** Systems that the specification names as its searcher, proposer or evaluator. Default none. */
  readonly systems?: SystemSearches
}

/** A search whose types are the setup's own business. */
// biome-ignore lint/suspicious/noExplicitAny: parts are looked up by name, so their types are not known here
export type AssembledOptions = SearchOptions<any, any, any, any>

/**
 * Fills what was not named: searcher, settings, proposer, evaluator, concurrency 1, seed 0. The budget stays as it is.
 * A searcher that is a system's brings its own proposer and evaluator where it has some.
 * The settings `propose` and `evaluate` name parts, as `proposer` and `evaluator` do, which come before them.
 * Where a model is named and the default proposer needs none, the proposer `model` is taken if there is one.
 *
 * @throws `E_ENVIRONMENT_UNKNOWN`, `E_SEARCHER_UNKNOWN`, `E_SEARCHER_SETTING`, `E_PROPOSER_UNKNOWN`, `E_EVALUATOR_UNKNOWN`,
 * `E_TASK_INVALID`, `E_BUDGET_UNIT`, `E_BUDGET_AMOUNT`.
 *
 * @example
 * const spec = completeSpec({ environment: 'game24', task: { numbers: [4, 9, 10, 13] }, budget: { expansions: 100 } })
 */
export function completeSpec(request: RunRequest, systems: SystemSearches = {}): RunSpec {
  const setup = withSystems(setupNamed(request.environment), systems)
  const searcher = request.searcher ?? setup.searcher
  // A setting that names a part names one of the setup: it is the run's own, under the name `default`.
  const { propose, evaluate, ...settings } = { ...setup.searchers[searcher], ...request.settings }
  searcherOf(searcher, settings, systems)
  const own = systems[searcher]
  const proposer =
    request.proposer ?? partSetting('propose', propose) ?? (own?.proposer === undefined ? defaultProposer(setup, request.model) : searcher)
  const evaluator =
    request.evaluator ?? partSetting('evaluate', evaluate) ?? (own?.evaluator === undefined ? Object.keys(setup.evaluators)[0] : searcher)
  partNamed(setup.proposers, proposer, 'E_PROPOSER_UNKNOWN', `proposer of ${setup.name}`)
  if (evaluator !== undefined) partNamed(setup.evaluators, evaluator, 'E_EVALUATOR_UNKNOWN', `evaluator of ${setup.name}`)
  checkTask(setup, request.task)
  const budget = { ...request.budget }
  checkUnits(budget)
  checkBudget(budget)
  return {
    environment: setup.name,
    task: request.task,
    ...(request.model === undefined ? {} : { model: request.model }),
    ...(request.tools === undefined || request.tools.length === 0 ? {} : { tools: request.tools }),
    searcher,
    settings,
    proposer,
    ...(evaluator === undefined ? {} : { evaluator }),
    budget,
    concurrency: request.concurrency ?? 1,
    seed: request.seed ?? 0,
  }
}

/** Whether a part of the search needs a model. */
export function needsModel(spec: Pick<RunSpec, 'environment' | 'proposer' | 'evaluator'>, systems: SystemSearches = {}): boolean {
  const { proposers, evaluators } = withSystems(setupNamed(spec.environment), systems)
  const needs = (make: ((parts: object) => unknown) | undefined): boolean => {
    try {
      make?.({})
      return false
    } catch (error) {
      if (BanyanError.isInstance(error) && error.code === 'E_SETUP_MODEL') return true
      throw error
    }
  }
  return needs(proposers[spec.proposer]) || (spec.evaluator !== undefined && needs(evaluators[spec.evaluator]))
}

/**
 * The search that a specification names; `spec` is kept in the run's header.
 *
 * @throws as `completeSpec` does; `E_SETUP_MODEL` when a part needs a model and there is none, `E_SETUP_TOOLS` the same for tools; `E_MODEL_PRICE` for a budget in usd with a
 * model whose price is not known.
 *
 * @example
 * const options = assemble(spec, { model })
 * const result = await search({ ...options, store: sqlite('.banyan/runs.db') })
 */
export function assemble(spec: RunSpec, { model, tools, systems = {} }: AssembleOptions = {}): AssembledOptions {
  const setup = withSystems(setupNamed(spec.environment), systems)
  const parts = { ...(model === undefined ? {} : { model }), ...(tools === undefined ? {} : { tools }) }
  const proposer = partNamed(setup.proposers, spec.proposer, 'E_PROPOSER_UNKNOWN', `proposer of ${setup.name}`)(parts)
  const evaluator =
    spec.evaluator === undefined
      ? undefined
      : partNamed(setup.evaluators, spec.evaluator, 'E_EVALUATOR_UNKNOWN', `evaluator of ${setup.name}`)(parts)
  if (spec.budget.usd !== undefined && model !== undefined) requirePrice(model)
  const task = checkTask(setup, spec.task)
  return {
    environment: setup.environment(task, parts),
    task,
    searcher: searcherOf(spec.searcher, spec.settings, systems),
    proposer,
    ...(evaluator === undefined ? {} : { evaluator }),
    budget: spec.budget,
    concurrency: spec.concurrency,
    seed: spec.seed,
    spec: spec as unknown as Json,
  }
}

/** @throws `E_TASK_INVALID` with the field, the value and what is wanted. */
export function checkTask(setup: AnySetup, task: Json): unknown {
  const parsed = setup.task.safeParse(task)
  if (parsed.success) return parsed.data
  throw schemaError('E_TASK_INVALID', `this is no task of ${setup.name}`, task, parsed.error)
}

function searcherOf(name: string, settings: Readonly<Record<string, Json>>, systems: SystemSearches): Searcher {
  const own = Object.hasOwn(systems, name) ? systems[name] : undefined
  return own === undefined ? searcherNamed(name, settings) : own.searcher(settings)
}

function defaultProposer(setup: AnySetup, model: string | undefined): string {
  const first = Object.keys(setup.proposers)[0]!
  return model !== undefined && 'model' in setup.proposers && !needsModel({ environment: setup.name, proposer: first }) ? 'model' : first
}

/** The engine says that a unit is unknown; here the nearest is suggested as well. */
export function checkUnits(budget: object): void {
  for (const unit of Object.keys(budget))
    if (!knownUnits.some((known) => known === unit)) throw unknownName('E_BUDGET_UNIT', 'budget unit', unit, knownUnits)
}

function partSetting(name: string, value: Json | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value === 'default' ? undefined : value
  throw new BanyanError('E_SEARCHER_SETTING', `the setting ${JSON.stringify(name)} cannot be used`, {
    seen: value,
    wanted: 'the name of a part',
  })
}

function partNamed<Part>(parts: Readonly<Record<string, Part>>, name: string, code: string, kind: string): Part {
  if (!Object.hasOwn(parts, name)) throw unknownName(code, kind, name, Object.keys(parts))
  return parts[name]!
}
