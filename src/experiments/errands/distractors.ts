// What somebody does who errs at a step: a wrong argument, a wrong tool, a step too early, the end too early. All of them could be right elsewhere.
import type { Json } from '../../core/common.ts'
import { canonical } from '../../core/digest.ts'
import type { Random } from '../../core/random.ts'
import type { ErrandCall } from '../../environments/errands/families.ts'
import type { ToolAction } from '../../environments/tools/action.ts'
import type { ToolState } from '../../environments/tools.ts'

export interface Mistaken {
  readonly state: ToolState
  /** The right call; undefined where the end is right. */
  readonly right: ErrandCall | undefined
  /** The one after it. */
  readonly next: ErrandCall | undefined
  /** Calls of this world from which wrong tools and arguments are taken. */
  readonly others: readonly ErrandCall[]
  /** The same for the same step, so that a policy errs there in the same way on every path. */
  readonly random: Random
}

/** Four wrong actions, the most tempting first; fewer where there are no more. None of them is the right one. */
export function distractors({ state, right, next, others, random }: Mistaken): ToolAction[] {
  const tool = wrongTool(right, others, random)
  if (right === undefined) return [act(tool), act(wrongArgument(tool, state, others, random)), act(wrongTool(tool, others, random))]
  const wrong = random.shuffled<ToolAction>([
    act(wrongArgument(right, state, others, random)),
    act(tool),
    next === undefined ? { kind: 'finish', answer: 'done' } : act(next),
    act(wrongArgument(right, state, others, random)),
  ])
  const rightKey = canonical(act(right) as unknown as Json)
  return [...wrong.filter((action) => canonical(action as unknown as Json) !== rightKey), ...(next === undefined ? [] : [done])]
}

const done: ToolAction = { kind: 'finish', answer: 'done' }

/** One argument is another: another row of the result where the right one was found, or what another task has there. */
function wrongArgument({ tool, input }: ErrandCall, state: ToolState, others: readonly ErrandCall[], random: Random): ErrandCall {
  const names = Object.keys(input)
  if (names.length === 0) return { tool, input }
  const name = names[random.below(names.length)]!
  const value = input[name]!
  const rows = random.below(4) < 3 ? otherRows(value, state) : []
  const elsewhere = others.flatMap((call) => (Object.hasOwn(call.input, name) && call.input[name] !== value ? [call.input[name]!] : []))
  const choices = rows.length > 0 ? rows : elsewhere
  return choices.length === 0 ? { tool, input } : { tool, input: { ...input, [name]: choices[random.below(choices.length)]! } }
}

/** Values that stand in other rows of a result in the same column. */
function otherRows(value: Json, { steps }: ToolState): Json[] {
  for (const step of steps.toReversed()) {
    if (!('result' in step) || !Array.isArray(step.result)) continue
    const rows = step.result.filter((row): row is Record<string, Json> => typeof row === 'object' && row !== null && !Array.isArray(row))
    const column = rows.flatMap((row) => Object.keys(row).filter((key) => row[key] === value))[0]
    if (column === undefined) continue
    const found = rows.map((row) => row[column]!).filter((one) => one !== undefined && one !== value)
    if (found.length > 0) return found
  }
  return []
}

/** Another tool, with this call's arguments where it has the same ones. */
function wrongTool(right: ErrandCall | undefined, others: readonly ErrandCall[], random: Random): ErrandCall {
  const choices = others.filter(({ tool }) => tool !== right?.tool)
  const { tool, input } = choices[random.below(choices.length)]!
  const mine = Object.fromEntries(
    Object.keys(input).flatMap((name) => (right !== undefined && Object.hasOwn(right.input, name) ? [[name, right.input[name]!]] : [])),
  )
  return { tool, input: { ...input, ...mine } }
}

function act({ tool, input }: ErrandCall): ToolAction {
  return { kind: 'call', tool, input: input as Json }
}
