// Carries out one trial: steps, proposals, evaluations, in a fixed order. It reads the tree and does not change it;
// what should grow is returned as data, so that a live run and a run read from its log grow by the same code.
import type { Awaitable, Json, NodeId } from './common.ts'
import { DraftNode } from './draft-node.ts'
import type { Effect, Environment, Step } from './environment.ts'
import { BanyanError, errorRecord, StarvedError } from './errors.ts'
import type { Evaluation, Evaluator } from './evaluator.ts'
import type { Growth, LoggedCandidate, LoggedStep, NodeRef, TrialEnd } from './events.ts'
import type { Guard } from './guard.ts'
import { DivergedError, type LivePool, type LiveStep } from './live.ts'
import type { NodeView } from './node-view.ts'
import type { Candidate, Proposed, Proposer } from './proposer.ts'
import type { Tree } from './tree.ts'
import type { Ask, Status, Trial } from './trial.ts'
import { type TrialContext, UnknownResultError } from './trial-context.ts'

/** What a trial is carried out with. */
export interface Parts<State, Action, Task, Answer> {
  readonly environment: Environment<State, Action, Task, Answer>
  readonly proposers: Readonly<Record<string, Proposer<State, Action>>>
  readonly evaluators: Readonly<Record<string, Evaluator<State, Action>>>
  readonly guard: Guard<State, Action> | undefined
  readonly lives: LivePool<State, Action, Task> | undefined
}

/** A trial's end as data, and the steps behind its growth, one for each growth that has one, in order. */
export interface Executed<State> {
  readonly end: Omit<TrialEnd, 'usage'>
  readonly steps: readonly Step<State>[]
}

/** Thrown when the guard refuses an action, or it is irreversible outside a commit; becomes the outcome `denied`. */
class DeniedError extends BanyanError {
  constructor(reason: string) {
    super('E_GUARD_DENIED', `the action was not carried out: ${reason}`)
  }
}

/** Carries out a trial. Errors become statuses; only fatal ones are thrown. */
export async function execute<State, Action, Task, Answer>(
  trial: Trial,
  tree: Tree<State, Action>,
  parts: Parts<State, Action, Task, Answer>,
  context: TrialContext,
): Promise<Executed<State>> {
  const work = new Execution(trial, tree, parts, context)
  try {
    await work.run()
    return work.result('ok')
  } catch (error) {
    const status = statusOf(error, context.signal)
    if (status === 'failed' && BanyanError.isInstance(error) && error.fatal) throw error
    return work.result(status, error)
  }
}

function statusOf(error: unknown, signal: AbortSignal): Status {
  if (signal.aborted) return 'cancelled'
  if (error instanceof StarvedError) return 'starved'
  if (error instanceof DeniedError) return 'denied'
  if (error instanceof DivergedError) return 'diverged'
  if (error instanceof UnknownResultError) return 'unknown'
  return 'failed'
}

class Execution<State, Action, Task, Answer> {
  readonly #trial: Trial
  readonly #tree: Tree<State, Action>
  readonly #parts: Parts<State, Action, Task, Answer>
  readonly #context: TrialContext
  readonly #growth: Growth[] = []
  readonly #steps: Step<State>[] = []
  readonly #evaluated: NodeRef[] = []
  readonly #evaluations: Evaluation[] = []
  #node: NodeRef
  #made = 0

  constructor(trial: Trial, tree: Tree<State, Action>, parts: Parts<State, Action, Task, Answer>, context: TrialContext) {
    this.#trial = trial
    this.#tree = tree
    this.#parts = parts
    this.#context = context
    this.#node = 'nodes' in trial ? (trial.nodes[0] ?? 0) : trial.node
  }

  result(status: Status, error?: unknown): Executed<State> {
    const kept = status === 'ok' || status === 'starved' || status === 'failed'
    return {
      end: {
        type: 'trial-end',
        trial: this.#trial,
        status,
        growth: kept ? this.#growth : [],
        evaluated: kept ? this.#evaluated : [],
        evaluations: kept ? this.#evaluations : [],
        node: kept ? this.#node : trialNode(this.#trial),
        ...(error === undefined ? {} : { error: errorRecord(error) }),
      },
      steps: kept ? this.#steps : [],
    }
  }

