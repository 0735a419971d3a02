// Carries out one trial: steps, proposals, evaluations, in a fixed order. It reads the tree and does not change it;
// what should grow is returned as data, so that a live run and a run read from its log grow by the same code.
import type { Json, NodeId } from './common.ts'
import { defined } from './defined.ts'
import { DraftNode } from './draft-node.ts'
import type { Step } from './environment.ts'
import { BanyanError, errorRecord, fatalError } from './errors.ts'
import type { Evaluation } from './evaluator.ts'
import type { Growth, LoggedCandidate, LoggedStep, NodeRef, TrialEnd } from './events.ts'
import type { GuardRecord } from './guard.ts'
import { loggedStep, onlyLogged } from './logged-step.ts'
import type { NodeView } from './node-view.ts'
import { evaluatorNamed, type Parts, proposerNamed } from './parts.ts'
import type { Candidate, Proposed } from './proposer.ts'
import { stepper } from './step.ts'
import type { Tree } from './tree.ts'
import type { Ask, Status, Trial } from './trial.ts'
import type { TrialContext } from './trial-context.ts'
import { askOf, evaluatorsOf, nodesOf } from './work.ts'

/** A trial's end as data, and the steps behind its growth, one for each growth that has one, in order. */
export interface Executed<State> {
  readonly end: Omit<TrialEnd, 'usage'>
  readonly steps: readonly Step<State>[]
}

/** A node, in the tree or in the making, and what it is called in the log. */
interface Place<State, Action> {
  readonly ref: NodeRef
  readonly view: NodeView<State, Action>
}

/** The end of a trial that brought nothing. */
export function emptyEnd(trial: Trial, status: Status, verdicts?: readonly GuardRecord[]): Omit<TrialEnd, 'usage'> {
  const end = { type: 'trial-end', trial, status, growth: [], evaluated: [], evaluations: [], node: nodesOf(trial)[0]! } as const
  return verdicts ? { ...end, verdicts } : end
}

