import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requirement } from '../testing/requirements.ts'
import { tinyGguf } from '../testing/tiny-gguf.ts'
import { cacheDirectory } from './cache-directory.ts'
import { catalogue } from './catalogue.ts'
import { checkModel, findModel, listModels, modelPath } from './find-model.ts'

const entry = catalogue[0]!
const embedded = requirement('local-model')

describe('cacheDirectory', () => {
  it('is BANYAN_CACHE, else in XDG_CACHE_HOME, else in the home directory', () => {
    expect(cacheDirectory({ BANYAN_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a')
    expect(cacheDirectory({ XDG_CACHE_HOME: '/b' })).toBe(join('/b', 'banyan'))
    expect(cacheDirectory({})).toMatch(/banyan/)
  })
})

describe('finding a model', () => {
  let cache: string
  let before: string | undefined
  beforeEach(() => {
    before = process.env.BANYAN_CACHE
    cache = mkdtempSync(join(tmpdir(), 'banyan-find-'))
    process.env.BANYAN_CACHE = cache
    mkdirSync(join(cache, 'models'))
  })
  afterEach(() => {
    if (before === undefined) delete process.env.BANYAN_CACHE
    else process.env.BANYAN_CACHE = before
    rmSync(cache, { recursive: true, force: true })
  })

  it('takes a path', async () => {
    const path = join(cache, 'own.gguf')
    writeFileSync(path, tinyGguf())
    expect(await findModel(path)).toEqual({ path, bytes: statSync(path).size })
    expect((await checkModel(path)).sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  it('refuses a path without a file, and a name that it does not know', async () => {
    await expect(findModel('./none.gguf')).rejects.toMatchObject({ code: 'E_MODEL_FILE' })
    await expect(findModel('smollm-135m')).rejects.toMatchObject({
      code: 'E_MODEL_UNKNOWN',
      message: expect.stringContaining('Did you mean "smollm2-135m"'),
    })
  })

  it('says how to fetch a model that is not there', async () => {
    await expect(findModel(entry.name)).rejects.toThrow(`npx banyan models pull ${entry.name}`)
    expect((await listModels()).find((model) => model.entry === entry)?.state).toBe('missing')
  })

  it('does not believe a file of another size, nor one of the right size with another digest', async () => {
    writeFileSync(modelPath(entry), 'short')
    await expect(findModel(entry.name)).rejects.toMatchObject({ code: 'E_MODEL_FILE', seen: '5 bytes' })
    expect((await listModels())[0]!.state).toBe('damaged')
    writeFileSync(modelPath(entry), Buffer.alloc(entry.bytes))
    await expect(findModel(entry.name)).rejects.toMatchObject({ code: 'E_MODEL_FILE', wanted: `SHA-256 ${entry.sha256}` })
    expect(existsSync(`${modelPath(entry)}.verified`)).toBe(false)
  })

  it('does not believe a stamp that was made for a file of another time', async () => {
    writeFileSync(modelPath(entry), Buffer.alloc(entry.bytes))
    writeFileSync(`${modelPath(entry)}.verified`, JSON.stringify({ bytes: entry.bytes, modified: 1, sha256: entry.sha256 }))
    await expect(findModel(entry.name)).rejects.toMatchObject({ code: 'E_MODEL_FILE' })
  })
})

describe.skipIf(!embedded.available)('the embedded model', () => {
  it('is found, and is the right file', async () => {
    expect((await findModel(entry.name)).entry).toBe(entry)
    expect(await checkModel(entry.name)).toMatchObject({ bytes: entry.bytes, sha256: entry.sha256 })
  })
})
