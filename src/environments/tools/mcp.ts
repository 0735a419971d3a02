// The tools of a server of the Model Context Protocol (MCP) as tools of ours. What they do to the world, you say: a server's own word on it counts
// only where you trust it. It knows no search.
import type { Tool as ListedTool } from '@modelcontextprotocol/sdk/types.js'
import type { Json } from '../../core/common.ts'
import { canonical } from '../../core/digest.ts'
import type { Effect } from '../../core/environment.ts'
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import { type JsonSchemaCheck, jsonSchemaCheck } from './json-schema.ts'
import { connection, type McpConnection } from './mcp/connection.ts'
import { checkMcpOptions, type McpServerOptions } from './mcp/options.ts'
import { readResult } from './mcp/result.ts'
import { isToolName, type Tool, type ToolRun, type Tools } from './tool.ts'

export type { McpAddress, McpCommand, McpServerOptions, McpUse } from './mcp/options.ts'

/** A server that is connected. */
export interface McpServer extends AsyncDisposable {
  /** What it says that it is. */
  readonly name: string
  readonly version: string
  /** What it says of its use. Another's text: give it to a model only if you trust it. */
  readonly instructions: string | undefined
  /** Its tools by name, as `searchTools` and the environment `tools` take them. */
  readonly tools: Tools
  /** Tools that cannot be used, with the reason. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
  /** SHA-256 of the definitions of all tools that are used: names, descriptions, schemas, annotations. To be given as `digest` another time. */
  readonly digest: string
  /** Ends the session, and the process. Calls made later throw `E_MCP_GONE`. */
  close(): Promise<void>
}

/**
 * Connects to an MCP server: a command that is started, or an address (Streamable HTTP). It needs the package `@modelcontextprotocol/sdk`.
 *
 * A tool is irreversible, and so only planned in a search, unless `effects` says otherwise, or `annotations` are `trusted` and call it read-only.
 * Inputs are checked by the tool's JSON Schema before they are sent. A result is structured JSON where the tool gives some, else text. A tool that
 * fails throws `E_MCP_TOOL` with its own words; further calls throw `E_MCP_GONE` (fatal) when the server has ended, `E_MCP_TIMEOUT`,
 * `E_MCP_OUTPUT` for what is not as promised, `E_MCP_CHANGED` when the server has given a tool another definition since it was listed.
 *
 * @throws `E_MCP_OPTION`; `E_MCP_CONNECT` with what the server wrote; `E_MCP_NONE` when it has no tools; `E_MCP_CHANGED` when `digest` is another;
 * `E_PEER_MISSING`.
 *
 * @example
 * await using files = await mcpServer({ command: 'node', args: ['files-server.js'], effects: { list_files: 'none', read_file: 'none' } })
 * const plan = await searchTools({ model, goal: 'Sort my notes.', tools: files.tools })
 */
export async function mcpServer(options: McpServerOptions): Promise<McpServer> {
  checkMcpOptions(options)
  const server = await connection(options)
  try {
    return await serverOf(server, options)
  } catch (error) {
    await server.close()
    throw error
  }
}

