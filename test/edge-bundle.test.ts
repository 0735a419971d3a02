// The package's root runs at the edge: bundled it reaches no Node module and no peer, and it works where there is no Node at all.
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const edge = {
  bundle: true,
  platform: 'browser' as const,
  conditions: ['edge-light', 'worker', 'browser'],
  target: 'es2024',
  metafile: true as const,
  write: false as const,
}

it('bundles banyan for an edge runtime: no Node module, no peer', async () => {
  const { metafile } = await build({ ...edge, entryPoints: ['src/index.ts'], format: 'esm' })
  const inputs = Object.entries(metafile.inputs)
  const outside = inputs.flatMap(([file, { imports }]) =>
    imports.filter(({ external }) => external).map(({ path }) => `${file} imports ${path}`),
  )
  expect(outside).toEqual([])
  const packages = inputs.flatMap(([file]) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [])
  expect([...new Set(packages)].sort()).toEqual(['re2js', 'zod'])
})

it('searches where there are the names of the web alone', async () => {
  const contents = `
    import { improve, scripted } from './src/index.ts'
    globalThis.job = improve({ model: scripted({ answers: ['dull', 'lively'] }), prompt: 'A word.', verify: ({ answer }) => answer === 'lively' })`
  const { outputFiles } = await build({ ...edge, stdin: { contents, resolveDir: process.cwd(), loader: 'ts' }, format: 'iife' })
  const web = {
    AbortController,
    AbortSignal,
    crypto,
    DOMException,
    performance,
    queueMicrotask,
    setTimeout,
    clearTimeout,
    TextEncoder,
    URL,
  }
  const context: { job?: Promise<{ answer: string; stopped: string }> } = createContext({ ...web })
  runInContext(outputFiles[0]!.text, context)
  expect(await context.job).toMatchObject({ answer: 'lively', stopped: 'solved' })
})
