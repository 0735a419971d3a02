// The compiled kernels against the reference, and what they promise of their bits.
import { appendFileSync, copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../../../core/random.ts'
import { requirement } from '../../../testing/requirements.ts'
import { codedBlock, eightBitMatrix, setBlock } from '../eight-bit-matrix.ts'
import { codeBlock, type EightBitMatrix, type Kernels, type PagedAttention } from '../kernels.ts'
import { availableInstructions, openKernels } from '../open-kernels.ts'
import { attention } from '../operations/attention.ts'
import { linear } from '../operations/linear.ts'
import { referenceKernels } from '../reference/reference.ts'
import { Tape } from '../tape.ts'
import { constant } from '../tensor.ts'
import { operationCases } from '../testing/cases.ts'
import { computeCase, errorOf, expectedOf } from '../testing/check-case.ts'
import { attendPages, attendWhole, pagedCases, sampledOf, samplingCase } from '../testing/decoding-cases.ts'
import { buildLibrary } from './build-library.ts'
import { loadLibrary } from './load-library.ts'

const compiler = requirement('compiler')
const failing = (code: string, message: RegExp = /./) => expect.objectContaining({ code, message: expect.stringMatching(message) })
const bits = (numbers: ArrayLike<number>) => Buffer.from(Float32Array.from(numbers).buffer).toString('base64')

function numbers(count: number, key: string): Float32Array {
  const random = new Random(5, key)
  return Float32Array.from({ length: count }, () => random.unit() - 0.5)
}

/** Random blocks; the reach of the codes is used whole. */
function eightBitCase(inner: number, columns: number): EightBitMatrix {
  const matrix = eightBitMatrix(inner, columns)
  const random = new Random(3, inner)
  const block = codedBlock()
  for (let column = 0; column < columns; column++)
    for (let at = 0; at < inner / codeBlock; at++) {
      block.scale = random.unit() / 100
      block.least = -random.unit()
      for (let i = 0; i < codeBlock; i++) block.codes[i] = random.below(256)
      setBlock(matrix, column, at, block)
    }
  return matrix
}

describe.skipIf(!compiler.available)('native kernels', () => {
  beforeAll(async () => {
    await buildLibrary()
  }, 300_000)

  const everyKind = (): Kernels[] =>
    availableInstructions().flatMap((instructions) => [1, 2].map((threads) => openKernels({ kind: 'native', instructions, threads })))

  it.each(operationCases.map((one) => [`${one.operation} ${one.variant}`, one] as const))('%s', (_, operationCase) => {
    const expected = expectedOf(operationCase)
    for (const kernels of everyKind()) {
      const { result, gradients } = computeCase(kernels, operationCase)
      expect(errorOf(result, expected.result)).toBeLessThan(1e-5)
      gradients.forEach((gradient, at) => {
        expect(errorOf(gradient, expected.gradients[at]!)).toBeLessThan(2e-5)
      })
    }
  })

  it('give the same bits with AVX2 and AVX-512, and with any number of threads', () => {
    const wide = everyKind().filter(({ name }) => name !== 'native generic')
    for (const operationCase of operationCases) {
      const seen = wide.map((kernels) => {
        const { result, gradients } = computeCase(kernels, operationCase)
        return [result, ...gradients].map(bits).join()
      })
      expect(new Set(seen).size, operationCase.operation).toBeLessThanOrEqual(1)
    }
    const big = wide.map((kernels) => {
      const out = new Float32Array(300 * 700)
      const product = { rows: 300, columns: 700, inner: 600, transposeA: true, transposeB: true }
      kernels.matmul(product, numbers(600 * 300, 'a'), numbers(600 * 700, 'b'), out)
      return bits(out)
    })
    expect(new Set(big).size).toBeLessThanOrEqual(1)
  })

  it('give a row the same bits whatever else is in its batch', () => {
    const weight = constant([300, 77], numbers(300 * 77, 'weight'))
    const x = numbers(64 * 300, 'x')
    for (const kernels of everyKind()) {
      const tape = new Tape({ kernels, gradients: false })
      const whole = linear(tape, constant([64, 300], x), weight, { activation: 'gelu' }).data
      for (const [start, rows] of [
        [0, 1],
        [7, 1],
        [63, 1],
        [5, 13],
        [1, 40],
      ] as const) {
        const part = linear(tape, constant([rows, 300], x.slice(start * 300, (start + rows) * 300)), weight, { activation: 'gelu' }).data
        expect(bits(part)).toBe(bits(whole.slice(start * 77, (start + rows) * 77)))
      }
    }
  })

  it('give a query the same bits alone, with its keys from a cache, and within its whole sequence', () => {
    const length = 150
    const width = 24
    const [q, k, v] = ['q', 'k', 'v'].map((key) => numbers(length * width, key)) as [Float32Array, Float32Array, Float32Array]
    const tensor = (data: Float32Array) => constant([1, data.length / width, width], data)
    for (const kernels of everyKind()) {
      const tape = new Tape({ kernels, gradients: false })
      const whole = attention(tape, tensor(q), tensor(k), tensor(v), { heads: 2, causal: true }).data
      for (const at of [0, 1, 17, 48, 95, 149]) {
        const [keys, values] = [k.slice(0, (at + 1) * width), v.slice(0, (at + 1) * width)]
        const alone = attention(tape, tensor(q.slice(at * width, (at + 1) * width)), tensor(keys), tensor(values), {
          heads: 2,
          causal: true,
        })
        expect(bits(alone.data)).toBe(bits(whole.slice(at * width, (at + 1) * width)))
      }
    }
  })

  it('give attention over pages the bits of the whole sequence, whatever rows go together', () => {
    for (const paged of pagedCases) {
      const expected = attendWhole(referenceKernels, paged)
      for (const kernels of everyKind()) {
        const whole = attendWhole(kernels, paged)
        whole.forEach((out, sequence) => {
          expect(errorOf(out, expected[sequence]!)).toBeLessThan(1e-5)
        })
        for (const blockRows of [1, 7, 64]) expect(attendPages(kernels, paged, blockRows).map(bits)).toEqual(whole.map(bits))
      }
    }
  })

  it('choose tokens as the reference does, with the same bits for a row alone', () => {
    for (const classes of [5, 135, 1000]) {
      const { sampling, logits } = samplingCase(80, classes)
      const expected = sampledOf(referenceKernels, sampling, logits)
      const seen = everyKind().map((kernels) => {
        const found = sampledOf(kernels, sampling, logits)
        expect(found.tokens).toEqual(expected.tokens)
        for (const name of ['logProbs', 'rawLogProbs', 'logSums', 'entropies'] as const)
          expect(errorOf(found[name], expected[name]), name).toBeLessThan(1e-5)
        const last = <T extends Float32Array | Int32Array>(array: T) => array.slice(-1) as T
        const { temperatures, topK, topP, draws, maskOf } = sampling
        const one = { temperatures: last(temperatures), topK: last(topK), topP: last(topP), draws: last(draws), maskOf: last(maskOf) }
        const alone = sampledOf(kernels, { ...sampling, ...one, rows: 1 }, logits.slice(-classes))
        const all = (rows: typeof alone) =>
          bits([rows.tokens, rows.logProbs, rows.rawLogProbs, rows.entropies].map((array) => array.at(-1)!))
        expect(all(alone)).toBe(all(found))
        return { name: kernels.name, bits: bits([...found.logProbs, ...found.rawLogProbs, ...found.entropies]) }
      })
      expect(new Set(seen.filter(({ name }) => name !== 'native generic').map((one) => one.bits)).size).toBeLessThanOrEqual(1)
    }
  })

  it('multiply eight-bit matrices as the reference does, with the same bits for a row alone', () => {
    for (const [rows, columns, inner] of [
      [1, 16, 32],
      [9, 50, 96],
      [21, 200, 576],
    ] as const) {
      const matrix = eightBitCase(inner, columns)
      const x = numbers(rows * inner, 'x')
      const residual = numbers(rows * columns, 'residual')
      const product = (kernels: Kernels, from = 0, count = rows) => {
        const out = new Float32Array(count * columns)
        const rest = residual.slice(from * columns, (from + count) * columns)
        kernels.eightBitMatmul({ rows: count, columns, inner, residual: rest }, x.slice(from * inner, (from + count) * inner), matrix, out)
        return out
      }
      const expected = product(referenceKernels)
      const seen = everyKind().map((kernels) => {
        const whole = product(kernels)
        expect(errorOf(whole, expected)).toBeLessThan(1e-5)
        for (let row = 0; row < rows; row += 4)
          expect(bits(product(kernels, row, 1))).toBe(bits(whole.slice(row * columns, (row + 1) * columns)))
        return { name: kernels.name, bits: bits(whole) }
      })
      expect(new Set(seen.filter(({ name }) => name !== 'native generic').map((one) => one.bits)).size).toBeLessThanOrEqual(1)
    }
  })

  it('let NaN and infinities show, without a crash', () => {
    for (const kernels of everyKind())
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const x = numbers(40 * 40, 'bad')
        x[77] = bad
        const out = new Float32Array(40 * 40)
        kernels.matmul({ rows: 40, columns: 40, inner: 40 }, x, numbers(1600, 'b'), out)
        expect(kernels.firstNonFinite(1600, out)).toBe(40)
        kernels.softmax(1, 1600, x, out, true)
        expect(kernels.firstNonFinite(1600, out)).not.toBe(-1)
        expect(kernels.firstNonFinite(1600, x)).toBe(77)
        expect(Number.isFinite(kernels.sumOfSquares(1600, x))).toBe(false)
      }
  })

  it('refuse arrays that are too short, and what is no array', () => {
    const kernels = openKernels({ kind: 'native' })
    const short = new Float32Array(3)
    const wide = new Float32Array(100)
    const pages = new Float32Array(2 * 2 * 16 * 2)
    const one = { positions: Int32Array.of(3), tableOf: Int32Array.of(0), tables: Int32Array.of(0) }
    const paged = (changed: Partial<PagedAttention>) => ({
      ...one,
      rows: 1,
      heads: 4,
      keyHeads: 2,
      size: 2,
      scale: 1,
      tableStride: 1,
      ...changed,
    })
    kernels.pagedAttention(paged({}), wide, pages, wide)
    const { sampling, logits } = samplingCase(4, 5)
    const refused: (() => void)[] = [
      () => kernels.matmul({ rows: 2, columns: 2, inner: 2 }, short, wide, wide),
      () => kernels.matmul({ rows: 2, columns: 2, inner: 2, batch: 9, strideA: 4 }, wide.subarray(70), wide, wide),
      () => kernels.matmul({ rows: 1e9, columns: 1e9, inner: 1e9 }, wide, wide, wide),
      () => kernels.matmul({ rows: -1, columns: 2, inner: 2 }, wide, wide, wide),
      () => kernels.matmul({ rows: 2, columns: 2, inner: 2, bias: short.subarray(2) }, wide, wide, wide),
      () => kernels.softmax(2, 2, wide, short, false),
      () => kernels.scaled(4, 1, [1, 2, 3, 4] as unknown as Float32Array, wide, false),
      () => kernels.scaled(4, 1, new Float64Array(8) as unknown as Float32Array, wide, false),
      () => kernels.scaled(4, 1, undefined as unknown as Float32Array, wide, false),
      () => kernels.gatherRows(2, wide, Int32Array.of(50), undefined, wide),
      () => kernels.pagedAttention(paged({ positions: Int32Array.of(16) }), wide, pages, wide),
      () => kernels.pagedAttention(paged({ positions: Int32Array.of(-1) }), wide, pages, wide),
      () => kernels.pagedAttention(paged({ tableOf: Int32Array.of(1) }), wide, pages, wide),
      () => kernels.pagedAttention(paged({ tables: Int32Array.of(1) }), wide, pages, wide),
      () => kernels.pagedAttention(paged({ heads: 3 }), wide, pages, wide),
      () => kernels.pagedAttention(paged({}), short, pages, wide),
      () => sampledOf(kernels, { ...sampling, maskOf: new Int32Array(4).fill(2) }, logits),
      () => sampledOf(kernels, { ...sampling, draws: new Int32Array(1) }, logits),
      () => sampledOf(kernels, sampling, logits.slice(1)),
      () => kernels.scatterRows(2, wide, Int32Array.of(-2), wide),
      () => kernels.crossEntropy(1, 4, wide, Int32Array.of(4), Float32Array.of(1), wide, undefined),
      () =>
        kernels.adam(
          { rate: 1, beta1: 0, beta2: 0, epsilon: 1, decay: 0, correction1: 1, correction2: 1, gradientScale: 1 },
          wide,
          wide,
          short,
          wide,
        ),
    ]
    for (const call of refused) expect(call).toThrow(failing('E_NATIVE_ARGUMENT'))
  })

  it('say which instructions there are', () => {
    expect(availableInstructions()).toContain('generic')
    expect(() => openKernels({ kind: 'native', instructions: 'mmx' as 'avx2' })).toThrow(failing('E_NATIVE_INSTRUCTIONS', /generic/))
    expect(() => openKernels({ threads: 0 })).toThrow(failing('E_TENSOR_OPTION'))
  })
})

