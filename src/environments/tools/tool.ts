// A tool: ours, or one of the AI SDK. Its input is checked before it runs, and what it may do to the world is declared; it knows no search.
import { z } from 'zod'
import type { Awaitable, Json } from '../../core/common.ts'
import type { Effect } from '../../core/environment.ts'
import { BanyanError } from '../../core/errors.ts'

/** What a tool is given beside its input; the AI SDK's own fields among it. */
export interface ToolRun {
  readonly toolCallId: string
  readonly abortSignal: AbortSignal
  readonly messages: never[]
  readonly context: Record<string, unknown>
}

/** A tool as users write it. Every tool of the AI SDK with `execute` is one too. */
export interface Tool<Input = never, Output = unknown> {
  /** What it does, for the model. */
  readonly description?: string | ((options: never) => string) | undefined
  /** A zod schema, a standard schema, or what the AI SDK's `jsonSchema()` makes. */
  readonly inputSchema?: unknown
  /** What it does to the world outside. Absent: `irreversible`. */
  readonly effect?: Effect | undefined
  execute?(input: Input, run: ToolRun): Awaitable<Output> | AsyncIterable<Output>
  /** Takes back what `execute` did. With it a reversible tool is tried in the search, and taken back at once. */
  undo?(input: Input, output: Output, run: ToolRun): unknown
}

/**
 * Gives a tool its types: `execute` and `undo` get what the schema makes.
 *
 * @example
 * const weather = tool({ description: 'the weather', inputSchema: z.object({ city: z.string() }), effect: 'none', execute: ({ city }) => look(city) })
 */
export function tool<Schema extends z.ZodType, Output>(
  made: Omit<Tool<z.infer<Schema>, Output>, 'inputSchema'> & { readonly inputSchema: Schema },
): Tool<z.infer<Schema>, Output> {
  return made
}

/** What a tool is given besides its input. */
export function toolRun(toolCallId: string, abortSignal: AbortSignal): ToolRun {
  return { toolCallId, abortSignal, messages: [], context: {} }
}

/** Tools by name. */
export type Tools = Readonly<Record<string, Tool>>
/** Effects by name of the tool; they come before what the tools say themselves. `undo` makes it reversible. */
export type Effects = Readonly<Record<string, Effect | { readonly undo: (input: never, output: never, run: ToolRun) => unknown }>>

/** A tool that was read and checked. */
export interface ReadTool {
  readonly name: string
  readonly description: string
  readonly effect: Effect
  /** It is carried out in the search and taken back at once. */
  readonly rehearsed: boolean
  /** JSON schema of its input. */
  parameters(): Promise<Json>
  /** The input as the tool takes it, or what is wrong with it. */
  check(input: Json): Promise<{ readonly value: unknown } | { readonly problem: string }>
  execute(value: unknown, run: ToolRun): Promise<unknown>
  undo(value: unknown, output: unknown, run: ToolRun): Promise<void>
}

/**
 * Reads tools.
 * @throws `E_TOOL_CONTRACT` for a name that no model can write, a tool that cannot be executed, or an effect that is none.
 */
export function readTools(tools: Tools, effects: Effects = {}): ReadonlyMap<string, ReadTool> {
  for (const name of Object.keys(effects))
    if (!Object.hasOwn(tools, name)) throw badTool(name, 'effects', 'the name of a tool', Object.keys(tools).join(', '))
  const read = Object.entries(tools).map(([name, given]) => [name, readTool(name, given, effects[name])] as const)
  if (read.length === 0) throw badTool('none', 'tools', 'at least one tool', '')
  return new Map(read)
}

/** Whether a model can call a tool by this name. */
export function isToolName(name: string): boolean {
  return /^[A-Za-z_][\w.-]{0,63}$/.test(name) && name !== 'finish'
}

function readTool(name: string, given: Tool, stated: Effects[string] | undefined): ReadTool {
  if (!isToolName(name)) throw badTool(name, 'its name', 'letters, digits, dots, dashes and underscores, and not `finish`', '')
  const execute = given?.execute as ((input: unknown, run: ToolRun) => unknown) | undefined
  if (typeof execute !== 'function') throw badTool(name, '`execute`', 'a function', 'Tools that run elsewhere cannot be searched with.')
  const undo = (typeof stated === 'object' ? stated.undo : given.undo) as
    | ((input: unknown, output: unknown, run: ToolRun) => unknown)
    | undefined
  const effect = typeof stated === 'object' ? 'reversible' : (stated ?? given.effect ?? 'irreversible')
  if (!['none', 'reversible', 'irreversible'].includes(effect))
    throw badTool(name, 'its effect', "'none', 'reversible' or 'irreversible'", String(effect))
  const schema = given.inputSchema
  return {
    name,
    description: described(given.description),
    effect,
    rehearsed: effect === 'reversible' && undo !== undefined,
    parameters: () => jsonSchemaOf(schema),
    check: (input) => checked(schema, input),
    execute: async (value, run) => last(await execute.call(given, value, run)),
    async undo(value, output, run) {
      await undo?.call(given, value, output, run)
    },
  }
}

/** The AI SDK lets a description depend on a context, which a search has none of. */
function described(description: Tool['description']): string {
  return typeof description === 'function' ? (description as (options: object) => string)({ context: {} }) : (description ?? '')
}

/** The forms in which schemas come; what is missing is not known. */
interface AnySchema {
  readonly _zod?: unknown
  readonly '~standard'?: {
    validate(value: unknown): Awaitable<{ readonly value: unknown } | { readonly issues: readonly { readonly message: string }[] }>
  }
  readonly jsonSchema?: Awaitable<Json>
  validate?(
    value: unknown,
  ): Awaitable<{ readonly success: true; readonly value: unknown } | { readonly success: false; readonly error: Error }>
}

/** A schema may be made when it is first needed. */
function made(schema: unknown): AnySchema {
  return ((typeof schema === 'function' ? schema() : schema) ?? {}) as AnySchema
}

async function jsonSchemaOf(schema: unknown): Promise<Json> {
  const known = made(schema)
  if (known._zod !== undefined) return z.toJSONSchema(known as unknown as z.ZodType, { io: 'input', unrepresentable: 'any' }) as Json
  return (await known.jsonSchema) ?? { type: 'object' }
}

async function checked(schema: unknown, input: Json): Promise<{ value: unknown } | { problem: string }> {
  const known = made(schema)
  if (known._zod !== undefined) {
    const result = await (known as unknown as z.ZodType).safeParseAsync(input)
    return result.success ? { value: result.data } : { problem: z.prettifyError(result.error) }
  }
  if (known['~standard'] !== undefined) {
    const result = await known['~standard'].validate(input)
    return 'issues' in result && result.issues !== undefined
      ? { problem: result.issues.map(({ message }) => message).join('\n') }
      : { value: (result as { readonly value: unknown }).value }
  }
  const result = await known.validate?.(input)
  if (result === undefined) return { value: input }
  return result.success ? { value: result.value } : { problem: result.error.message }
}

/** A tool may report as it goes; its last word is the result. */
async function last(output: unknown): Promise<unknown> {
  if (typeof output !== 'object' || output === null || !(Symbol.asyncIterator in output)) return output
  let result: unknown
  for await (const part of output as AsyncIterable<unknown>) result = part
  return result
}

function badTool(name: string, what: string, wanted: string, hint: string): BanyanError {
  return new BanyanError('E_TOOL_CONTRACT', `the tool ${JSON.stringify(name)} cannot be used: ${what}`, { wanted, hint, fatal: true })
}
