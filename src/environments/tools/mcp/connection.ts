// A connection to an MCP server, through the official SDK, which is loaded when it is first wanted. Whatever goes wrong is told in our own errors.
// It knows no search, and asks nothing of the user: a server may call neither a model nor a person through it.
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { CallToolResult, Tool as ListedTool } from '@modelcontextprotocol/sdk/types.js'
import type { Json } from '../../../core/common.ts'
import { BanyanError } from '../../../core/errors.ts'
import { importPeer } from '../../../models/import-peer.ts'
import { type McpServerOptions, placeOf } from './options.ts'

export interface McpConnection {
  /** What the server says that it is. */
  readonly name: string
  readonly version: string
  /** What the server says of its use, for a model. */
  readonly instructions: string | undefined
  /** The server has said, since the last listing, that its tools are others now. */
  readonly changed: boolean
  /** All tools, page by page. @throws as `call`. */
  list(): Promise<readonly ListedTool[]>
  /**
   * @throws BanyanError E_MCP_GONE (fatal) when the server has ended or cannot be reached, E_MCP_TIMEOUT, E_MCP_OUTPUT for what is no result,
   * E_MCP_TOOL when the server refuses the call; the signal's reason when it was aborted.
   */
  call(tool: string, input: Json, signal: AbortSignal): Promise<CallToolResult>
  /** Ends the session, and the process. */
  close(): Promise<void>
}

/** Most pages of one listing. */
const mostPages = 1000
/** Characters of what a process wrote to its standard error that are kept for messages. */
const mostHeard = 2000
/** Milliseconds within which a server that is suspected to be gone has to answer. */
const signOfLife = 3000