async function serverOf(server: McpConnection, options: McpServerOptions): Promise<McpServer> {
  const { only, effects = {}, digest } = options
  const listed = await server.list()
  if (listed.length === 0) throw new BanyanError('E_MCP_NONE', `the MCP server ${server.name} has no tools`)
  for (const name of only ?? [])
    if (!listed.some((tool) => tool.name === name))
      throw unknownName(
        'E_MCP_OPTION',
        `tool of ${server.name}`,
        name,
        listed.map(({ name }) => name),
      )
  const wanted = listed.filter(({ name }) => only?.includes(name) ?? true)
  const definitions = await sha256(wanted.map(definitionOf).sort().join('\n'))
  if (digest !== undefined && digest !== definitions)
    throw new BanyanError('E_MCP_CHANGED', `the tools of ${server.name} are not those that were looked at`, {
      seen: definitions,
      wanted: digest,
      hint: 'Look at them again, and what they may do to the world; then give the new digest.',
    })
  const kept = new Map<string, string>(wanted.map((tool) => [tool.name, definitionOf(tool)]))
  const usable = new Map<string, Tool>()
  const leftOut: { name: string; reason: string }[] = []
  for (const tool of wanted) {
    const name = nameOf(tool, options)
    try {
      if (usable.has(name)) throw new Error(`another tool is called ${name} already`)
      usable.set(name, usableTool(tool, name))
    } catch (error) {
      leftOut.push({ name: tool.name, reason: (error as Error).message })
    }
  }
  for (const name of Object.keys(effects))
    if (!usable.has(name)) throw unknownName('E_MCP_OPTION', `tool of ${server.name}`, name, [...usable.keys()])
  return {
    name: server.name,
    version: server.version,
    instructions: server.instructions,
    tools: Object.fromEntries(usable),
    leftOut,
    digest: definitions,
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  }

  /** @throws when it cannot be used. */
  function usableTool(tool: ListedTool, name: string): Tool {
    if (!isToolName(name)) throw new Error('no model can write its name; a prefix may help')
    if (tool.execution?.taskSupport === 'required') throw new Error('it runs as a task only, which is not supported')
    const check = jsonSchemaCheck(tool.inputSchema as Json)
    const checkResult = tool.outputSchema === undefined ? undefined : jsonSchemaCheck(tool.outputSchema as Json)
    const said = Object.hasOwn(effects, name) ? effects[name] : undefined
    return {
      description: (tool.description ?? tool.title ?? '').slice(0, longestDescription).toWellFormed(),
      inputSchema: { jsonSchema: tool.inputSchema, validate: (value: Json) => validated(check, value) },
      effect: typeof said === 'object' ? 'reversible' : (said ?? effectOf(tool, options)),
      ...(typeof said === 'object' ? { undo: said.undo } : {}),
      async execute(input: Json, { abortSignal }: ToolRun) {
        await requireUnchanged(tool.name)
        const result = await server.call(tool.name, input, abortSignal)
        return readResult(result, { tool: tool.name, check: checkResult, mostCharacters: options.mostCharacters ?? 100_000 })
      },
    } as Tool
  }

  /** A server may give a tool another meaning later; then it is another tool than the one whose effect was decided. */
  async function requireUnchanged(name: string): Promise<void> {
    if (server.changed) {
      const now = new Map((await server.list()).map((tool) => [tool.name, definitionOf(tool)]))
      for (const known of kept.keys()) if (now.get(known) !== kept.get(known)) kept.set(known, changedSince)
    }
    if (kept.get(name) !== changedSince) return
    throw new BanyanError('E_MCP_CHANGED', `the tool ${name} of ${server.name} is not what it was when it was listed`, {
      hint: 'It is not called. Connect again, and look at what it does now.',
    })
  }
}

const changedSince = ''
/** Characters of one description that a model is shown. */
const longestDescription = 4000

function validated(check: JsonSchemaCheck, value: Json) {
  const problems = check(value)
  return problems.length === 0 ? ({ success: true, value } as const) : ({ success: false, error: new Error(problems.join('\n')) } as const)
}

function effectOf({ annotations }: ListedTool, { annotations: use = 'ignored' }: McpServerOptions): Effect {
  return use === 'trusted' && annotations?.readOnlyHint === true && annotations.destructiveHint !== true ? 'none' : 'irreversible'
}

/** A name that a model can write. */
function nameOf({ name }: ListedTool, { prefix }: McpServerOptions): string {
  const written = name.replace(/[^\w.-]/g, '_')
  return prefix === undefined ? written : `${prefix}_${written}`
}

function definitionOf({ name, description, inputSchema, outputSchema, annotations }: ListedTool): string {
  return canonical({ name, description, inputSchema, outputSchema, annotations } as unknown as Json)
}

async function sha256(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
