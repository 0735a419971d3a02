// Opens the tools that a command line names: a module of the user's own, and MCP servers, by name, address or command; and the policy over them.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BanyanError } from '../core/errors.ts'
import { nearest, unknownName } from '../core/names.ts'
import { type McpServer, type McpServerOptions, mcpServer } from '../environments/tools/mcp.ts'
import { type ReadTool, readTools, type Tool, type Tools } from '../environments/tools/tool.ts'
import { searchGuard, type ToolGuard } from '../front/commit-plan.ts'
import { policy } from '../guard/index.ts'
import { type ConfiguredServer, readConfiguration } from './configuration.ts'
import { remark } from './output.ts'
import { readJson, readSettings, readTextFile } from './read-values.ts'
import type { Argument } from './verb.ts'

export const toolArguments = {
  tools: { type: 'string', description: 'a module with tools, its default export, by name', valueHint: 'file' },
  mcp: {
    type: 'string',
    description: 'an MCP server with tools: a name of banyan.config.json, an address, or a command in quotes; may be repeated',
    valueHint: 'server',
    repeatable: true,
  },
  effect: {
    type: 'string',
    description:
      'what a tool does to the world: none (the search may call it) or irreversible (only planned, the default of MCP tools); may be repeated',
    valueHint: 'tool=none',
    repeatable: true,
  },
  'trust-annotations': {
    type: 'boolean',
    description: "take MCP servers' word for it which tools only look (readOnlyHint): the search calls them as often as it likes",
  },
  policy: { type: 'string', description: 'rules that decide which calls may be made; see `banyan guard check`', valueHint: 'file' },
} as const satisfies Record<string, Argument>

/** Values of the arguments above. */
export interface ToolValues {
  readonly tools: string | undefined
  readonly mcp: readonly string[]
  readonly effect: readonly string[]
  readonly 'trust-annotations': boolean
  readonly policy: string | undefined
}

export interface OpenTools extends AsyncDisposable {
  readonly tools: Tools
  readonly known: ReadonlyMap<string, ReadTool>
  readonly guard: ToolGuard | undefined
  /** Words that bring the same tools again, as far as the run's own specification does not: `--mcp "node server.js"`. */
  readonly words: string
}

/** Whether tools are named on the line. */
export function namesTools({ tools, mcp }: ToolValues): boolean {
  return tools !== undefined || mcp.length > 0
}

/** Those of the servers named on the line that the configuration has: their names may stand in a run's specification. */
export function configuredNames({ mcp }: ToolValues): readonly string[] {
  const { mcpServers } = readConfiguration()
  return mcp.filter((name) => Object.hasOwn(mcpServers, name))
}

/**
 * Opens the tools of the line, else the servers of the configuration that a run's specification names. Undefined where there are neither.
 * @throws `E_CLI_TOOLS`, `E_CLI_ARGUMENT`, and the errors of `mcpServer`, `readTools` and `policy`.
 */
export async function openTools(values: ToolValues, kept: readonly string[] = []): Promise<OpenTools | undefined> {
  if (values.mcp.length === 0) requireConfigured(kept)
  const places = values.mcp.length > 0 ? values.mcp : kept
  if (values.tools === undefined && places.length === 0) return undefined
  const rules = values.policy === undefined ? undefined : readJson('--policy', readTextFile('--policy', values.policy))
  const guard: ToolGuard | undefined = rules === undefined ? undefined : policy(rules)
  const servers: McpServer[] = []
  const closeAll = async () => {
    await Promise.all(servers.map((server) => server.close()))
  }
  try {
    const all = new Map<string, Tool>()
    const add = (tools: Tools, from: string): void => {
      for (const [name, tool] of Object.entries(tools)) {
        if (all.has(name))
          throw new BanyanError('E_CLI_TOOLS', `two tools are called ${name}`, {
            seen: from,
            hint: 'Give one of the servers a "prefix" in banyan.config.json.',
          })
        all.set(name, tool)
      }
    }
    if (values.tools !== undefined) add(await toolsOfModule(values.tools), values.tools)
    for (const place of places) {
      const server = await mcpServer(serverAt(place, values))
      servers.push(server)
      for (const { name, reason } of server.leftOut) remark(`the tool ${name} of ${server.name} cannot be used: ${reason}`)
      add(server.tools, place)
    }
    const tools = withEffects(Object.fromEntries(all), values)
    const known = readTools(tools)
    if ([...known.values()].every(({ effect }) => effect === 'irreversible'))
      remark('no tool is known to have no effect, so the search calls none: say which only look, as in --effect NAME=none')
    return { tools, known, guard, words: wordsAgain(values), [Symbol.asyncDispose]: closeAll }
  } catch (error) {
    await closeAll()
    throw error
  }
}

