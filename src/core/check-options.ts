// Checks what a search is given before anything starts, and fills in what was left out. Knows nothing of how it is searched.
import { checkBudget } from './budget.ts'
import type { Json } from './common.ts'
import { digest } from './digest.ts'
import { BanyanError } from './errors.ts'
import type { Evaluator } from './evaluator.ts'
import type { Fingerprint } from './events.ts'
import { nowhere } from './log.ts'
import { onlyLogged } from './logged-step.ts'
import type { SearchOptions } from './options.ts'
import type { Parts } from './parts.ts'
import type { Proposer } from './proposer.ts'
import type { FastPath } from './search-by.ts'

/** The options of a search, checked and with their defaults. */
export type CheckedOptions<State, Action, Task, Answer> = SearchOptions<State, Action, Task, Answer> &
  Required<
    Pick<
      SearchOptions<State, Action, Task, Answer>,
      'budget' | 'concurrency' | 'order' | 'seed' | 'lives' | 'store' | 'runId' | 'detail' | 'maxFailures' | 'replayOnly'
    >
  > &
  Pick<Parts<State, Action, Task, Answer>, 'proposers' | 'evaluators'> & { readonly fingerprint: Fingerprint }

/** @throws `E_SEARCH_OPTION`, `E_SEARCH_ORACLE`, `E_BUDGET_UNIT`, `E_BUDGET_AMOUNT`. */
export function checkOptions<State, Action, Task, Answer>(
  options: SearchOptions<State, Action, Task, Answer>,
  suits?: FastPath['suits'],
): CheckedOptions<State, Action, Task, Answer> {
  const { environment, task, searcher, guard, units, concurrency = 1, seed = 0, lives = 1, budget = {}, order = 'asked' } = options
  const { runId = randomRunId(), store = nowhere, maxFailures = 16, replayOnly = false } = options
  refuseGraders(options)
  checkBudget(budget, units)
  checkWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER)
  checkWhole('concurrency', concurrency, 1, 4096)
  checkWhole('lives', lives, 1, 4096)
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(runId))
    throw optionError('runId', runId, '1 to 64 letters, digits, dots, dashes and underscores')
  if (onlyLogged(environment) && (environment.encode === undefined || environment.decode === undefined))
    throw optionError('environment', environment.name, '`encode` and `decode`, since its states can only be read from the log')
  const proposers = byName<Proposer<State, Action>>(options.proposer, 'propose') ?? { default: everyAction(options) }
  const evaluators = byName<Evaluator<State, Action>>(options.evaluator, 'evaluate') ?? {}
  const pure = suits?.(options as unknown as Parameters<FastPath['suits']>[0], proposers as never, evaluators as never) === true
  const { detail = pure ? 'checkpoints' : 'events' } = options
  if (detail === 'checkpoints' && !pure)
    throw optionError('detail', detail, 'parts that are all pure and exact, and the search of `banyan`')
  const fingerprint: Fingerprint = {
    environment: `${environment.name}@${environment.version ?? '1'}`,
    task: digest(task as Json),
    searcher: identity(searcher),
    proposer: identities(proposers),
    evaluator: identities(evaluators),
    guard: guard?.name ?? null,
    budget: { ...budget },
    concurrency,
    order,
    seed,
    detail,
  }
  const filledIn = { budget, concurrency, order, seed, lives, store, runId, detail, maxFailures, replayOnly }
  return { ...options, ...filledIn, proposers, evaluators, fingerprint }
}

/** A grader knows the answer, so no part of a search may be one. */
function refuseGraders<State, Action, Task, Answer>(options: SearchOptions<State, Action, Task, Answer>): void {
  const { environment, searcher, proposer, evaluator, guard } = options
  const parts: unknown[] = [environment, searcher, proposer, evaluator, guard].flatMap((part) => [part, ...Object.values(part ?? {})])
  for (const part of parts as ({ readonly name?: unknown; readonly grade?: unknown } | null | undefined)[]) {
    if (typeof part?.grade !== 'function') continue
    throw new BanyanError('E_SEARCH_ORACLE', 'graders live apart: a search must not know the answer', {
      seen: part.name,
      wanted: 'parts without a method `grade`',
      hint: 'Grade the answer after the search.',
    })
  }
}

/** The proposer of searches that are given none. */
function everyAction<State, Action>({
  environment,
}: Pick<SearchOptions<State, Action, never, unknown>, 'environment'>): Proposer<State, Action> {
  if (environment.actions === undefined)
    throw optionError('proposer', undefined, `a proposer, since the environment ${environment.name} does not list its actions`)
  return {
    name: 'uniform',
    lists: true,
    reproducible: 'exact',
    propose: (requests) =>
      requests.map(({ node, siblings }) => ({
        candidates: siblings.length > 0 ? [] : environment.actions!(node.state).map((action) => ({ action })),
      })),
  }
}

/** One part, or several by name, as several by name. */
function byName<Part>(
  parts: Part | Readonly<Record<string, Part>> | undefined,
  method: string,
): Readonly<Record<string, Part>> | undefined {
  const can = (part: unknown): boolean => typeof (part as Record<string, unknown> | undefined)?.[method] === 'function'
  if (parts === undefined) return undefined
  if (can(parts)) return { default: parts as Part }
  for (const [name, part] of Object.entries(parts as Readonly<Record<string, Part>>))
    if (!can(part)) throw optionError(name, typeof part, `something with the method \`${method}\``)
  return parts as Readonly<Record<string, Part>>
}

interface Named {
  readonly name: string
  readonly settings?: Json
}

function identity({ name, settings = null }: Named): Json {
  return { name, settings }
}

function identities(parts: Readonly<Record<string, Named>>): Json {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, identity(part)]))
}

function checkWhole(option: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) throw optionError(option, value, `a whole number from ${least} to ${most}`)
}

/** What every option that cannot be used is answered with. */
export function optionError(option: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_SEARCH_OPTION', `the option ${JSON.stringify(option)} cannot be used`, { seen, wanted })
}

/** 16 letters and digits, 80 random bits. */
function randomRunId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => '0123456789abcdefghjkmnpqrstvwxyz'[byte & 31]).join('')
}
