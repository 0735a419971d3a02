// First half of a round: search on new tasks, verify, and write the rows. What is written is not done again.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { digest } from '../../core/digest.ts'
import { BanyanError } from '../../core/errors.ts'
import { banyanRows } from '../data/banyan-rows.ts'
import type { RowSource, StepLabelRow, VerifiedRow } from '../data/rows.ts'
import { writeDataset } from '../data/write-dataset.ts'
import { readText } from '../files/read-text.ts'
import { replaceFile } from '../files/replace-file.ts'
import type { Policy, SearchContext, SelfTrainingParts } from './parts.ts'
import { type JudgedTrace, type StepTargets, stepLabels } from './step-labels.ts'

const schema = z.object({
  tasks: z.int(),
  traces: z.int(),
  verified: z.int(),
  solvedTasks: z.int(),
  tokens: z.number(),
  /** SHA-256 of the rows. */
  rows: z.string(),
})

/** What a round's search found. */
export type Collected = z.infer<typeof schema>

/** Files of a round's rows. */
export const verifiedFile = 'verified.jsonl'
export const labelsFile = 'labels.jsonl'

/**
 * Rows of a round: `verified.jsonl` for the proposer, `labels.jsonl` for the evaluator; `collected.json` says that both are whole.
 *
 * @returns undefined when it was aborted; nothing is written then.
 * @throws BanyanError E_SELF_TRAINING_TASK when two tasks have one name, or one is held out; E_SELF_TRAINING_NOTHING when no trace was right.
 */
export async function collect<Task>(
  folder: string,
  parts: SelfTrainingParts<Task>,
  policy: Policy,
  context: SearchContext,
  targets: StepTargets,
): Promise<Collected | undefined> {
  const done = join(folder, 'collected.json')
  if (existsSync(done)) return schema.parse(JSON.parse(readText(done)))
  const tasks = drawn(parts, context.round)
  const { traces, tokens } = await parts.search(policy, tasks, context)
  if (context.signal.aborted) return undefined
  const right: VerifiedRow[] = []
  const judged: JudgedTrace[] = []
  /** Of different traces, by their places among all. */
  const different = new Map<number, Omit<StepLabelRow, 'labels'>>()
  const seen = new Set<string>()
  for (const [at, trace] of traces.entries()) {
    const { prompt, steps, answer } = trace
    const accepted = await parts.verify(trace)
    const source: RowSource = { ...(trace.source ?? { runId: `round-${context.round}`, node: at }), task: parts.idOf(trace.task) }
    judged.push({ task: source.task, steps, right: accepted })
    const name = digest([source.task, ...steps])
    if (seen.has(name)) continue
    seen.add(name)
    different.set(at, { row: 'step-labels', source, prompt, steps, label: targets, answer })
    if (accepted) right.push({ row: 'verified', source, prompt, steps, answer })
  }
  if (right.length === 0)
    throw new BanyanError('E_SELF_TRAINING_NOTHING', `round ${context.round} found no right trace to learn from`, {
      seen: { tasks: tasks.length, traces: traces.length },
      hint: 'Give the search more tokens, or begin with easier tasks or a better net',
    })
  const { heldOut } = parts
  const { sha256 } = await writeDataset(each(right), banyanRows, join(folder, verifiedFile), { heldOut })
  const labels = stepLabels(judged, targets)
  const rows = [...different].flatMap(([at, row]) => (labels[at] === undefined ? [] : [{ ...row, labels: labels[at] }]))
  await writeDataset(each(rows), banyanRows, join(folder, labelsFile), { heldOut })
  const solvedTasks = new Set(right.map(({ source }) => source.task)).size
  const collected = { tasks: tasks.length, traces: traces.length, verified: right.length, solvedTasks, tokens, rows: sha256 }
  replaceFile(done, (write) => write(Buffer.from(`${JSON.stringify(collected)}\n`)))
  return collected
}

function drawn<Task>({ drawTasks, idOf, heldOut }: SelfTrainingParts<Task>, round: number): readonly Task[] {
  const tasks = drawTasks(round)
  const names = tasks.map(idOf)
  const bad = names.find((name, at) => heldOut.has(name) || names.indexOf(name) < at)
  if (bad === undefined) return tasks
  const why = heldOut.has(bad) ? 'a held-out task was drawn' : 'a task was drawn twice'
  throw new BanyanError('E_SELF_TRAINING_TASK', `round ${round}: ${why}`, {
    seen: bad,
    wanted: 'different tasks that nothing is measured on',
  })
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values
}
