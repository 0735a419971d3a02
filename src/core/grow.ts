// Applies a trial's end to the tree. A live run and a run read from its log grow through here alike.
import type { NodeId } from './common.ts'
import { canonical } from './digest.ts'
import type { Environment, Step } from './environment.ts'
import { BanyanError } from './errors.ts'
import type { Evaluator } from './evaluator.ts'
import type { LoggedStep, NodeRef, TrialEnd } from './events.ts'
import { appearance, restoredStep } from './logged-step.ts'
import type { Candidate } from './proposer.ts'
import { pureContext } from './pure-context.ts'
import { failed, type Tree, untried } from './tree.ts'
import type { Outcome } from './trial.ts'
import { evaluatorsOf, slotOf } from './work.ts'

/**
 * Grows the tree by what a trial brought.
 * @param steps the steps behind the growth where the trial was just carried out; without them states are decoded or computed again.
 * @throws `E_RUN_DIVERGED` when a step that is computed again differs from the log.
 */
export async function grow<State, Action>(
  tree: Tree<State, Action>,
  environment: Environment<State, Action, never, unknown>,
  evaluators: Readonly<Record<string, Evaluator<State, Action>>>,
  end: TrialEnd,
  steps: readonly Step<State>[] = [],
): Promise<Outcome> {
  const { trial, status, evaluations, usage, error } = end
  const nodes: NodeId[] = []
  const resolve = (ref: NodeRef): NodeId => (typeof ref === 'number' ? ref : nodes[ref.made]!)
  let used = 0
  let offered = 0
  let offeredFrom = 0
  let proposedValue = Number.NaN
  const stepped = async (parent: NodeId, action: Action, step: LoggedStep): Promise<Step<State>> =>
    steps[used++] ?? restoredStep(environment, step, () => stateAgain(environment, tree.state(parent), action, step))
  releaseCandidate(tree as Tree, end)
  for (const growth of end.growth) {
    switch (growth.grow) {
      case 'candidates': {
        const at = resolve(growth.at)
        offeredFrom = tree.blockSize[at]!
        tree.offer(at, growth.candidates as unknown as readonly Candidate<Action>[])
        if (growth.complete) tree.setComplete(at)
        if (at === resolve(end.node)) offered += growth.candidates.length
        break
      }
      case 'value':
        proposedValue = growth.value
        break
      case 'node': {
        const parent = resolve(growth.at)
        const index = growth.fresh ? offeredFrom + growth.index : growth.index
        const step = await stepped(parent, tree.actions(parent)[index] as Action, growth.step)
        nodes.push(tree.addChild(parent, index, step, environment.key?.(step.state), environment.turn?.(step.state)))
        break
      }
      case 'revision': {
        const candidate = growth.candidate as unknown as Candidate<Action>
        const step = await stepped(tree.parent[growth.at]!, candidate.action, growth.step)
        tree.revise(growth.at, candidate, step, environment.key?.(step.state))
        break
      }
      case 'root': {
        const expected = tree.state(growth.from)
        const step = steps[used++] ?? (await restoredStep(environment, growth.step, () => expected))
        const asExpected = step.state === expected || appearance(environment, step.state) === appearance(environment, expected)
        tree.reroot(growth.from, asExpected ? undefined : step, environment.key?.(step.state))
      }
    }
  }
  markVerdicts(tree as Tree, evaluators, end, resolve)
  const value = evaluations[0]?.value ?? proposedValue
  return { trial, status, node: resolve(end.node), nodes, offered, evaluations, value, usage, ...(error && { error }) }
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
async function stateAgain<State, Action>(
  environment: Environment<State, Action, never, unknown>,
  state: State,
  action: Action,
  logged: LoggedStep,
): Promise<State> {
  const step = await environment.step(state, action, pureContext('replay'))
  if (step.reward !== logged.reward || step.terminal !== logged.terminal) {
    throw new BanyanError('E_RUN_DIVERGED', `the environment ${environment.name} steps otherwise than when the run was recorded`, {
      seen: { reward: step.reward, terminal: step.terminal },
      wanted: canonical({ reward: logged.reward, terminal: logged.terminal }),
      fatal: true,
    })
  }
  return step.state
}
