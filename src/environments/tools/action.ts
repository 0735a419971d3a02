// What a model writes as its next step with tools, read as an action. Pure, never throws; whether such a tool exists is the environment's business.
import type { Json } from '../../core/common.ts'
import { jsonValues } from '../reasoning/objects.ts'

/** A call, the end, or something that is neither: that is a step too, so that the model sees what was wrong with it. */
export type ToolAction =
  | { readonly kind: 'call'; readonly tool: string; readonly input: Json }
  | { readonly kind: 'finish'; readonly answer: string }
  | { readonly kind: 'unreadable'; readonly text: string }

const mostUnreadable = 500

/**
 * Reads `{"tool": …, "input": …}` or `{"finish": …}`, with or without prose around it, and the forms that models of other training use:
 * `name` and `arguments` (a text of JSON too), within `function` or `tool_calls`.
 *
 * @returns undefined for a text without anything in it.
 */
export function readToolAction(text: string): ToolAction | undefined {
  if (text.trim() === '') return undefined
  for (const value of jsonValues(text)) {
    const action = actionOf(value)
    if (action !== undefined) return action
  }
  return { kind: 'unreadable', text: text.trim().slice(0, mostUnreadable).toWellFormed() }
}

function actionOf(value: Json | undefined): ToolAction | undefined {
  if (Array.isArray(value)) return value.length > 0 ? actionOf(value[0]) : undefined
  if (!isObject(value)) return undefined
  if (value.tool_calls !== undefined) return actionOf(value.tool_calls)
  if (isObject(value.function)) return actionOf(value.function)
  const tool = value.tool ?? value.name
  const input = parsed(value.input ?? value.arguments ?? value.args ?? value.parameters ?? {})
  if (typeof tool === 'string' && tool !== '')
    return tool === 'finish'
      ? { kind: 'finish', answer: answerText(isObject(input) ? (input.answer ?? input) : input) }
      : { kind: 'call', tool, input }
  return value.finish === undefined ? undefined : { kind: 'finish', answer: answerText(value.finish) }
}

function answerText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Some models write the arguments as a text of JSON. */
function parsed(input: Json): Json {
  if (typeof input !== 'string') return input
  try {
    return JSON.parse(input) as Json
  } catch {
    return input
  }
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
