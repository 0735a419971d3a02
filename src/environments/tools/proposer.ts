// Proposes the next call of a tool, from any chat model. It knows how to ask and to read; the tools themselves it never calls.
import type { Json } from '../../core/common.ts'
import { canonical } from '../../core/digest.ts'
import type { Candidate, Proposer } from '../../core/proposer.ts'
import { allEnded } from '../../evaluators/groups.ts'
import type { Message, Model } from '../../models/model.ts'
import { severalSamples } from '../../models/several-samples.ts'
import { type ToolState, transcript } from '../tools.ts'
import { readToolAction, type ToolAction } from './action.ts'
import type { ReadTool } from './tool.ts'

export interface ToolCallsOptions {
  readonly model: Model
  /** The tools of the environment: `environment.known`. */
  readonly tools: ReadonlyMap<string, ReadTool>
  /** Default `model`. */
  readonly name?: string
  /** Most tokens of one call. Default 256. */
  readonly maxTokens?: number
  /** Default 0.8. */
  readonly temperature?: number
}

/**
 * Samples next steps. Equal ones are joined, their share of the samples is the prior; what was proposed before is dropped, unless a single
 * sample is asked for. A reply without text proposes nothing.
 *
 * @example
 * const environment = tools({ tools: { weather } })
 * const proposer = toolCalls({ model, tools: environment.known })
 */
export function toolCalls(options: ToolCallsOptions): Proposer<ToolState, ToolAction> {
  const { model, tools, maxTokens = 256, temperature = 0.8 } = options
  const free = model.price !== undefined && model.price.input === 0 && model.price.output === 0
  let described: Promise<string> | undefined
  return {
    name: options.name ?? 'model',
    settings: { model: model.name, maxTokens, temperature },
    reproducible: model.reproducible,
    async propose(requests, context) {
      described ??= instructions(tools)
      const system = await described
      return allEnded(
        requests.map(async ({ node, siblings, count, feedback }) => {
          const state = feedback !== undefined && node.parent !== undefined ? node.parent.state : node.state
          const messages = chat(state, system, feedback)
          const samples = await severalSamples(model, { messages, maxTokens, temperature }, count, context)
          const known = new Set(count === 1 ? [] : siblings.map((action) => canonical(action as unknown as Json)))
          return {
            candidates: joined(
              samples.map(({ text }) => readToolAction(text)),
              known,
            ),
          }
        }),
      )
    },
    ...(free ? { atMost: (count: number) => ({ calls: model.capabilities.count ? 1 : count, tokens: count * maxTokens }) } : {}),
  }
}

function joined(actions: readonly (ToolAction | undefined)[], known: ReadonlySet<string>): Candidate<ToolAction>[] {
  const groups = new Map<string, { readonly action: ToolAction; times: number }>()
  for (const action of actions) {
    if (action === undefined) continue
    const key = canonical(action as unknown as Json)
    const group = groups.get(key)
    if (group !== undefined) group.times++
    else if (!known.has(key)) groups.set(key, { action, times: 1 })
  }
  const total = [...groups.values()].reduce((sum, { times }) => sum + times, 0)
  return [...groups.values()].map(({ action, times }) => ({ action, prior: times / total }))
}

function chat(state: ToolState, instructions: string, feedback: string | undefined): Message[] {
  const notes = feedback === undefined ? [] : [`What was said of your last step: ${feedback}\nTake a better one.`]
  return [
    { role: 'system', content: [state.system, instructions].filter((part) => part !== '').join('\n\n') },
    { role: 'user', content: [transcript(state), ...notes, 'What is the next step? Answer with one JSON object.'].join('\n\n') },
  ]
}

async function instructions(tools: ReadonlyMap<string, ReadTool>): Promise<string> {
  const lines = await Promise.all(
    [...tools.values()].map(async (tool) => {
      const later = tool.effect === 'none' ? '' : ' (planned now, carried out at the end)'
      return `- ${tool.name}${later}: ${tool.description}\n  input: ${JSON.stringify(await tool.parameters())}`
    }),
  )
  return [
    'You reach a goal with tools, one step at a time. The tools, with the JSON schemas of their inputs:',
    ...lines,
    'Each step is one JSON object and nothing else: {"tool": "<name>", "input": {…}} calls a tool; {"finish": "<what was reached>"} ends it.',
  ].join('\n')
}
