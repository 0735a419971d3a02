// Where a server of the Model Context Protocol is, and what of it is used. It connects to nothing.
import { z } from 'zod'
import { BanyanError } from '../../../core/errors.ts'
import type { Effects } from '../tool.ts'

/** What holds for servers of both kinds. */
export interface McpUse {
  /** The tools that are wanted, by the server's names. Default: all. */
  readonly only?: readonly string[]
  /** Stands before the name of every tool, with an underscore between: for tools of several servers beside one another. Default: nothing. */
  readonly prefix?: string
  /** What tools do to the world, by the names that they have here. Comes before all that the server says. */
  readonly effects?: Effects
  /**
   * `trusted`: a tool that the server calls read-only (`readOnlyHint`) is without effect, so that a search calls it as often as it likes.
   * Default `ignored`: every tool of which `effects` says nothing is irreversible, and so only planned.
   */
  readonly annotations?: 'ignored' | 'trusted'
  /** Digest of the definitions that were looked at (`server.digest`): when they are others now, connecting fails. Default: not compared. */
  readonly digest?: string
  /** Seconds until connecting, or one call, is given up. Default 60. */
  readonly seconds?: number
  /** Most characters of one result; the rest is cut. Default 100,000. */
  readonly mostCharacters?: number
}

/** A server that is a process, spoken to through its standard input and output. */
export interface McpCommand extends McpUse {
  readonly command: string
  readonly args?: readonly string[]
  /** Its environment, beside HOME, LOGNAME, PATH, SHELL, TERM and USER; nothing else of this process's is passed on. */
  readonly env?: Readonly<Record<string, string>>
  /** Its working directory. Default: this process's. */
  readonly cwd?: string
}

/** A server behind an address (Streamable HTTP). */
export interface McpAddress extends McpUse {
  readonly url: string | URL
  /** Sent to that origin with every request, and nowhere else. */
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the global one. */
  readonly fetch?: typeof fetch
}

/** Options of `mcpServer`: a command, or an address. */
export type McpServerOptions = McpCommand | McpAddress

const words = z.record(z.string(), z.string())
const use = {
  only: z.array(z.string()).optional(),
  prefix: z
    .string()
    .regex(/^[\w.-]{1,32}$/, 'wanted letters, digits, dots, dashes and underscores, at most 32')
    .optional(),
  effects: z.record(z.string(), z.any()).optional(),
  annotations: z.enum(['ignored', 'trusted']).optional(),
  digest: z.string().optional(),
  seconds: z.number().positive().max(86_400).optional(),
  mostCharacters: z.int().min(100).optional(),
}
const command = z.strictObject({
  ...use,
  command: z.string().min(1),
  args: z.array(z.string()).optional(),
  env: words.optional(),
  cwd: z.string().optional(),
})
const address = z.strictObject({
  ...use,
  url: z.union([z.instanceof(URL), z.url({ protocol: /^https?$/ })]),
  headers: words.optional(),
  fetch: z.any().optional(),
})

/** @throws BanyanError E_MCP_OPTION with the field and what is wanted. */
export function checkMcpOptions(options: McpServerOptions): void {
  const given = options as Partial<McpCommand & McpAddress>
  if ((given.command === undefined) === (given.url === undefined))
    throw new BanyanError('E_MCP_OPTION', 'an MCP server needs either a command or an address', {
      seen: Object.keys(given).join(', '),
      wanted: 'command (with args) or url',
    })
  const { error } = (given.command === undefined ? address : command).safeParse(options)
  if (error === undefined) return
  const [issue] = error.issues
  throw new BanyanError('E_MCP_OPTION', `the option ${JSON.stringify(issue?.path.join('.') ?? '')} of an MCP server cannot be used`, {
    wanted: issue?.message ?? '',
    cause: error,
  })
}

/** How messages call a server: its command or the origin of its address, without arguments that may be secret. */
export function placeOf(options: McpServerOptions): string {
  return 'url' in options ? new URL(options.url).origin : options.command
}