  async run(): Promise<void> {
    const trial = this.#trial
    switch (trial.kind) {
      case 'visit':
        return this.#visit(trial.node, trial.candidate, trial.propose, trial.evaluate)
      case 'expand':
        return this.#expand([trial.node], trial.propose, trial.step, trial.evaluate)
      case 'combine':
        return this.#expand(trial.nodes, trial.propose, true, trial.evaluate)
      case 'rollout':
        return this.#rollout(trial.node, trial.steps, trial.keep, trial.propose, trial.evaluate)
      case 'evaluate':
        await this.#evaluate([{ refs: [...trial.nodes], views: trial.nodes.map((node) => this.#tree.view(node)) }], [trial.by])
        return
      case 'revise':
        return this.#revise(trial.node, trial.feedback, trial.propose, trial.evaluate)
      case 'commit':
        return this.#commit(trial.node)
    }
  }

  async #visit(node: NodeId, index: number, propose: Ask | undefined, evaluate: readonly string[] | undefined): Promise<void> {
    const parent = this.#tree.view(node)
    let view = parent
    let ref: NodeRef = node
    if (index >= 0) {
      const step = await this.#step(parent, this.#tree.actions(node)[index] as Action, 'search')
      view = this.#draft(parent, node, index, step)
      ref = this.#grow(node, index, step)
      this.#node = ref
    }
    const certain = await this.#evaluate([{ refs: [ref], views: [view] }], evaluate)
    if (propose !== undefined && !view.terminal && !certain) await this.#propose(ref, view, propose)
  }

  async #expand(nodes: readonly NodeId[], ask: Ask, step: boolean, evaluate: readonly string[] | undefined): Promise<void> {
    const node = nodes[0]!
    const view = this.#tree.view(node)
    const others = nodes.slice(1).map((other) => this.#tree.view(other))
    const candidates = await this.#propose(node, view, ask, others.length === 0 ? undefined : others)
    if (!step) return
    const refs: NodeRef[] = []
    const views: NodeView<State, Action>[] = []
    for (const [offset, candidate] of candidates.entries()) {
      const stepped = await this.#step(view, candidate.action, 'search')
      refs.push(this.#grow(node, offset, stepped, true))
      views.push(draft(view, candidate, stepped))
    }
    if (views.length > 0) await this.#evaluate([{ refs, views }], evaluate)
  }

  async #rollout(node: NodeId, steps: number, keep: boolean, ask: Ask | undefined, evaluate: readonly string[] | undefined): Promise<void> {
    let view = this.#tree.view(node)
    let ref: NodeRef = node
    for (let depth = 0; depth < steps && !view.terminal; depth++) {
      const candidate = ask === undefined ? this.#randomAction(view) : (await this.#proposals(view, ask)).candidates[0]
      if (candidate === undefined) break
      const step = await this.#step(view, candidate.action, 'search')
      if (keep) {
        this.#growth.push({ grow: 'candidates', at: ref, candidates: [logged(candidate)] })
        ref = this.#grow(ref, 0, step, true)
        this.#node = ref
      }
      view = draft(view, candidate, step)
    }
    await this.#evaluate([{ refs: [keep ? ref : node], views: [view] }], evaluate)
  }

  async #revise(node: NodeId, feedback: string, ask: Ask | undefined, evaluate: readonly string[] | undefined): Promise<void> {
    const view = this.#tree.view(node)
    const { parent } = view
    if (parent === undefined) throw new BanyanError('E_SEARCHER_TRIAL', 'the root has no action that could be revised', { fatal: true })
    const { candidates } = await this.#proposals(view, ask ?? { count: 1 }, undefined, feedback)
    const candidate = candidates[0]
    if (candidate === undefined) return
    const step = await this.#step(parent, candidate.action, 'search')
    this.#growth.push({ grow: 'revision', at: node, candidate: logged(candidate), step: this.#logged(step) })
    this.#steps.push(step)
    await this.#evaluate([{ refs: [node], views: [draft(parent, candidate, step)] }], evaluate)
  }

  async #commit(node: NodeId): Promise<void> {
    const path = this.#tree.path(node).map((id) => this.#tree.view(id))
    let view = path[0]!
    let observed: Step<State> | undefined
    for (const next of path.slice(1)) {
      observed = await this.#step(view, next.action as Action, 'commit')
      view = next
    }
    const step = observed ?? { state: view.state, reward: 0, terminal: view.terminal }
    this.#growth.push({ grow: 'root', from: node, step: this.#logged(step) })
    this.#steps.push(step)
    this.#node = node
  }

  /** One action: guarded; in the live environment where there is one; recorded where its result could not be computed again. */
  async #step(view: NodeView<State, Action>, action: Action, purpose: 'search' | 'commit'): Promise<Step<State>> {
    const { environment, lives } = this.#parts
    this.#context.spend({ steps: 1 })
    if (lives !== undefined) {
      return this.#recordedStep(view, action, purpose, () => lives.use((lease) => lease.step(view, action, purpose, this.#liveStep)))
    }
    await this.#check(view.state, action, purpose)
    const step = (): Awaitable<Step<State>> => environment.step(view.state, action, this.#context.forStep(purpose))
    return environment.reproducible === 'recorded' || purpose === 'commit' ? this.#recordedStep(view, action, purpose, step) : step()
  }

  /** Arrow function, because leases call it. */
  readonly #liveStep: LiveStep<State, Action> = async (live, state, action, purpose) => {
    await this.#check(state, action, purpose)
    if (purpose === 'replay') this.#context.spend({ replayedSteps: 1 })
    return live.step(action, this.#context.forStep(purpose))
  }

  async #recordedStep(
    view: NodeView<State, Action>,
    action: Action,
    purpose: 'search' | 'commit',
    run: () => Awaitable<Step<State>>,
  ): Promise<Step<State>> {
    const { environment } = this.#parts
    const result = await this.#context.call({
      kind: purpose === 'commit' ? 'commit' : 'step',
      by: environment.name,
      request: { path: actionsTo(view), action: action as Json },
      atMost: {},
      once: purpose === 'commit' && this.#effect(view.state, action) === 'irreversible',
      run: async () => ({ result: this.#logged(await run()) as unknown as Json, usage: {} }),
    })
    return restoreStep(environment, result as unknown as LoggedStep, async () => {
      throw new BanyanError('E_ENVIRONMENT_DECODE', 'a recorded step has no state', {
        seen: environment.name,
        wanted: 'an environment with `encode` and `decode`',
        fatal: true,
      })
    })
  }

  #effect(state: State, action: Action): Effect {
    const { environment, lives } = this.#parts
    return environment.effect?.(state, action) ?? (lives === undefined ? 'none' : 'irreversible')
  }

  async #check(state: State, action: Action, purpose: 'search' | 'replay' | 'commit'): Promise<void> {
    const effect = this.#effect(state, action)
    if (effect === 'irreversible' && purpose === 'search') throw new DeniedError('it cannot be undone, so it waits for the commit')
    const verdict = await this.#parts.guard?.check({ state, action, effect, purpose })
    if (verdict !== undefined && !verdict.allow) throw new DeniedError(verdict.reason)
  }

  async #propose(
    ref: NodeRef,
    view: NodeView<State, Action>,
    ask: Ask,
    others?: readonly NodeView<State, Action>[],
  ): Promise<readonly Candidate<Action>[]> {
    const { candidates, complete, value } = await this.#proposals(view, ask, others)
    if (value !== undefined) this.#growth.push({ grow: 'value', at: ref, value })
    if (candidates.length > 0 || complete === true) {
      this.#growth.push({ grow: 'candidates', at: ref, candidates: candidates.map(logged), ...(complete === true ? { complete } : {}) })
    }
    return candidates
  }

  async #proposals(
    view: NodeView<State, Action>,
    ask: Ask,
    others?: readonly NodeView<State, Action>[],
    feedback?: string,
  ): Promise<Proposed<Action>> {
    const proposer = named(this.#parts.proposers, ask.by, 'E_SEARCH_PROPOSER', 'a proposer')
    this.#context.spend({ expansions: 1 })
    const siblings = view.id >= 0 ? this.#tree.actions(view.id) : []
    const request = {
      node: view,
      siblings,
      count: ask.count,
      ...(others === undefined ? {} : { others }),
      ...(feedback === undefined ? {} : { feedback }),
    }
    const [proposed] = await proposer.propose([request], this.#context)
    if (proposed === undefined) return { candidates: [] }
    return proposer.lists === true ? { ...proposed, complete: true } : proposed
  }

  #randomAction(view: NodeView<State, Action>): Candidate<Action> | undefined {
    const { environment } = this.#parts
    const actions = environment.actions?.(view.state)
    if (actions === undefined) {
      throw new BanyanError('E_SEARCHER_TRIAL', 'a rollout without a proposer needs an environment that lists its actions', {
        seen: environment.name,
        fatal: true,
      })
    }
    return actions.length === 0 ? undefined : { action: actions[this.#context.random.below(actions.length)]! }
  }

  /** @returns whether some evaluation was certain. */
  async #evaluate(
    groups: readonly { readonly refs: readonly NodeRef[]; readonly views: readonly NodeView<State, Action>[] }[],
    names: readonly string[] | undefined,
  ): Promise<boolean> {
    if (names === undefined || names.length === 0) return false
    const byName: (readonly (readonly Evaluation[])[])[] = []
    for (const name of names) {
      const evaluator = named(this.#parts.evaluators, name, 'E_SEARCH_EVALUATOR', 'an evaluator')
      byName.push(
        await evaluator.evaluate(
          groups.map((group) => group.views),
          this.#context,
        ),
      )
    }
    let certain = false
    for (const [g, group] of groups.entries()) {
      for (const [i, ref] of group.refs.entries()) {
        this.#evaluated.push(ref)
        for (const [n, evaluations] of byName.entries()) {
          const evaluation = checkedEvaluation(evaluations[g]?.[i], names[n]!)
          this.#evaluations.push(evaluation)
          certain ||= evaluation.certain === true
        }
      }
    }
    return certain
  }

  #grow(at: NodeRef, index: number, step: Step<State>, fresh = false): NodeRef {
    this.#growth.push({ grow: 'node', at, index, ...(fresh ? { fresh } : {}), step: this.#logged(step) })
    this.#steps.push(step)
    this.#context.spend({ nodes: 1 })
    return { made: this.#made++ }
  }

  #draft(parent: NodeView<State, Action>, node: NodeId, index: number, step: Step<State>): DraftNode<State, Action> {
    const slot = this.#tree.blockStart[node]! + index
    return new DraftNode(parent, {
      action: this.#tree.actions(node)[index] as Action,
      step,
      logProb: this.#tree.scores?.[slot] ?? 0,
      tokens: this.#tree.tokenCounts?.[slot] ?? 0,
    })
  }

  #logged(step: Step<State>): LoggedStep {
    const { environment, lives } = this.#parts
    const kept = environment.reproducible === 'recorded' || lives !== undefined
    return {
      reward: step.reward,
      terminal: step.terminal,
      ...(step.observation === undefined ? {} : { observation: step.observation }),
      ...(step.pathCost === undefined ? {} : { pathCost: step.pathCost }),
      ...(kept && environment.encode !== undefined ? { state: environment.encode(step.state) } : {}),
    }
  }
}

