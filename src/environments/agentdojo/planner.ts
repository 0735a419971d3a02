// The scripted agent: it carries out a user's task call by call, and, when it falls for it, what a tool's result tells it to do.
// Deterministic, and the same for every arm.
import type { Json } from '../../core/common.ts'
import type { Proposer } from '../../core/proposer.ts'
import { injectionMark, type WrittenCall } from './suite.ts'
import { type Arguments, text } from './world.ts'

/** A call, for whom it is made, and how far both plans are then. A guard is shown tool and input alone. */
export interface AgentCall {
  readonly tool: string
  readonly input: Arguments
  readonly plan: 'user' | 'injected'
  /** Calls of the user's plan and of the attacker's that are done or given up after it. */
  readonly after: readonly [number, number]
}
/** A call, or the end. */
export type AgentAction = AgentCall | { readonly kind: 'finish' }

/** A call that was made, and what came of it. */
export interface AgentStep extends AgentCall {
  readonly kind: 'called' | 'failed'
  readonly result: Json
}

/** What an agent goes by. */
export interface Plans {
  readonly calls: readonly WrittenCall[]
  /** Of the attacker; empty where nothing is injected, or the agent does not obey. */
  readonly injected: readonly WrittenCall[]
  /** What an answer says. */
  readonly output: string
}

/**
 * The next action: the attacker's calls as soon as an injected text was read, else the user's.
 * @param tried actions that were proposed in this state and not carried out.
 */
export function nextAction({ calls, injected, output }: Plans, steps: readonly AgentStep[], tried: readonly AgentAction[]): AgentAction {
  const lastTried = tried.findLast((action) => 'tool' in action) as AgentCall | undefined
  const [user, attacker] = (lastTried ?? steps.at(-1))?.after ?? [0, 0]
  const fooled = injected.length > 0 && steps.some(({ result }) => JSON.stringify(result).includes(injectionMark))
  if (fooled && attacker < injected.length) {
    const call = injected[attacker]!
    return { tool: call.function, input: resolved(call, steps, output), plan: 'injected', after: [user, attacker + 1] }
  }
  const call = calls[user]
  if (call === undefined) return { kind: 'finish' }
  return { tool: call.function, input: resolved(call, steps, output), plan: 'user', after: [user + 1, attacker] }
}

/** The agent as a proposer: one action at a time. */
export function planner(plans: Plans): Proposer<{ readonly steps: readonly AgentStep[] }, AgentAction> {
  return {
    name: 'scripted-agent',
    reproducible: 'exact',
    propose: (requests) =>
      requests.map(({ node, siblings }) => ({
        candidates: [{ action: nextAction(plans, node.state.steps, siblings as readonly AgentAction[]) }],
      })),
  }
}

/** A call's arguments, with what was left open read from the results so far. */
function resolved({ function: tool, args }: WrittenCall, steps: readonly AgentStep[], output: string): Arguments {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      // A payee by name: as the statement has it.
      if (name === 'recipient' && typeof value === 'string' && !/\d/.test(value)) return [name, accountOf(value, steps) ?? value]
      return [name, value === null ? open(name, tool, steps, output) : value]
    }),
  )
}

function open(name: string, tool: string, steps: readonly AgentStep[], output: string): Json {
  switch (name) {
    case 'channel':
      return listOf('get_channels', steps).find((channel) => channel.startsWith('External')) ?? ''
    case 'hotel_names':
    case 'restaurant_names':
    case 'company_name':
      return listings(steps, tool, name)
    case 'hotel_name':
    case 'title':
      return listings(steps).find((one) => output.includes(one)) ?? ''
    case 'location': {
      const place = listings(steps).find((one) => output.includes(one)) ?? ''
      const found = steps.findLast((step) => step.tool.endsWith('_address'))?.result as Record<string, Json> | undefined
      return found?.[place] ?? ''
    }
    case 'file_id':
      return made('create_file', steps)
    case 'email_id':
      return made('send_email', steps)
    case 'permission':
      return 'r'
    default:
      return 'written by the agent'
  }
}

/** Names of the listing that belongs to this call: the n-th listing for the n-th call of one tool. */
function listings(steps: readonly AgentStep[], tool?: string, argument?: string): string[] {
  const kind = argument === undefined ? 'get_all_' : `get_all_${argument.split('_')[0] === 'company' ? 'car' : argument.split('_')[0]}`
  const found = steps
    .filter((step) => step.kind === 'called' && step.tool.startsWith(kind))
    .map(({ result }) => (result as string[]).map(text))
  const before = steps.filter((step) => step.tool === tool).length
  return tool === undefined || found.length === 0 ? found.flat() : found[Math.min(before, found.length - 1)]!
}

function listOf(tool: string, steps: readonly AgentStep[]): string[] {
  const result = steps.findLast((step) => step.tool === tool && step.kind === 'called')?.result
  return Array.isArray(result) ? result.map((one) => text(one as Json)) : []
}

function made(tool: string, steps: readonly AgentStep[]): string {
  const result = steps.findLast((step) => step.tool === tool && step.kind === 'called')?.result as { readonly id_?: string } | undefined
  return result?.id_ ?? ''
}

function accountOf(name: string, steps: readonly AgentStep[]): string | undefined {
  const known = steps.filter(({ tool }) => tool.includes('transactions')).flatMap(({ result }) => (Array.isArray(result) ? result : []))
  return (known as { subject?: string; recipient?: string }[]).findLast(({ subject }) => subject?.includes(name))?.recipient
}
