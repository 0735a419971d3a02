import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { testModel } from '../../testing/test-model.ts'
import { tinyGguf } from '../../testing/tiny-gguf.ts'
import { scorer } from '../nets/scorer.ts'
import { exactModel } from './exact-model.ts'
import { eightBitLanguageModel, languageModel } from './language-model.ts'

const folder = mkdtempSync(join(tmpdir(), 'banyan-exact-model-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const path = join(folder, 'tiny.gguf')
writeFileSync(path, tinyGguf())
const { signal } = new AbortController()

testModel({ name: 'exactModel', create: () => exactModel({ model: path }), tolerance: 1e-6 })

describe('exactModel', () => {
  it('gives the same answer whatever else is asked, and with any number of texts at once', async () => {
    const request = { messages: [{ role: 'user' as const, content: 'the dog' }], maxTokens: 12, temperature: 0.8, logProbs: true }
    const alone = await (await exactModel({ model: path, threads: 1 })).generate(request, { seed: 5, signal })
    const model = await exactModel({ model: path, threads: 2, sequences: 3 })
    const all = await Promise.all([7, 5, 6, 8, 5, 9].map((seed) => model.generate(request, { seed, signal })))
    expect(all[1]).toEqual(alone)
    expect(all[4]).toEqual(alone)
    expect(all[0]!.samples).not.toEqual(alone.samples)
    expect(model.name).toBe(`exact:${path}`)
    expect(model.reproducible).toBe('exact')
    expect(model.counters.generated).toBe(all.reduce((sum, { usage }) => sum + usage.generated, 0))
  })

  it('says nearly what the net of floats says', async () => {
    const [exact, floats] = [await eightBitLanguageModel(path), await languageModel(path)]
    const tokens = exact.tokeniser.encode('the dog ran over the hill and the cat saw it')
    const [near, right] = [exact.net, floats.net].map((net) => scorer(net).score([{ tokens }])[0]!.logProbs)
    expect(near!.length).toBeGreaterThan(5)
    near!.forEach((logProb, at) => {
      expect(Math.abs(logProb - right![at]!)).toBeLessThan(0.3)
    })
    expect(near).not.toEqual(right)
  })

  it('refuses options out of range, and files of another kind', async () => {
    await expect(exactModel({ model: path, threads: 0 })).rejects.toMatchObject({ code: 'E_DECODER_OPTION' })
    await expect(exactModel({ model: path, sequences: 0.5 })).rejects.toMatchObject({ code: 'E_DECODER_OPTION' })
    await expect(exactModel({ model: join(folder, 'none.gguf') })).rejects.toMatchObject({ code: 'E_MODEL_FILE' })
  })
})