/** A step as data, with its state: decoded where the log has it, otherwise computed. */
export async function restoreStep<State>(
  environment: Pick<Environment<State, never>, 'decode'>,
  step: LoggedStep,
  compute: () => Promise<State>,
): Promise<Step<State>> {
  const state = step.state !== undefined && environment.decode !== undefined ? environment.decode(step.state) : await compute()
  return {
    state,
    reward: step.reward,
    terminal: step.terminal,
    ...(step.observation === undefined ? {} : { observation: step.observation }),
    ...(step.pathCost === undefined ? {} : { pathCost: step.pathCost }),
  }
}

/** The node that a trial is about. */
export function trialNode(trial: Trial): NodeId {
  return 'nodes' in trial ? (trial.nodes[0] ?? 0) : trial.node
}

function draft<State, Action>(parent: NodeView<State, Action>, candidate: Candidate<Action>, step: Step<State>): DraftNode<State, Action> {
  return new DraftNode(parent, { action: candidate.action, step, logProb: candidate.score ?? 0, tokens: candidate.tokens?.ids.length ?? 0 })
}

function logged<Action>(candidate: Candidate<Action>): LoggedCandidate {
  const { action, prior, score, tokens } = candidate
  return {
    action: action as Json,
    ...(prior === undefined ? {} : { prior }),
    ...(score === undefined ? {} : { score }),
    ...(tokens === undefined ? {} : { tokens }),
  }
}

function actionsTo(view: NodeView<unknown>): Json[] {
  const actions: Json[] = []
  for (let at: NodeView<unknown> | undefined = view; at?.parent !== undefined; at = at.parent) actions.push(at.action as Json)
  return actions.reverse()
}

function checkedEvaluation(evaluation: Evaluation | undefined, name: string): Evaluation {
  if (evaluation === undefined || !Number.isFinite(evaluation.value)) {
    throw new BanyanError('E_EVALUATOR_VALUE', `the evaluator ${name} gave no value`, {
      seen: evaluation?.value,
      wanted: 'one finite number for each node of each group',
    })
  }
  return evaluation
}

function named<Part>(parts: Readonly<Record<string, Part>>, name: string | undefined, code: string, kind: string): Part {
  const part = parts[name ?? 'default']
  if (part !== undefined) return part
  throw new BanyanError(code, `the searcher asks for ${kind} that the search was not given`, {
    seen: name ?? 'default',
    wanted: `one of ${Object.keys(parts).join(', ')}`,
    fatal: true,
  })
}
