// `banyan/core` runs in a browser: bundled for one it pulls in nothing but itself, and stays small.
import { build } from 'esbuild'
import { expect, it } from 'vitest'

it('bundles banyan/core for a browser: nothing from outside, at most 40 kB', async () => {
  const { metafile, outputFiles } = await build({
    entryPoints: ['src/core/index.ts'],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    metafile: true,
    write: false,
  })
  const inputs = Object.entries(metafile.inputs)
  expect(inputs.map(([file]) => file).filter((file) => !file.startsWith('src/core/'))).toEqual([])
  expect(inputs.flatMap(([, { imports }]) => imports.filter(({ external }) => external)).map(({ path }) => path)).toEqual([])
  expect(outputFiles[0]?.contents.byteLength).toBeGreaterThan(0)
  expect(outputFiles[0]?.contents.byteLength).toBeLessThanOrEqual(40_000)
})
