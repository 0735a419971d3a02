// A policy as a guard: asked about every action that is searched, replayed or committed. What the rules are on a path follows from the calls
// on it, so nothing is kept between paths.
import type { Awaitable, Json } from '../core/common.ts'
import { digest } from '../core/digest.ts'
import { BanyanError } from '../core/errors.ts'
import type { Guard, GuardRequest, Verdict } from '../core/guard.ts'
import { after, judge, type MadeCall, type Monitor, monitor, type Updater } from './monitor.ts'
import { narrowed } from './narrow.ts'
import { type GuardedCall, type Policy, type Rule, readPolicy, rulesIn } from './rules.ts'

/** Options of `policy`. */
export interface PolicyOptions<State, Action> {
  /** Default `policy-` and a digest of the rules, so that a run under other rules is another run. */
  readonly name?: string
  /** The call that an action is; undefined: it is none, and passes. Default: `{ tool, input }`; what only ends a path passes. */
  call?(action: Action): GuardedCall | undefined
  /**
   * Calls made on the way to a state, oldest first; the same objects for the same calls, so that nothing is worked out twice. Default: the steps of
   * states of `tools()`. Asked only where rules have updates, or there is an updater.
   */
  history?(state: State): readonly MadeCall[]
  /**
   * Asked where the fallback is `ask`; about irreversible calls in the commit alone, since a search only plans them. Default: nobody is there, and the
   * call is denied.
   */
  ask?(request: GuardRequest<State, Action>, reason: string): Awaitable<boolean>
  /** Changes rules as results come in. */
  readonly updater?: Updater
}

/** A guard that decides by rules. */
export interface PolicyGuard<State, Action> extends Guard<State, Action> {
  readonly policy: Policy
  /** What the policy has become in a state, and updates that were refused on the way. */
  at(state: State): Promise<Monitor>
}

/**
 * A guard from a policy. What no rule allows is denied; tools that are not listed are denied; of rules of the same priority those that forbid win.
 *
 * A denial is told to searcher and model; with the fallback `terminate` it ends the run (`E_GUARD_TERMINATED`), with `ask` a person decides.
 *
 * @param rules a {@link Policy}, or JSON that is to be one.
 * @throws BanyanError E_GUARD_POLICY, E_GUARD_PATTERN; E_GUARD_WIDER for an update that is not provably narrower and does not say that it `widens`.
 * @example
 * const guard = policy({ tools: { find: [{ effect: 'allow' }], pay: [{ effect: 'allow', when: { amount: { maximum: 100 } } }] } })
 * await searchTools({ model, tools, goal, guard })
 */
export function policy<State = unknown, Action = unknown>(
  rules: unknown,
  options: PolicyOptions<State, Action> = {},
): PolicyGuard<State, Action> {
  const read = readPolicy(rules)
  checkUpdates(Object.values(read.tools).flat(), read.tools)
  const { updater, ask, call: callOf = callOfTool as (action: Action) => GuardedCall | undefined } = options
  const changes = updater !== undefined || rulesIn(read.tools).some(({ update }) => update !== undefined)
  const history = options.history ?? (stepsOf as (state: State) => readonly MadeCall[])
  const unchanged = monitor(read)
  const start: Known = { monitor: Promise.resolve(unchanged), next: new WeakMap() }

  function monitorAt(state: State): Promise<Monitor> {
    let known = start
    for (const made of history(state)) {
      let next = known.next.get(made)
      if (next === undefined) {
        const { monitor: before } = known
        next = { monitor: before.then((now) => after(now, made, updater)), next: new WeakMap() }
        // What failed once is asked again.
        const { next: nexts } = known
        next.monitor.catch(() => nexts.delete(made))
        nexts.set(made, next)
      }
      known = next
    }
    return known.monitor
  }

  function verdictOf(now: Monitor, call: GuardedCall, request: GuardRequest<State, Action>): Awaitable<Verdict> {
    const decision = judge(now, call)
    if (decision.allow) return { allow: true, rule: ruleText(decision.rule) }
    const { reason, fallback } = decision
    const denied = { allow: false, reason, ...(decision.rule !== undefined && { rule: ruleText(decision.rule) }) } as const
    if (fallback === 'terminate')
      throw new BanyanError('E_GUARD_TERMINATED', `the policy ends the run: ${reason}`, { seen: call, fatal: true })
    if (fallback === 'error') return { ...denied, reason: `${reason}; try another way` }
    if (ask === undefined) return { ...denied, reason: `${reason}; a person would have to allow it, and nobody is asked` }
    // In a search such a call only waits for its commit, and there the person is asked.
    if (request.purpose === 'search' && request.effect === 'irreversible') return { allow: true, rule: 'asked in the commit' }
    return Promise.resolve(ask(request, reason)).then((allowed) =>
      allowed === true ? { allow: true, rule: 'asked' } : { ...denied, reason: `${reason}; a person was asked and did not allow it` },
    )
  }

  return {
    name: options.name ?? `policy-${digest([read as unknown as Json, updater?.name ?? null]).slice(0, 12)}`,
    policy: read,
    check(request) {
      const call = callOf(request.action)
      if (call === undefined) return { allow: true }
      if (!changes) return verdictOf(unchanged, call, request)
      return monitorAt(request.state).then((now) => verdictOf(now, call, request))
    },
    at: async (state) => (changes ? monitorAt(state) : unchanged),
  }
}

interface Known {
  readonly monitor: Promise<Monitor>
  readonly next: WeakMap<MadeCall, Known>
}

/** @param tools the rules that hold where `rules` are tried. */
function checkUpdates(rules: readonly Rule[], tools: Policy['tools']): void {
  for (const { update } of rules) {
    if (update === undefined) continue
    if (!update.widens) narrowed({ tools }, update.tools)
    checkUpdates(Object.values(update.tools).flat(), { ...tools, ...update.tools })
  }
}

/** What the log says of the rule that decided. */
function ruleText({ update, ...rule }: Rule): Json {
  return { ...rule, ...(update !== undefined && { update: Object.keys(update.tools) }) } as unknown as Json
}

/** Of actions `{ tool, input }`; what ends a path, or could not be read, executes nothing. */
function callOfTool(action: unknown): GuardedCall | undefined {
  const { kind, tool, input } = (action ?? {}) as { readonly kind?: unknown; readonly tool?: unknown; readonly input?: Json }
  if (typeof tool === 'string') return { tool, input: input ?? {} }
  if (kind === 'finish' || kind === 'unreadable') return undefined
  throw new BanyanError('E_GUARD_CALL', 'the policy cannot read a call of a tool from the action', {
    seen: action,
    wanted: '{ tool, input }',
    hint: 'Say what it calls by the option `call`.',
    fatal: true,
  })
}

function stepsOf(state: unknown): readonly MadeCall[] {
  const { steps } = (state ?? {}) as { readonly steps?: readonly (MadeCall & { readonly kind?: string })[] }
  if (Array.isArray(steps)) return steps.filter(({ kind }) => kind === 'called' || kind === 'planned')
  throw new BanyanError('E_GUARD_HISTORY', 'the rules change with the calls on a path, and the state does not tell them', {
    wanted: 'states of `tools()`, or the option `history`',
    fatal: true,
  })
}
