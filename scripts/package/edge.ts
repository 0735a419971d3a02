// Whether the root import runs at the edge: bundled without any module of Node, and run in a context that has Web globals and nothing else.
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'

const source = `
import * as banyan from 'banyan'
const { search, ticTacToe, mcts, rollout } = banyan
const environment = ticTacToe()
export const moves = search({ environment, task: {}, evaluator: rollout(environment), searcher: mcts(), budget: { expansions: 50 } })
  .then(({ tree }) => tree.size)
`

/** What edge runtimes and browsers all have. */
const webGlobals = [
  'AbortController',
  'AbortSignal',
  'DOMException',
  'Event',
  'EventTarget',
  'Headers',
  'ReadableStream',
  'Request',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'TransformStream',
  'URL',
  'URLSearchParams',
  'atob',
  'btoa',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'fetch',
  'performance',
  'queueMicrotask',
  'setInterval',
  'setTimeout',
  'structuredClone',
] as const

/** @throws where it does not bundle, needs Node, or does not run. */
export async function checkEdge(project: string): Promise<void> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: project },
    bundle: true,
    format: 'iife',
    globalName: 'edge',
    platform: 'browser',
    conditions: ['workerd', 'worker'],
    target: 'es2024',
    metafile: true,
    write: false,
    logLevel: 'silent',
    outfile: join(project, 'edge.js'),
  })
  const outside = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  )
  if (outside.length > 0) throw new Error(`the bundle imports ${[...new Set(outside)].join(', ')}`)
  const context = createContext(Object.fromEntries(webGlobals.map((name) => [name, globalThis[name]])))
  const nodes: unknown = await runInContext(`${outputFiles[0]!.text}\nedge.moves`, context)
  if (!(typeof nodes === 'number' && nodes > 1)) throw new Error(`a search at the edge grew ${nodes} nodes`)
}