/** A specification names servers; what the names mean, the configuration alone says: a run of somebody else's brings no command and no address. */
function requireConfigured(names: readonly string[]): void {
  const { mcpServers } = readConfiguration()
  const missing = names.find((name) => !Object.hasOwn(mcpServers, name))
  if (missing === undefined) return
  throw new BanyanError('E_CLI_TOOLS', 'the run uses tools of an MCP server that is not in banyan.config.json', {
    seen: missing,
    hint: 'Say where it is: --mcp with its address or command.',
  })
}

/** What has to be typed again: all of it but servers that the run's specification names. */
function wordsAgain(values: ToolValues): string {
  const servers = values.mcp.length === configuredNames(values).length ? [] : values.mcp
  const words = [
    ...(values.tools === undefined ? [] : ['--tools', values.tools]),
    ...servers.flatMap((place) => ['--mcp', place]),
    ...values.effect.flatMap((effect) => ['--effect', effect]),
    ...(values['trust-annotations'] ? ['--trust-annotations'] : []),
    ...(values.policy === undefined ? [] : ['--policy', values.policy]),
  ]
  return words.map((word) => (/^[\w./:=-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')
}

/** The option `guard` of a search with these tools. */
export function guardOf(tools: OpenTools | undefined) {
  return tools?.guard === undefined ? {} : { guard: searchGuard(tools.guard, tools.known) }
}

async function toolsOfModule(file: string): Promise<Tools> {
  let module: { readonly default?: unknown; readonly tools?: unknown }
  try {
    module = (await import(pathToFileURL(resolve(file)).href)) as typeof module
  } catch (cause) {
    throw new BanyanError('E_CLI_TOOLS', `the module of --tools cannot be loaded: ${(cause as Error).message}`, { seen: file, cause })
  }
  const found = module.default ?? module.tools
  if (typeof found === 'object' && found !== null) return found as Tools
  throw new BanyanError('E_CLI_TOOLS', 'the module of --tools has no tools', {
    seen: file,
    wanted: 'a default export with tools by name, as in export default { weather: tool({ … }) }',
  })
}

/** A name of the configuration, an address, or a command. */
function serverAt(place: string, { 'trust-annotations': trust }: ToolValues): McpServerOptions {
  const { mcpServers } = readConfiguration()
  const trusted = trust ? ({ annotations: 'trusted' } as const) : {}
  if (Object.hasOwn(mcpServers, place)) return { ...serverOf(place, mcpServers[place]!), ...trusted }
  if (/^https?:\/\//.test(place)) return { url: place, ...trusted }
  const [command = '', ...args] = wordsOf(place)
  // A single word that is like a name was meant as one.
  const near = args.length === 0 ? nearest(place, Object.keys(mcpServers)) : undefined
  if (near !== undefined) throw unknownName('E_CLI_TOOLS', 'MCP server', place, Object.keys(mcpServers))
  return { command, args, ...trusted }
}

/** A server of the configuration, with `${NAME}` in its environment and headers filled from this process's environment. */
function serverOf(name: string, server: ConfiguredServer): McpServerOptions {
  const filled = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value.replace(/\$\{(\w+)\}/g, (_, word) => variable(word))]))
  const variable = (word: string): string => {
    const value = process.env[word]
    if (value !== undefined) return value
    throw new BanyanError('E_CLI_CONFIGURATION', `the MCP server ${name} needs the environment variable ${word}, which is not set`)
  }
  const { type: _, ...rest } = server
  if ('url' in rest) return { ...rest, ...(rest.headers && { headers: filled(rest.headers) }) } as McpServerOptions
  return { ...rest, ...(rest.env && { env: filled(rest.env) }) } as McpServerOptions
}

function withEffects(tools: Tools, { effect }: ToolValues): Tools {
  const stated = readSettings(effect, '--effect')
  for (const [name, value] of Object.entries(stated)) {
    if (!Object.hasOwn(tools, name)) throw unknownName('E_CLI_TOOLS', 'tool', name, Object.keys(tools))
    if (value !== 'none' && value !== 'irreversible')
      throw new BanyanError('E_CLI_ARGUMENT', 'the option --effect cannot be read', {
        seen: value,
        wanted: `${name}=none or ${name}=irreversible`,
      })
  }
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => [name, Object.hasOwn(stated, name) ? ({ ...tool, effect: stated[name] } as Tool) : tool]),
  )
}

/** The words of a command line; quotes hold words together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
}