/** Carries out a trial. Errors become statuses; only fatal ones are thrown. */
export async function execute<State, Action, Task, Answer>(
  trial: Trial,
  tree: Tree<State, Action>,
  parts: Parts<State, Action, Task, Answer>,
  context: TrialContext,
): Promise<Executed<State>> {
  const { environment } = parts
  const verdicts: GuardRecord[] | undefined = parts.guard && []
  const carryOut = stepper(parts, context, verdicts)
  const ask = askOf(trial)
  const growth: Growth[] = []
  const steps: Step<State>[] = []
  const evaluated: NodeRef[] = []
  const evaluations: Evaluation[] = []
  const places = nodesOf(trial).map((node): Place<State, Action> => ({ ref: node, view: tree.view(node) }))
  const start = places[0]!
  let node = start.ref
  let made = 0

  try {
    await run()
    return { end: Object.assign(emptyEnd(trial, 'ok', verdicts), { growth, evaluated, evaluations, node }), steps }
  } catch (thrown) {
    const error = errorRecord(thrown)
    const status = context.signal.aborted ? 'cancelled' : (statusOf[error.code] ?? 'failed')
    if (status === 'failed' && BanyanError.isInstance(thrown) && thrown.fatal) throw thrown
    const end = { ...emptyEnd(trial, status, verdicts), error }
    return status === 'failed' || status === 'starved'
      ? { end: { ...end, growth, evaluated, evaluations, node }, steps }
      : { end, steps: [] }
  }

  function run(): Promise<void> {
    switch (trial.kind) {
      case 'visit':
        return visit(trial.node, trial.candidate)
      case 'expand':
        return expand(trial.step)
      case 'combine':
        return expand(true)
      case 'rollout':
        return rollout(trial.steps, trial.keep)
      case 'evaluate':
        return evaluate(places)
      case 'revise':
        return revise(trial.node, trial.feedback)
      case 'commit':
        return commit(trial.node)
    }
  }

  async function visit(parent: NodeId, index: number): Promise<void> {
    let { view } = start
    if (index >= 0) {
      const slot = tree.blockStart[parent]! + index
      const action = tree.actions(parent)[index] as Action
      const step = await carryOut(view, action)
      node = grow(parent, index, step)
      view = new DraftNode(view, action, step, tree.scores?.[slot], tree.tokenCounts?.[slot])
    }
    await evaluate([{ ref: node, view }])
    if (ask !== undefined && !view.terminal && !evaluations.some(({ certain }) => certain)) await propose({ ref: node, view }, ask)
  }

  async function expand(step: boolean): Promise<void> {
    const children: Place<State, Action>[] = []
    let denied: unknown
    for (const [index, candidate] of (await propose(start, ask!)).entries()) {
      if (!step) return
      try {
        const stepped = await carryOut(start.view, candidate.action)
        children.push({ ref: grow(start.ref, index, stepped, true), view: draft(start.view, candidate, stepped) })
      } catch (error) {
        // A denied candidate does not take its siblings with it.
        if (statusOf[errorRecord(error).code] !== 'denied') throw error
        denied ??= error
      }
    }
    if (denied && children.length === 0) throw denied
    await evaluate(children)
  }

  async function rollout(length: number, keep: boolean): Promise<void> {
    let { view } = start
    for (let taken = 0; taken < length && !view.terminal; taken++) {
      const candidate = ask === undefined ? randomCandidate(view) : (await proposed({ node: view }, ask)).candidates[0]
      if (candidate === undefined) break
      const step = await carryOut(view, candidate.action)
      if (keep) {
        growth.push({ grow: 'candidates', at: node, candidates: [logged(candidate)] })
        node = grow(node, 0, step, true)
      }
      view = draft(view, candidate, step)
    }
    await evaluate([{ ref: node, view }])
  }

  async function revise(revised: NodeId, feedback: string): Promise<void> {
    const { view } = start
    if (view.parent === undefined) {
      throw fatalError('E_SEARCHER_TRIAL', 'the root has no action to revise')
    }
    const [candidate] = (await proposed({ node: view, feedback }, ask!)).candidates
    if (candidate === undefined) return
    const step = await carryOut(view.parent, candidate.action)
    growth.push({ grow: 'revision', at: revised, candidate: logged(candidate), step: noted(step) })
    await evaluate([{ ref: revised, view: draft(view.parent, candidate, step) }])
  }

  async function commit(to: NodeId): Promise<void> {
    const [root, ...path] = tree.path(to).map((id) => tree.view(id))
    let view = root!
    let step: Step<State> = { state: view.state, reward: 0, terminal: view.terminal }
    for (const next of path) {
      step = await carryOut(view, next.action as Action, 'commit')
      view = next
    }
    growth.push({ grow: 'root', from: to, step: noted(step) })
  }

  /** Notes a node that the tree is to grow, and gives its name. */
  function grow(at: NodeRef, index: number, step: Step<State>, fresh?: true): NodeRef {
    growth.push({ grow: 'node', at, index, ...(fresh ? { fresh } : {}), step: noted(step) })
    context.spend({ nodes: 1 })
    return { made: made++ }
  }

  function noted(step: Step<State>): LoggedStep {
    steps.push(step)
    return loggedStep(environment, step, onlyLogged(environment))
  }

  /** Asks for candidates at a place, together with the trial's other nodes, and notes them. */
  async function propose({ ref, view }: Place<State, Action>, ask: Ask): Promise<readonly Candidate<Action>[]> {
    const others = places.length > 1 ? places.slice(1).map((place) => place.view) : undefined
    const { candidates, complete, value } = await proposed({ node: view, others }, ask)
    if (value !== undefined) growth.push({ grow: 'value', at: ref, value })
    if (candidates.length > 0 || complete) {
      growth.push({ grow: 'candidates', at: ref, candidates: candidates.map(logged), ...(complete ? { complete } : {}) })
    }
    return candidates
  }

  async function proposed(
    about: { node: NodeView<State, Action>; others?: readonly NodeView<State, Action>[] | undefined; feedback?: string },
    { by, count }: Ask,
  ): Promise<Proposed<Action>> {
    const proposer = proposerNamed(parts, by)
    const { id } = about.node
    context.spend({ expansions: 1 })
    const request = { ...defined(about), siblings: id < 0 ? [] : tree.actions(id), count }
    const proposing = proposer.propose([request], context)
    const [answer = { candidates: [] }] = proposing instanceof Promise ? await proposing : proposing
    return proposer.lists ? { ...answer, complete: true } : answer
  }

  function randomCandidate(view: NodeView<State, Action>): Candidate<Action> | undefined {
    const actions = environment.actions?.(view.state)
    if (actions === undefined) {
      throw fatalError('E_SEARCHER_TRIAL', 'a rollout without a proposer needs an environment that lists its actions', environment.name)
    }
    return actions.length === 0 ? undefined : { action: actions[context.random.below(actions.length)]! }
  }

  /** Has nodes judged as one group by each of the trial's evaluators. */
  async function evaluate(group: readonly Place<State, Action>[]): Promise<void> {
    const names = evaluatorsOf(trial)
    if (group.length === 0 || names.length === 0) return
    const views = group.map(({ view }) => view)
    const judged: (readonly Evaluation[] | undefined)[] = []
    for (const name of names) {
      const judging = evaluatorNamed(parts, name).evaluate([views], context)
      judged.push((judging instanceof Promise ? await judging : judging)[0])
    }
    group.forEach(({ ref }, index) => {
      evaluated.push(ref)
      names.forEach((name, n) => {
        evaluations.push(checked(judged[n]?.[index], name))
      })
    })
  }
}

/** What becomes of a trial whose work threw an error of this code; others mean `failed`. */
const statusOf: Readonly<Record<string, Status>> = {
  E_BUDGET_STARVED: 'starved',
  E_GUARD_DENIED: 'denied',
  E_LIVE_DIVERGED: 'diverged',
  E_CALL_UNKNOWN: 'unknown',
}

function draft<State, Action>(
  parent: NodeView<State, Action>,
  { action, score, tokens }: Candidate<Action>,
  step: Step<State>,
): NodeView<State, Action> {
  return new DraftNode(parent, action, step, score, tokens?.ids.length)
}

function logged<Action>({ action, prior, score, tokens }: Candidate<Action>): LoggedCandidate {
  const plain = prior === undefined && score === undefined && tokens === undefined
  return plain ? { action: action as Json } : defined({ action: action as Json, prior, score, tokens })
}

function checked(evaluation: Evaluation | undefined, name: string): Evaluation {
  if (evaluation !== undefined && Number.isFinite(evaluation.value)) return evaluation
  throw new BanyanError('E_EVALUATOR_VALUE', `the evaluator ${name} gave no value`, {
    seen: evaluation?.value,
    wanted: 'a finite number for each node',
  })
}
