// Imagination: how a plan would go on. A chat model is asked for the calls that are still to come, all at once.
import type { CallContext } from '../../core/call.ts'
import type { Amounts, Json, Reproducible } from '../../core/common.ts'
import type { NodeView } from '../../core/node-view.ts'
import { jsonValues } from '../../environments/reasoning/objects.ts'
import type { ToolAction } from '../../environments/tools/action.ts'
import type { ReadTool } from '../../environments/tools/tool.ts'
import { type ToolState, transcript } from '../../environments/tools.ts'
import { generate, type Message, type Model } from '../../models/model.ts'
import { mayBeLost } from '../../models/several-samples.ts'

/** Says how many calls would follow. */
export interface Imagination<State, Action> {
  readonly name: string
  readonly settings?: Json
  readonly reproducible?: Reproducible
  /** For each node the number of calls that are still to come, the end not counted; undefined where it is not known. */
  rest(nodes: readonly NodeView<State, Action>[], context: CallContext): Promise<readonly (number | undefined)[]>
  /** The most that imagining for `count` nodes can draw. */
  atMost?(count: number): Amounts
}

const maxTokens = 192
/** No plan is taken to be longer. */
const mostCalls = 50

/**
 * Asks a chat model for the rest of each plan, one question a node. Answers that cannot be read, or never came, are not known.
 */
export function imaginedCalls(model: Model, tools: ReadonlyMap<string, ReadTool>): Imagination<ToolState, ToolAction> {
  const names = [...tools.values()].map(({ name, description }) => `- ${name}: ${description}`).join('\n')
  return {
    name: 'imagined-calls',
    settings: { model: model.name, maxTokens },
    reproducible: model.reproducible,
    async rest(nodes, context) {
      // All have ended before the first error is thrown.
      const ended = await Promise.allSettled(
        nodes.map(({ state }) => generate(model, { messages: question(state, names), maxTokens, temperature: 0, count: 1 }, context)),
      )
      return ended.map((one) => {
        if (one.status === 'fulfilled') return readRest(one.value[0]?.text ?? '')
        if (mayBeLost(one.reason)) return undefined
        throw one.reason
      })
    },
  }
}

function question(state: ToolState, names: string): Message[] {
  return [
    { role: 'system', content: `You foresee how a goal is reached with these tools:\n${names}` },
    {
      role: 'user',
      content: `${transcript(state)}\n\nWhich calls are still to be made until the goal is reached? Answer with one JSON array of the tools' names, in order, and nothing else; [] when nothing is left to do.`,
    },
  ]
}

/**
 * The length of the first array in a text. What else stands in it does not matter.
 * @returns undefined for a text without an array.
 */
export function readRest(text: string): number | undefined {
  for (const value of jsonValues(text)) if (Array.isArray(value)) return Math.min(mostCalls, value.length)
  return undefined
}
