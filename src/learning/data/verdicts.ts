// Which ends of a run are right: by the reference answer where one was given, else by what the run's verifiers were certain of.
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import type { ReadRun } from './read-runs.ts'
import { askedLater } from './run-texts.ts'
import type { RunNode } from './run-tree.ts'

/** The verdict on an end. */
export interface Verdict {
  readonly right: boolean
  /** In [0, 1]. */
  readonly value: number
  /** It was found with the reference answer. */
  readonly oracle: boolean
}

/** Verdicts of a run, by node; nodes that are no end, or of which nobody is certain, are not in it. In the order of ids. */
export type Verdicts = ReadonlyMap<RunNode, Verdict>

/**
 * Whether a node ends a trace: nothing follows, or a verifier is certain of it.
 */
function isEnd(node: RunNode): boolean {
  return node.terminal || (node.verdict !== undefined && node.children.length === 0)
}

/**
 * Verdicts on all ends. With a reference, finished answers are graded by it, and unfinished dead ends are wrong as the verifier said.
 * @throws BanyanError E_DATASET_OPTION when the grading function throws, or nobody knows the answers that it would grade.
 */
export async function verdictsOf(run: ReadRun): Promise<Verdicts> {
  wantAnswers(run)
  const verdicts = new Map<RunNode, Verdict>()
  for (const node of run.tree.nodes) {
    if (!isEnd(node)) continue
    const verdict = await verdictOf(run, node)
    if (verdict !== undefined) verdicts.set(node, verdict)
  }
  return verdicts
}

/** Of an unknown environment last steps are graded, which is right where they are the answers: the recorded one shows whether they are. */
function wantAnswers({ reference, texts, tree }: ReadRun): void {
  if (reference === undefined || texts.tellsAnswers || tree.answer === undefined) return
  const best = tree.nodes.find(({ id }) => id === tree.best)
  if (best === undefined || best.parent === undefined || texts.step(best) === texts.shown(tree.answer)) return
  throw new BanyanError(
    'E_DATASET_OPTION',
    'answers cannot be graded: the environment of the run is not known, and its last steps are not its answers',
    {
      seen: `the environment ${tree.header.fingerprint.environment}, whose best path ends with ${JSON.stringify(texts.step(best))} and answers ${texts.shown(tree.answer)}`,
      wanted: 'the environment, which tells the answers of all paths',
      hint: 'Give it to the builder: `stepValues(store, { references, environment })`.',
    },
  )
}

async function verdictOf(run: ReadRun, node: RunNode): Promise<Verdict | undefined> {
  const { reference, range } = run
  if (reference !== undefined && node.terminal) {
    const answer = await answerOf(run, node)
    return { ...judged(await askedLater('grade', () => reference.grade(answer))), oracle: true }
  }
  if (node.verdict === undefined) return undefined
  return { ...judged(shareOf(node.verdict, range)), oracle: run.oracle }
}

/** The answer of a node: its environment's; where that is not known, what was recorded with the run's best node, else its last step. */
export async function answerOf({ tree, texts }: ReadRun, node: RunNode): Promise<Json | undefined> {
  if (texts.tellsAnswers) return await texts.answer(node)
  if (node.id === tree.best && tree.answer !== undefined) return tree.answer
  return node.parent === undefined ? undefined : texts.step(node)
}

/** A value as its place in a range: 0 the lowest, 1 the highest. */
export function shareOf(value: number, [lowest, highest]: readonly [number, number]): number {
  return Math.min(1, Math.max(0, (value - lowest) / (highest - lowest)))
}

function judged(grade: boolean | number): { readonly right: boolean; readonly value: number } {
  const value = Number(grade)
  return { right: value >= 1, value: Math.min(1, Math.max(0, value)) }
}