describe.skipIf(!compiler.available)('a library file', () => {
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'banyan-native-'))
    const { path } = await buildLibrary()
    copyFileSync(path, join(folder, nameOf(path)))
    copyFileSync(`${path}.json`, join(folder, `${nameOf(path)}.json`))
  }, 300_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const nameOf = (path: string) => path.split(/[\\/]/).at(-1)!
  const library = () => join(folder, readdirSync(folder).find((name) => name.endsWith('.node'))!)

  it('is missing, from other sources, damaged, or without its manifest: each is said', () => {
    expect(loadLibrary([folder]).source).toMatch(/^[0-9a-f]{64}$/)
    expect(() => loadLibrary([join(folder, 'nowhere')])).toThrow(failing('E_NATIVE_MISSING', /not built/))
    const other = mkdtempSync(join(tmpdir(), 'banyan-native-'))
    writeFileSync(join(other, 'kernels-linux-x64-0000000000000000.node'), '')
    expect(() => loadLibrary([other])).toThrow(failing('E_NATIVE_MISSING', /other sources/))
    rmSync(other, { recursive: true })

    const path = library()
    appendFileSync(path, 'x')
    expect(() => loadLibrary([folder])).toThrow(failing('E_NATIVE_REFUSED', /damaged/))
    writeFileSync(`${path}.json`, '{')
    expect(() => loadLibrary([folder])).toThrow(failing('E_NATIVE_REFUSED', /manifest cannot be read/))
    rmSync(`${path}.json`)
    expect(() => loadLibrary([folder])).toThrow(failing('E_NATIVE_REFUSED', /manifest is missing/))
  })
})

describe('without a compiler', () => {
  it('building says what to install', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'banyan-native-'))
    try {
      await expect(buildLibrary({ compiler: 'no-such-compiler', folder })).rejects.toThrow(failing('E_NATIVE_COMPILER', /Install one/))
      expect(readdirSync(folder)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('the reference can always be had', () => {
    expect(openKernels({ kind: 'reference' }).name).toBe('reference')
  })
})
