import { describe, expect, it } from 'vitest'
import { gpt } from '../nets/gpt.ts'
import { parametersDigest } from '../nets/parameters-digest.ts'
import { adam } from '../tensor/adam.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { frozenCopy, movingAverage, resetOptimizer, stalePolicy, trainableCopy } from './snapshots.ts'

const small = () => gpt({ vocabulary: 4, context: 4, width: 4, layers: 1, heads: 1 }, { seed: 1 })
/** All weights become this number: what an update did. */
const setAll = (net: ReturnType<typeof small>, value: number) => {
  for (const { data } of net.parameters) data.fill(value)
}
const weight = (net: ReturnType<typeof small>) => net.parameters[0]!.data[0]!

describe('a copy to be trained', () => {
  it('has the same weights and changes alone', () => {
    const net = gpt({ vocabulary: 4, context: 4, width: 8, layers: 1, heads: 1 }, { seed: 1 })
    const copy = trainableCopy(net)
    expect(parametersDigest(copy.parameters)).toBe(parametersDigest(net.parameters))
    copy.parameters[0]!.data[0]! += 1
    expect(parametersDigest(copy.parameters)).not.toBe(parametersDigest(net.parameters))
    expect(copy.parameters.every(({ trainable }) => trainable)).toBe(true)
  })
})

describe('frozenCopy', () => {
  it('stays as the net was, and is never trained', () => {
    const net = small()
    const before = weight(net)
    const reference = frozenCopy(net)
    setAll(net, 9)
    expect(weight(reference)).toBe(before)
    expect(reference.parameters.some(({ trainable }) => trainable)).toBe(false)
    expect(reference.parameters.map(({ name }) => name)).toEqual(net.parameters.map(({ name }) => name))
  })

  it('wants a kind of net that it knows', () => {
    expect(() => frozenCopy({ ...small(), kind: 'gtp' })).toThrow(/gtp/)
  })
})

describe('stalePolicy', () => {
  it.each([0, 1, 3])('lags %i updates behind', (lag) => {
    const net = small()
    setAll(net, 0)
    const stale = stalePolicy(net, lag)
    for (let update = 1; update <= 6; update++) {
      setAll(net, update)
      stale.update()
      expect(weight(stale.net)).toBe(Math.max(0, update - lag))
      expect(stale.version).toBe(Math.max(0, update - lag))
    }
  })

  it('refuses a lag that cannot be', () => {
    expect(() => stalePolicy(small(), -1)).toThrow(/lag.*-1.*whole number from 0/)
  })
})

describe('movingAverage', () => {
  it('moves by 1 − decay of the way in each update', () => {
    const net = small()
    setAll(net, 0)
    const average = movingAverage(net, 0.75)
    setAll(net, 1)
    average.update()
    expect(weight(average.net)).toBe(0.25)
    average.update()
    expect(weight(average.net)).toBe(0.4375)
    expect(weight(net)).toBe(1)
  })

  it('refuses a decay out of range', () => {
    expect(() => movingAverage(small(), 1.5)).toThrow(/decay.*1.5/)
  })
})

describe('resetOptimizer', () => {
  it('lets the next step be a first step', () => {
    const steps = (reset: boolean) => {
      const net = small()
      const optimizer = adam({ kernels: referenceKernels, parameters: net.parameters })
      const step = (gradient: number) => {
        for (const parameter of net.parameters) parameter.cell.gradient = new Float32Array(parameter.data.length).fill(gradient)
        for (const parameter of net.parameters) parameter.cell.written = true
        optimizer.step(0.1)
      }
      step(5)
      if (reset) resetOptimizer(optimizer)
      setAll(net, 0)
      step(-1)
      return { weight: weight(net), steps: optimizer.state().steps }
    }
    // A first step of Adam moves by the rate, against the sign of the gradient.
    expect(steps(true).weight).toBeCloseTo(0.1, 6)
    expect(steps(true).steps).toBe(1)
    expect(steps(false).weight).toBeLessThan(0)
    expect(steps(false).steps).toBe(2)
  })
})
