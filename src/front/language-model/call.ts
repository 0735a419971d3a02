// Reads what an app of the AI SDK asks of a language model, as far as a search can answer it: text in, text or JSON out.
import type { LanguageModelV4CallOptions, LanguageModelV4Prompt, SharedV4Warning } from '@ai-sdk/provider'
import { z } from 'zod'
import type { Message } from '../../models/model.ts'

/** A call that a search can answer. */
export interface TextCall {
  readonly messages: readonly Message[]
  /** What the answer has to be, where the app wants JSON. */
  readonly schema: z.ZodType | undefined
  readonly maxTokens: number | undefined
  readonly temperature: number | undefined
  readonly topP: number | undefined
  readonly seed: number | undefined
  /** What of the call was left out, in the SDK's own form. */
  readonly warnings: readonly SharedV4Warning[]
}

/** A call that no search can answer, and why. */
export interface OtherCall {
  readonly other: string
}

export function readCall(params: LanguageModelV4CallOptions): TextCall | OtherCall {
  if ((params.tools?.length ?? 0) > 0 && params.toolChoice?.type !== 'none') return { other: 'it offers tools' }
  const messages = readPrompt(params.prompt)
  if ('other' in messages) return messages
  if (messages.at(-1)?.role !== 'user') return { other: 'its last message is not of the user' }
  const { temperature, seed } = params
  const flat = temperature !== undefined && temperature <= 0
  return {
    messages,
    schema: schemaOf(params.responseFormat),
    maxTokens: params.maxOutputTokens,
    temperature: flat ? undefined : temperature,
    topP: params.topP !== undefined && params.topP > 0 && params.topP <= 1 ? params.topP : undefined,
    seed: seed === undefined || !Number.isFinite(seed) ? undefined : Math.abs(Math.trunc(seed)),
    warnings: flat
      ? [{ type: 'unsupported', feature: 'temperature', details: 'at 0 all samples are equal, so the search takes its own temperature' }]
      : [],
  }
}

/** The chat as plain texts; consecutive messages of one role stay apart. */
function readPrompt(prompt: LanguageModelV4Prompt): readonly Message[] | OtherCall {
  const messages: Message[] = []
  for (const message of prompt) {
    if (message.role === 'system') messages.push({ role: 'system', content: message.content })
    else if (message.role === 'tool') return { other: 'its chat has results of tools' }
    else {
      const texts: string[] = []
      for (const part of message.content) {
        if (part.type === 'text') texts.push(part.text)
        else if (part.type !== 'reasoning') return { other: `its chat has a part of the type ${part.type}` }
      }
      messages.push({ role: message.role, content: texts.join('') })
    }
  }
  return messages
}

/** The app's own schema: what it says is checked as far as it can be, and the app checks it again. */
function schemaOf(format: LanguageModelV4CallOptions['responseFormat']): z.ZodType | undefined {
  if (format?.type !== 'json') return undefined
  if (format.schema === undefined) return z.json()
  try {
    return z.fromJSONSchema(format.schema as Parameters<typeof z.fromJSONSchema>[0])
  } catch {
    return z.json()
  }
}