/** @throws BanyanError E_MCP_CONNECT, E_PEER_MISSING. */
export async function connection(options: McpServerOptions): Promise<McpConnection> {
  const { Client, types } = await sdk()
  const place = placeOf(options)
  const { seconds = 60 } = options
  const limits: RequestOptions = { timeout: seconds * 1000, maxTotalTimeout: seconds * 1000 }
  const client: Client = new Client({ name: 'banyan', version: '0' }, { capabilities: {} })
  const { transport, heard, endSession } = await transportOf(options)
  const gone = new AbortController()
  let closing = false
  let changed = false
  let pending = 0
  let trouble: Error | undefined

  client.onclose = () => gone.abort(trouble)
  client.onerror = (error) => {
    trouble = error
    // A stream that broke off tells nothing of the server; only a process that ends does.
    if ('url' in options && pending > 0 && !gone.signal.aborted)
      client.ping({ timeout: signOfLife }).catch((cause: Error) => pending > 0 && gone.abort(cause))
  }
  client.setNotificationHandler(types.ToolListChangedNotificationSchema, () => {
    changed = true
  })
  try {
    await client.connect(transport, limits)
  } catch (cause) {
    await client.close().catch(() => {})
    throw new BanyanError('E_MCP_CONNECT', `the MCP server ${place} cannot be connected to: ${reasonOf(cause)}${heard()}`, {
      hint: connectHint(options, cause),
      cause,
    })
  }
  const said = client.getServerVersion()
  return {
    name: said?.name ?? place,
    version: said?.version ?? '',
    instructions: client.getInstructions(),
    get changed() {
      return changed
    },
    async list() {
      changed = false
      if (client.getServerCapabilities()?.tools === undefined) return []
      const found: ListedTool[] = []
      const seen = new Set<string>()
      let cursor: string | undefined
      do {
        const params = cursor === undefined ? {} : { cursor }
        const page = await asked('its tools were listed', (more) =>
          client.request({ method: 'tools/list', params }, types.ListToolsResultSchema, more),
        )
        found.push(...page.tools)
        cursor = page.nextCursor
        if (cursor !== undefined && (seen.has(cursor) || seen.size >= mostPages))
          throw new BanyanError('E_MCP_OUTPUT', `the MCP server ${place} lists its tools without end`, {
            seen: cursor,
            wanted: 'a last page',
          })
        if (cursor !== undefined) seen.add(cursor)
      } while (cursor !== undefined)
      return found
    },
    call: (tool, input, signal) =>
      asked(
        `${tool} was called`,
        (more) =>
          client.request({ method: 'tools/call', params: { name: tool, arguments: asObject(input) } }, types.CallToolResultSchema, more),
        signal,
      ),
    async close() {
      if (closing) return
      closing = true
      await endSession()
      await client.close()
    },
  }

  async function asked<Result>(
    what: string,
    ask: (more: RequestOptions) => Promise<Result>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Result> {
    signal.throwIfAborted()
    pending++
    try {
      if (gone.signal.aborted) throw gone.signal.reason
      return await ask({ ...limits, signal: AbortSignal.any([signal, gone.signal]) })
    } catch (cause) {
      signal.throwIfAborted()
      throw explained(cause, what)
    } finally {
      pending--
    }
  }

  function explained(cause: unknown, what: string): BanyanError {
    const { code, message } = cause as { readonly code?: unknown; readonly message: string }
    if (gone.signal.aborted || code === types.ErrorCode.ConnectionClosed || message === 'Not connected' || isUnreachable(cause))
      return new BanyanError(
        'E_MCP_GONE',
        closing ? `the MCP server ${place} was closed before ${what}` : `the MCP server ${place} was gone when ${what}${heard()}`,
        {
          hint: closing
            ? 'Close it when the search and the commit are done.'
            : 'Whether the call had an effect, only the server knows. Start it again, and go on with the run: the same store and runId.',
          cause,
          fatal: true,
        },
      )
    if (code === types.ErrorCode.RequestTimeout)
      return new BanyanError('E_MCP_TIMEOUT', `the MCP server ${place} gave no answer within ${seconds} seconds after ${what}`, {
        ...(trouble === undefined ? {} : { seen: `meanwhile: ${reasonOf(trouble)}` }),
        hint: 'Whether the call had an effect, only the server knows. `seconds` gives it more time.',
        cause,
      })
    if (cause instanceof types.McpError) return new BanyanError('E_MCP_TOOL', reasonOf(cause), { cause })
    if (typeof code === 'number')
      return new BanyanError('E_MCP_TOOL', `the MCP server ${place} refused when ${what}: ${reasonOf(cause)}`, { cause })
    return new BanyanError('E_MCP_OUTPUT', `the MCP server ${place} answered what is no result when ${what}: ${reasonOf(cause)}`, {
      hint: 'That is a fault of the server; whether the call had an effect, only the server knows.',
      cause,
    })
  }
}

interface Wire {
  readonly transport: Transport
  /** What the server said that is no message, for errors. */
  heard(): string
  endSession(): Promise<void>
}

async function transportOf(options: McpServerOptions): Promise<Wire> {
  if ('url' in options) {
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js')
    const transport = new StreamableHTTPClientTransport(new URL(options.url), {
      ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
      requestInit: { headers: { ...options.headers }, redirect: 'error' },
    })
    return {
      transport: transport as Transport,
      heard: () => '',
      endSession: () => Promise.race([transport.terminateSession().catch(() => {}), later(signOfLife)]),
    }
  }
  const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js')
  const { command, args = [], env, cwd } = options
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    stderr: 'pipe',
    ...(env === undefined ? {} : { env: { ...env } }),
    ...(cwd === undefined ? {} : { cwd }),
  })
  let text = ''
  transport.stderr?.on('data', (chunk: Uint8Array) => {
    text = (text + new TextDecoder().decode(chunk)).slice(-mostHeard)
  })
  return {
    transport,
    heard: () => (text.trim() === '' ? '' : `; it had written: ${text.trim().toWellFormed()}`),
    endSession: async () => {},
  }
}

/** The part of the SDK that every connection needs. */
async function sdk() {
  const { Client } = await importPeer({
    package: '@modelcontextprotocol/sdk',
    purpose: 'using tools of MCP servers',
    load: () => import('@modelcontextprotocol/sdk/client/index.js'),
  })
  return { Client, types: await import('@modelcontextprotocol/sdk/types.js') }
}

function asObject(input: Json): Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? (input as Record<string, unknown>) : {}
}

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref?.())
}

/** What `fetch` throws when nobody answers, and a server that has forgotten the session. */
function isUnreachable(cause: unknown): boolean {
  return cause instanceof TypeError || (cause as { readonly code?: unknown }).code === 404
}

/** The innermost message: `fetch failed` alone says nothing. */
function reasonOf(cause: unknown): string {
  const { message, cause: inner } = cause as {
    readonly message?: string
    readonly cause?: { readonly message?: string; readonly code?: string }
  }
  const within = inner?.message || inner?.code
  return [message ?? String(cause), ...(within ? [within] : [])].join(': ').slice(0, mostHeard).toWellFormed()
}

function connectHint(options: McpServerOptions, cause: unknown): string {
  const { code } = cause as { readonly code?: unknown }
  if ('url' in options) {
    if (code === 401 || code === 403) return 'Give it its key: headers, as in { authorization: "Bearer …" }.'
    return 'Is it running, and does the address end as its documentation says (often /mcp)?'
  }
  return code === 'ENOENT'
    ? 'Is the command installed? The program stands in `command`, each of its arguments in `args`.'
    : 'Run the command by hand: it has to speak MCP on its standard output, and write nothing else there.'
}
