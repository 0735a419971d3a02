// Several samples by several calls: what goes wrong with some of them, and with all.
import { describe, expect, it } from 'vitest'
import { StarvedError } from '../core/errors.ts'
import { fakeContext } from '../testing/fake-context.ts'
import type { Capabilities, Model } from './model.ts'
import { ModelError, type ModelErrorCode } from './model-error.ts'
import { scripted } from './scripted.ts'
import { severalSamples } from './several-samples.ts'

const request = { prompt: 'Name a tree.', maxTokens: 8 }

/** A model that makes one sample at a time, and fails by the number of its call. */
function single(failures: Readonly<Record<number, Error>>): Model & { readonly asked: number[] } {
  const oak = scripted({ answers: ['oak'] })
  const asked: number[] = []
  return {
    ...oak,
    asked,
    capabilities: { ...oak.capabilities, count: false } satisfies Capabilities,
    async generate(wanted, run) {
      const failure = failures[asked.push(wanted.maxTokens) - 1]
      if (failure !== undefined) throw failure
      return oak.generate(wanted, run)
    },
  }
}
const error = (code: ModelErrorCode) => new ModelError(code, 'it failed')

it('leaves out the samples that fail', async () => {
  const model = single({ 0: error('E_MODEL_OUTPUT'), 2: error('E_MODEL_RATE'), 3: new StarvedError('tokens') })
  const samples = await severalSamples(model, request, 5, fakeContext())
  expect([samples.map(({ text }) => text), model.asked.length]).toEqual([['oak', 'oak'], 5])
})

it('makes one call where the model gives several', async () => {
  expect(await severalSamples(scripted({ answers: ['oak'] }), request, 3, fakeContext())).toHaveLength(3)
})

describe('throws', () => {
  it('what the first call threw, when all of them failed', async () => {
    const model = single({ 0: error('E_MODEL_OUTPUT'), 1: error('E_MODEL_SERVER') })
    await expect(severalSamples(model, request, 2, fakeContext())).rejects.toMatchObject({ code: 'E_MODEL_OUTPUT' })
  })
  it.each([error('E_MODEL_AUTH'), error('E_MODEL_ABORTED'), new TypeError('a mistake')])('%s at once', async (failure) => {
    await expect(severalSamples(single({ 1: failure }), request, 3, fakeContext())).rejects.toBe(failure)
  })
})
