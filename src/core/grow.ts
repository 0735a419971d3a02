// Applies a trial's end to the tree. A live run and a run read from its log grow through here alike.
import type { Json, NodeId } from './common.ts'
import { canonical } from './digest.ts'
import type { Environment, Step, StepContext } from './environment.ts'
import { BanyanError } from './errors.ts'
import type { Evaluator } from './evaluator.ts'
import type { LoggedStep, NodeRef, TrialEnd } from './events.ts'
import { restoreStep } from './execute.ts'
import type { Candidate } from './proposer.ts'
import { Random } from './random.ts'
import { failed, type Tree, untried } from './tree.ts'
import type { Outcome, Trial } from './trial.ts'

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
  steps: readonly Step<State>[] | undefined,
): Promise<Outcome> {
  const nodes: NodeId[] = []
  const resolve = (ref: NodeRef): NodeId => (typeof ref === 'number' ? ref : nodes[ref.made]!)
  const node = (): NodeId => resolve(end.node)
  let used = 0
  let offered = 0
  let offeredFrom = 0
  let proposedValue = Number.NaN
  releaseCandidate(tree, end)
  for (const growth of end.growth) {
    if (growth.grow === 'candidates') {
      const at = resolve(growth.at)
      offeredFrom = tree.blockSize[at]!
      tree.offer(at, growth.candidates as unknown as readonly Candidate<Action>[])
      if (growth.complete === true) tree.setComplete(at)
      if (at === node()) offered += growth.candidates.length
    } else if (growth.grow === 'value') proposedValue = growth.value
    else if (growth.grow === 'node') {
      const parent = resolve(growth.at)
      const index = growth.fresh === true ? offeredFrom + growth.index : growth.index
      const step = steps?.[used++] ?? (await stepAgain(tree, environment, parent, tree.actions(parent)[index] as Action, growth.step))
      nodes.push(tree.addChild(parent, index, step, environment.key?.(step.state), environment.turn?.(step.state)))
    } else if (growth.grow === 'revision') {
      const candidate = growth.candidate as unknown as Candidate<Action>
      const step = steps?.[used++] ?? (await stepAgain(tree, environment, tree.parent[growth.at]!, candidate.action, growth.step))
      tree.revise(growth.at, candidate, step, environment.key?.(step.state))
    } else {
      const expected = tree.state(growth.from)
      const step = steps?.[used++] ?? (await restoreStep(environment, growth.step, async () => expected))
      tree.reroot(growth.from, sameState(environment, step.state, expected) ? undefined : step, environment.key?.(step.state))
    }
  }
  markVerdicts(tree, evaluators, end, resolve)
  return {
    trial: end.trial,
    status: end.status,
    node: node(),
    nodes,
    offered,
    evaluations: end.evaluations,
    value: end.evaluations[0]?.value ?? proposedValue,
    usage: end.usage,
    ...(end.error === undefined ? {} : { error: end.error }),
  }
}

/** Marks what verifiers are certain of. */
export function markVerdict(tree: Tree, node: NodeId, range: readonly [number, number], value: number): void {
  tree.mark(node, value >= range[1] ? 'solved' : value <= range[0] ? 'dead' : 'certain')
}

/** Which evaluators a trial asked for. */
export function evaluatorNames(trial: Trial): readonly string[] {
  if (trial.kind === 'evaluate') return [trial.by]
  return trial.kind === 'commit' ? [] : (trial.evaluate ?? [])
}

function markVerdicts<State, Action>(
  tree: Tree<State, Action>,
  evaluators: Readonly<Record<string, Evaluator<State, Action>>>,
  end: TrialEnd,
  resolve: (ref: NodeRef) => NodeId,
): void {
  const names = evaluatorNames(end.trial)
  if (end.trial.kind === 'rollout' && !end.trial.keep) return
  for (const [i, evaluation] of end.evaluations.entries()) {
    const ref = end.evaluated[Math.floor(i / names.length)]
    const range = evaluators[names[i % names.length]!]?.range
    if (evaluation.certain === true && ref !== undefined && range !== undefined) markVerdict(tree, resolve(ref), range, evaluation.value)
  }
}

/** A visited candidate that got no node may be tried again after starving or cancelling, and not after failing or being denied. */
function releaseCandidate(tree: Tree, end: TrialEnd): void {
  const { trial } = end
  if (trial.kind !== 'visit' || trial.candidate < 0 || trial.candidate >= tree.blockSize[trial.node]!) return
  const again = end.status === 'starved' || end.status === 'cancelled' || end.status === 'stale'
  const slot = tree.blockStart[trial.node]! + trial.candidate
  if (tree.childOf[slot]! < 0) tree.childOf[slot] = again ? untried : failed
}

/** Computes a logged step again. Only pure environments come here: others have their states in the log. */
async function stepAgain<State, Action>(
  tree: Tree<State, Action>,
  environment: Environment<State, Action, never, unknown>,
  parent: NodeId,
  action: Action,
  logged: LoggedStep,
): Promise<Step<State>> {
  return restoreStep(environment, logged, async () => {
    const step = await environment.step(tree.state(parent), action, replayContext)
    if (step.reward !== logged.reward || step.terminal !== logged.terminal) {
      throw new BanyanError('E_RUN_DIVERGED', `the environment ${environment.name} steps otherwise than when the run was recorded`, {
        seen: { reward: step.reward, terminal: step.terminal },
        wanted: canonical({ reward: logged.reward, terminal: logged.terminal }),
        fatal: true,
      })
    }
    return step.state
  })
}

function sameState<State>(environment: Pick<Environment<State, never>, 'encode' | 'render'>, a: State, b: State): boolean {
  const look = (state: State): Json => environment.encode?.(state) ?? (environment.render(state) as unknown as Json)
  return a === b || canonical(look(a)) === canonical(look(b))
}

/** What a step computed again may use: nothing that leaves the process. */
const replayContext: StepContext = {
  purpose: 'replay',
  random: new Random(0),
  signal: new AbortController().signal,
  run: { runId: '', units: [], remaining: () => 0, spend: () => {}, signal: new AbortController().signal },
  remaining: () => 0,
  spend: () => {},
  call: () => {
    throw new BanyanError('E_ENVIRONMENT_IMPURE', 'a pure environment made a call while its steps were computed again', {
      hint: 'Declare it `reproducible: "recorded"` and give it `encode` and `decode`.',
      fatal: true,
    })
  },
}
