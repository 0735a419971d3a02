// What the package says of itself, in a clone and packed. Whether the tarball works is `npm run check:package`.
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { importName, type Manifest, packedManifest, publicModules } from '../scripts/package/manifest.ts'

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest

it('leads to sources in a clone, and to built files with types when packed', () => {
  const small: Manifest = {
    name: 'banyan',
    version: '1.0.0',
    files: ['dist'],
    exports: { '.': './src/index.ts', './core': './src/core/index.ts', './package.json': './package.json' },
    scripts: { test: 'node scripts/test.ts' },
    devDependencies: { vitest: '5' },
  }
  expect(packedManifest(small)).toEqual({
    name: 'banyan',
    version: '1.0.0',
    files: ['dist'],
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './core': { types: './dist/core/index.d.ts', default: './dist/core/index.js' },
      './package.json': './package.json',
    },
  })
  expect(publicModules(small).map((module) => importName(small, module))).toEqual(['banyan', 'banyan/core'])
})

it('exports only files that exist', () => {
  expect(publicModules(manifest).filter(({ source }) => !existsSync(source))).toEqual([])
})

it('has nothing that npm would run on installing the package', () => {
  expect(Object.keys(manifest.scripts as object).filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([])
})
