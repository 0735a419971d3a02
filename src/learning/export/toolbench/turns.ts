// Steps of agents as ToolBench sees them: a thought, a call of a function, what came back. Steps are texts; calls are found in them.
import type { Json } from '../../../core/common.ts'
import type { PreferenceNode } from '../../data/rows.ts'

/** A call as a model writes it: the input is a text, JSON as a rule. */
export interface Call {
  readonly name: string
  readonly input: string
}

/** One step: a thought, a call, or both. */
export interface Turn {
  readonly thought?: string
  readonly call?: Call
  readonly observation?: string
}

/** The function by which ToolBench's agents end; its input tells how. */
function finishCall(answer: string): Call {
  return { name: 'Finish', input: JSON.stringify({ return_type: 'give_answer', final_answer: answer }) }
}

/**
 * The step of a node. Calls are found in JSON (`{"tool": …, "input": …}`, `{"name": …, "arguments": …}`, `{"finish": …}`, with the
 * environment's own `kind` beside or without) and in texts of the form Thought, Action, Action Input. Any other text is a thought.
 *
 * @param finishes the step ends the task: where it is no call, a call of `Finish` with its text comes behind the thought.
 */
export function turnOf({ text, observation }: Pick<PreferenceNode, 'text' | 'observation'>, finishes: boolean): Turn {
  const seen = observation === undefined || observation === '' ? {} : { observation }
  const call = callInJson(text)
  if (call !== undefined) return { call, ...seen }
  const spoken = /^(?:\s*Thought:(?<thought>.*?))?\s*Action:(?<name>[^\n]*)\s*Action Input:(?<input>.*)$/s.exec(text)?.groups
  if (spoken !== undefined) {
    const thought = (spoken.thought ?? '').trim()
    return { ...(thought === '' ? {} : { thought }), call: { name: spoken.name!.trim(), input: spoken.input!.trim() }, ...seen }
  }
  return { thought: text, ...(finishes ? { call: finishCall(text) } : {}), ...seen }
}

/** What a step's call says at the end: ToolBench's final answer; undefined where it does not end with one. */
export function finalAnswer({ call }: Turn): string | undefined {
  return call?.name === 'Finish' ? call.input : undefined
}

function callInJson(text: string): Call | undefined {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const fields = value as { readonly [name: string]: Json }
  const answer = fields.finish ?? (fields.kind === 'finish' ? fields.answer : undefined)
  if (answer !== undefined) return finishCall(plain(answer))
  const name = fields.tool ?? fields.name
  if (typeof name !== 'string' || name === '') return undefined
  return { name, input: plain(fields.input ?? fields.arguments ?? {}) }
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
