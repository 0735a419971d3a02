import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { Tape } from '../tensor/tape.ts'
import { type Parameter, parameter, type Tensor } from '../tensor/tensor.ts'
import type { OperationCase } from '../tensor/testing/cases.ts'
import { computeCase, errorOf, expectedOf } from '../tensor/testing/check-case.ts'
import type { CausalNet } from './causal-net.ts'
import { decoder } from './decoder.ts'
import { type LlamaConfig, llama } from './llama.ts'
import { scorer } from './scorer.ts'

const config = { vocabulary: 11, context: 24, width: 16, layers: 2, heads: 4, keyHeads: 2, between: 24, weightSpread: 0.3 }
const kernels = referenceKernels

function tokensOf(count: number, seed = 1): Int32Array {
  const random = new Random(seed)
  return Int32Array.from({ length: count }, () => random.below(config.vocabulary))
}

function hiddenOf(net: CausalNet, tokens: Int32Array, batch = 1): Tensor {
  return net.hidden(new Tape({ kernels }), tokens, batch)
}

describe('llama', () => {
  it('gives hidden states and logits for a batch, and the same for the same seed', () => {
    const net = llama(config, { seed: 1 })
    const tape = new Tape({ kernels })
    const hidden = net.hidden(tape, tokensOf(10), 2)
    expect(hidden.shape).toEqual([10, 16])
    expect(net.logits(tape, hidden).shape).toEqual([10, 11])
    expect(hiddenOf(llama(config, { seed: 1 }), tokensOf(10), 2).data).toEqual(hidden.data)
  })

  it('does not see later tokens', () => {
    const net = llama(config, { seed: 2 })
    expect(hiddenOf(net, tokensOf(8)).data.slice(0, 5 * 16)).toEqual(hiddenOf(net, tokensOf(8).slice(0, 5)).data)
  })

  it('has the gradients of central differences', () => {
    const small: LlamaConfig = { vocabulary: 5, context: 4, width: 8, layers: 1, heads: 2, keyHeads: 1, between: 6 }
    const { parameters } = llama(small, { seed: 1 })
    const operationCase: OperationCase = {
      operation: 'llama',
      variant: '',
      shapes: parameters.map(({ shape }) => shape),
      compute(tape, tensors) {
        const given = parameters.map(
          ({ name }, at) => Object.assign(Object.create(tensors[at]!), { name, trainable: true }) as unknown as Parameter,
        )
        const net = llama(small, { parameters: given })
        return net.logits(tape, net.hidden(tape, Int32Array.of(1, 4, 0, 2, 2, 3), 2))
      },
    }
    const expected = expectedOf(operationCase)
    const computed = computeCase(kernels, operationCase, 'double')
    expect(computed.gradients.map((gradient, at) => errorOf(gradient, expected.gradients[at]!)).filter((error) => error > 1e-7)).toEqual([])
  })

  it('decodes with the same bits as on a tape, alone and with others', () => {
    const net = llama({ ...config, tiedHead: true }, { seed: 3 })
    const decode = decoder(net, { kernels })
    const branches = [9, 20, 1].map((length) => decode.open(tokensOf(length, length)))
    decode.read(branches)
    for (const branch of branches)
      expect(decode.hidden(branch)).toEqual(hiddenOf(net, Int32Array.from(branch.tokens)).data.slice(-config.width))
    const tokens = [...tokensOf(12)]
    const tape = new Tape({ kernels })
    const logits = net.logits(tape, net.hidden(tape, Int32Array.from(tokens), 1))
    const [{ logProbs }] = scorer(net, { kernels }).score([{ tokens }]) as [{ logProbs: Float32Array }]
    for (let place = 1; place < 12; place++) {
      const row = logits.data.slice((place - 1) * 11, place * 11)
      const sum = Math.log(row.reduce((total, one) => total + Math.exp(one), 0))
      expect(logProbs[place]).toBeCloseTo(row[tokens[place]!]! - sum, 4)
    }
  })

  it('is the same net in the order of published weights', () => {
    const net = llama(config, { seed: 4 })
    const byWeight = new Map([...net.linearLayers.values()].map((layer) => [layer.weight, layer]))
    const published = net.parameters.map((weight) => {
      const rows = byWeight.get(weight)?.publishedRows
      if (rows === undefined) return weight
      const data = weight.data.map((_, at) => weight.data[at]!)
      for (let at = 0; at < data.length; at++) data[at - (at % rows.length) + rows[at % rows.length]!] = weight.data[at]!
      return parameter(weight.name, weight.shape, { data })
    })
    const tokens = tokensOf(7)
    const seen = hiddenOf(llama({ ...config, rotaryPairs: 'halves' }, { parameters: published }), tokens).data
    expect(errorOf(seen, hiddenOf(net, tokens).data)).toBeLessThan(1e-5)
    expect([...net.linearLayers.values()].filter(({ publishedRows }) => publishedRows !== undefined)).toHaveLength(4)
    expect(net.linearLayers.get('layers.1.feed.down')).toMatchObject({
      inner: 24,
      columns: 16,
      publishedName: 'model.layers.1.mlp.down_proj',
    })
  })

  it('refuses what does not fit', () => {
    const refused = (code: string) => expect.objectContaining({ code })
    expect(() => llama({ ...config, heads: 3 }, { seed: 1 })).toThrow(refused('E_NET_CONFIG'))
    expect(() => llama({ ...config, keyHeads: 3 }, { seed: 1 })).toThrow(refused('E_NET_CONFIG'))
    expect(() => llama({ ...config, heads: 16 }, { seed: 1 })).toThrow(refused('E_NET_CONFIG'))
    const net = llama(config, { seed: 1 })
    expect(() => llama(config, { parameters: net.parameters.slice(1) })).toThrow(refused('E_NET_PARAMETER'))
    expect(() => hiddenOf(net, new Int32Array(25))).toThrow(refused('E_NET_CONTEXT'))
    expect(() => hiddenOf(net, Int32Array.of(11))).toThrow(refused('E_NET_TOKENS'))
    const adapter = { down: parameter('down', [16, 2]), up: parameter('up', [2, 16]), scale: 1 }
    expect(() => net.adapted(new Map([['layers.2.attention.query', adapter]]))).toThrow(refused('E_NET_ADAPTER'))
    expect(() => net.adapted(new Map([['layers.1.attention.key', adapter]]))).toThrow(refused('E_NET_ADAPTER'))
  })
})
