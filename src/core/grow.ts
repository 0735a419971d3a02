// Applies a trial's end to the tree. A live run and a run read from its log grow through here alike.
import type { Awaitable, NodeId } from './common.ts'
import { canonical } from './digest.ts'
import type { Environment, Step, StepContext } from './environment.ts'
import { runDiverged } from './errors.ts'
import type { Evaluator } from './evaluator.ts'
import type { Growth, LoggedStep, NodeRef, TrialEnd } from './events.ts'
import { appearance, restoredStep } from './logged-step.ts'
import type { Candidate } from './proposer.ts'
import { pureContext } from './pure-context.ts'
import { failed, type Tree, untried } from './tree.ts'
import type { Outcome } from './trial.ts'
import { evaluatorsOf, slotOf } from './work.ts'

/**
 * Grows the tree by what a trial brought. A promise only where a state is computed again and its environment answers with one.
 * @param steps the steps behind the growth where the trial was just carried out; without them states are decoded or computed again.
 * @throws `E_RUN_DIVERGED` when a step that is computed again differs from the log.
 */
export function grow<State, Action>(
  tree: Tree<State, Action>,
  environment: Environment<State, Action, never, unknown>,
  evaluators: Readonly<Record<string, Evaluator<State, Action>>>,
  end: TrialEnd,
  steps: readonly Step<State>[] = [],
): Awaitable<Outcome> {
  const { trial, status, growth, evaluations, usage, error } = end
  const nodes: NodeId[] = []
  const resolve = (ref: NodeRef): NodeId => (typeof ref === 'number' ? ref : nodes[ref.made]!)
  let used = 0
  let offered = 0
  let offeredFrom = 0
  let proposedValue = Number.NaN
  releaseCandidate(tree as Tree, end)
  const growing = growFrom(0)
  return growing === undefined ? outcome() : growing.then(outcome)

  /** Goes through the growth from there on; a promise from the first step on that is not there at once. */
  function growFrom(first: number): Promise<void> | undefined {
    for (let at = first; at < growth.length; at++) {
      const one = growth[at]!
      const step = 'step' in one ? stepOf(one) : undefined
      if (step instanceof Promise) {
        return step.then((step) => {
          apply(one, step)
          return growFrom(at + 1)
        })
      }
      apply(one, step)
    }
    return undefined
  }

  function stepOf(one: Extract<Growth, { step: LoggedStep }>): Awaitable<Step<State>> {
    const known = steps[used++]
    if (known !== undefined) return known
    if (one.grow === 'root') return restoredStep(environment, one.step, () => tree.state(one.from))
    const parent = one.grow === 'node' ? resolve(one.at) : tree.parent[one.at]!
    const action = one.grow === 'node' ? tree.actions(parent)[placeOf(one)] : one.candidate.action
    return restoredStep(environment, one.step, () => stateAgain(environment, tree.state(parent), action as Action, one.step))
  }

  /** @param step of the growths that have one. */
  function apply(one: Growth, step: Step<State> | undefined): void {
    switch (one.grow) {
      case 'candidates': {
        const at = resolve(one.at)
        offeredFrom = tree.blockSize[at]!
        tree.offer(at, one.candidates as unknown as readonly Candidate<Action>[])
        if (one.complete) tree.setComplete(at)
        if (at === resolve(end.node)) offered += one.candidates.length
        break
      }
      case 'value':
        proposedValue = one.value
        break
      case 'node':
        nodes.push(tree.addChild(resolve(one.at), placeOf(one), step!, environment.key?.(step!.state), environment.turn?.(step!.state)))
        break
      case 'revision':
        tree.revise(one.at, one.candidate as unknown as Candidate<Action>, step!, environment.key?.(step!.state))
        break
      case 'root': {
        const expected = tree.state(one.from)
        const asExpected = step!.state === expected || appearance(environment, step!.state) === appearance(environment, expected)
        tree.reroot(one.from, asExpected ? undefined : step, environment.key?.(step!.state))
      }
    }
  }

  /** The place of a node's candidate in its parent's block. */
  function placeOf({ fresh, index }: Extract<Growth, { grow: 'node' }>): number {
    return fresh ? offeredFrom + index : index
  }

  function outcome(): Outcome {
    markVerdicts(tree as Tree, evaluators, end, resolve)
    const value = evaluations[0]?.value ?? proposedValue
    return { trial, status, node: resolve(end.node), nodes, offered, evaluations, value, usage, ...(error && { error }) }
  }
}

/** Marks what verifiers are certain of. */
function markVerdicts(
  tree: Tree,
  evaluators: Readonly<Record<string, Evaluator<never, never>>>,
  { trial, evaluated, evaluations }: TrialEnd,
  resolve: (ref: NodeRef) => NodeId,
): void {
  if (trial.kind === 'rollout' && !trial.keep) return
  const names = evaluatorsOf(trial)
  for (const [i, { certain, value }] of evaluations.entries()) {
    const range = evaluators[names[i % names.length]!]?.range
    if (!certain || range === undefined) continue
    tree.mark(resolve(evaluated[Math.floor(i / names.length)]!), value >= range[1] ? 'solved' : value <= range[0] ? 'dead' : 'certain')
  }
}

/** A visited candidate that got no node may be tried again after starving or cancelling, and not after failing or being denied. */
function releaseCandidate(tree: Tree, { trial, status }: TrialEnd): void {
  const slot = slotOf(tree, trial)
  if (trial.kind !== 'visit' || slot < 0 || trial.candidate >= tree.blockSize[trial.node]! || tree.childOf[slot]! >= 0) return
  tree.childOf[slot] = status === 'starved' || status === 'cancelled' || status === 'stale' ? untried : failed
}

/** Computes a state again. Only exact environments come here: others have their states in the log. */
function stateAgain<State, Action>(
  environment: Environment<State, Action, never, unknown>,
  state: State,
  action: Action,
  logged: LoggedStep,
): Awaitable<State> {
  replaying ??= pureContext('replay')
  const step = environment.step(state, action, replaying)
  return step instanceof Promise ? step.then((step) => checked(step, environment.name, logged)) : checked(step, environment.name, logged)
}

/** Made once: a pure environment leaves no traces in it. */
let replaying: StepContext | undefined

function checked<State>(step: Step<State>, name: string, logged: LoggedStep): State {
  if (step.reward === logged.reward && step.terminal === logged.terminal) return step.state
  throw runDiverged(
    `the environment ${name} steps otherwise than when the run was recorded`,
    { reward: step.reward, terminal: step.terminal },
    canonical({ reward: logged.reward, terminal: logged.terminal }),
  )
}
