import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadNet, saveNet } from './files/net-file.ts'
import { lora, mergedParameters } from './lora.ts'
import type { CausalNet } from './nets/causal-net.ts'
import { decoder } from './nets/decoder.ts'
import { llama } from './nets/llama.ts'
import { adam } from './tensor/adam.ts'
import { crossEntropy } from './tensor/operations/cross-entropy.ts'
import { referenceKernels as kernels } from './tensor/reference/reference.ts'
import { Tape } from './tensor/tape.ts'
import { errorOf } from './tensor/testing/check-case.ts'
import { train } from './train.ts'

const config = { vocabulary: 11, context: 24, width: 16, layers: 2, heads: 4, keyHeads: 2, between: 24, weightSpread: 0.3 }
const tokens = Int32Array.of(1, 5, 2, 9, 4, 7, 3)

function logitsOf(net: CausalNet): Float32Array {
  const tape = new Tape({ kernels })
  return net.logits(tape, net.hidden(tape, tokens, 1)).data
}

/** Some steps towards a fixed text; the losses. */
function learn(net: CausalNet, steps = 15): number[] {
  const tape = new Tape({ kernels })
  const optimizer = adam({ kernels, parameters: net.parameters })
  return Array.from({ length: steps }, () => {
    const hidden = net.hidden(tape, tokens.subarray(0, 6), 1)
    const loss = crossEntropy(tape, net.logits(tape, hidden), tokens.slice(1), { divisor: 6 })
    const seen = loss.data[0]!
    tape.backward(loss)
    optimizer.step(0.02)
    tape.reset()
    return seen
  })
}

describe('lora', () => {
  it('changes nothing at first, then learns with the base as it was', () => {
    const base = llama(config, { seed: 1 })
    const before = base.parameters.map(({ data }) => data.slice())
    const net = lora(base, { rank: 3, targets: ['attention.query', 'feed.down'] }, { seed: 2 })
    expect(logitsOf(net)).toEqual(logitsOf(base))
    expect(net.parameters.filter(({ trainable }) => trainable).map(({ name, shape }) => [name, shape])).toEqual([
      ['lora.layers.0.attention.query.down', [16, 3]],
      ['lora.layers.0.attention.query.up', [3, 16]],
      ['lora.layers.0.feed.down.down', [24, 3]],
      ['lora.layers.0.feed.down.up', [3, 16]],
      ['lora.layers.1.attention.query.down', [16, 3]],
      ['lora.layers.1.attention.query.up', [3, 16]],
      ['lora.layers.1.feed.down.down', [24, 3]],
      ['lora.layers.1.feed.down.up', [3, 16]],
    ])
    const losses = learn(net)
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2)
    expect(base.parameters.map(({ data }) => data)).toEqual(before)
    expect(logitsOf(net)).not.toEqual(logitsOf(base))
  })

  it('decodes with the bits of the tape, and gives the numbers of its merged weights', () => {
    const base = llama(config, { seed: 3 })
    const net = lora(base, { rank: 2, alpha: 3 }, { seed: 4 })
    learn(net)
    const tape = new Tape({ kernels })
    const decode = decoder(net, { kernels })
    expect(decode.hidden(decode.open(tokens))).toEqual(net.hidden(tape, tokens, 1).data.slice(-config.width))
    expect(errorOf(logitsOf(llama(config, { parameters: mergedParameters(net) })), logitsOf(net))).toBeLessThan(1e-5)
    expect(errorOf(logitsOf(base), logitsOf(net))).toBeGreaterThan(0.1)
  })

  it('takes given adapters in place', () => {
    const base = llama(config, { seed: 3 })
    const net = lora(base, { rank: 2 }, { seed: 4 })
    const parameters = net.parameters.filter(({ trainable }) => trainable)
    const again = lora(base, { rank: 2 }, { parameters })
    expect(again.adapters.get('layers.0.feed.up')!.down).toBe(net.adapters.get('layers.0.feed.up')!.down)
    expect(() => lora(base, { rank: 3 }, { parameters })).toThrow(expect.objectContaining({ code: 'E_NET_PARAMETER' }))
  })

  it('refuses options that cannot be', () => {
    const base = llama(config, { seed: 1 })
    for (const options of [{ rank: 0 }, { rank: 1.5 }, { alpha: 0 }, { targets: [] }, { targets: ['query', 'feed.query'] }])
      expect(() => lora(base, options, { seed: 1 })).toThrow(expect.objectContaining({ code: 'E_LORA_OPTION' }))
  })

  it('is saved, loaded, and trained in a thread like any other net', async () => {
    const net = lora(llama(config, { seed: 1 }), { rank: 2, targets: ['attention.value'] }, { seed: 2 })
    const examples = [{ tokens, weights: tokens.map((_, at) => (at > 0 ? 1 : 0)) }]
    const job = { data: { examples }, objective: 'supervised', limit: { steps: 8 }, rate: 0.02 } as const
    const options = { keepNet: false, kernels: { kind: 'reference' } } as const
    const folder = mkdtempSync(join(tmpdir(), 'banyan-lora-'))
    saveNet(net, join(folder, 'net'))
    const here = await train({ net: loadNet(join(folder, 'net')), ...job }, { ...options, thread: false })
    rmSync(folder, { recursive: true })
    const there = await train({ net, ...job }, options)
    expect(there.digest).toBe(here.digest)
    expect(there.curve.at(-1)!.loss).toBeLessThan(there.curve[0]!.loss)
    expect(logitsOf(net)).toEqual(logitsOf(here.net))
  })

  it.each(['dpo', 'simpo', 'orpo'] as const)('learns from pairs by %s, and its base stays as it was', async (objective) => {
    const base = llama(config, { seed: 1 })
    const before = base.parameters.map(({ data }) => data.slice())
    const net = lora(base, { rank: 2 }, { seed: 2 })
    const side = (last: number) => ({
      tokens: [...tokens.slice(0, -1), last],
      weights: tokens.map((_, at) => (at === tokens.length - 1 ? 1 : 0)),
    })
    const examples = [{ chosen: side(1), rejected: side(2), labelSmoothing: 0.1 }]
    const job = { net, data: { examples }, objective, limit: { steps: 12 }, rate: 0.02 } as const
    const { curve } = await train(job, { keepNet: false, thread: false, kernels: { kind: 'reference' } })
    expect(curve.at(-1)!.loss).toBeLessThan(curve[0]!.loss)
    expect(base.parameters.map(({ data }) => data)).toEqual(before)
  })
})
