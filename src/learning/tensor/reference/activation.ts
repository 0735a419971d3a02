// Functions of one and of two numbers, with their derivatives.
import type { Activation, Binary, Kernels } from '../kernels.ts'

const rootOfTwoOverPi = Math.sqrt(2 / Math.PI)
const cubic = 0.044715

/** Value and derivative of each function, from its argument. */
const functions: Readonly<Record<Activation, { value(x: number): number; slope(x: number): number }>> = {
  gelu: {
    value: (x) => 0.5 * x * (1 + Math.tanh(rootOfTwoOverPi * (x + cubic * x * x * x))),
    slope: (x) => {
      const tanh = Math.tanh(rootOfTwoOverPi * (x + cubic * x * x * x))
      return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * rootOfTwoOverPi * (1 + 3 * cubic * x * x)
    },
  },
  silu: { value: (x) => x * sigmoid(x), slope: siluSlope },
  relu: { value: (x) => (x > 0 ? x : x * 0), slope: (x) => (x > 0 ? 1 : 0) },
  tanh: { value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
  sigmoid: { value: sigmoid, slope: (x) => sigmoid(x) * (1 - sigmoid(x)) },
  exp: { value: Math.exp, slope: Math.exp },
  log: { value: Math.log, slope: (x) => 1 / x },
  sqrt: { value: Math.sqrt, slope: (x) => 0.5 / Math.sqrt(x) },
  square: { value: (x) => x * x, slope: (x) => 2 * x },
  absolute: { value: Math.abs, slope: Math.sign },
}

const binaries: Readonly<Record<Binary, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  minimum: Math.min,
  maximum: Math.max,
}

/** Places `start` to `end` of x go through a function; `x` and `out` may be one array. */
export function activate(
  kind: Activation,
  start: number,
  end: number,
  x: Float32Array,
  out: Float32Array,
  slopes: Float32Array | undefined,
): void {
  const { value, slope } = functions[kind]
  for (let i = start; i < end; i++) {
    const argument = x[i]!
    out[i] = value(argument)
    if (slopes !== undefined) slopes[i] = slope(argument)
  }
}

/** See `Kernels`. */
export const pointwise = {
  activation: (kind, count, x, out, slope) => activate(kind, 0, count, x, out, slope),
  gatedSilu(count, a, b, out) {
    for (let i = 0; i < count; i++) out[i] = a[i]! * sigmoid(a[i]!) * b[i]!
  },
  gatedSiluBackward(count, a, b, outGradient, gradientA, gradientB, accumulate) {
    for (let i = 0; i < count; i++) {
      const x = a[i]!
      const toA = outGradient[i]! * b[i]! * siluSlope(x)
      const toB = outGradient[i]! * x * sigmoid(x)
      gradientA[i] = accumulate ? gradientA[i]! + toA : toA
      gradientB[i] = accumulate ? gradientB[i]! + toB : toB
    }
  },
  binary(kind, count, a, b, out, accumulate) {
    const apply = binaries[kind]
    for (let i = 0; i < count; i++) out[i] = accumulate ? out[i]! + apply(a[i]!, b[i]!) : apply(a[i]!, b[i]!)
  },
  scaled(count, scale, x, out, accumulate) {
    for (let i = 0; i < count; i++) out[i] = accumulate ? out[i]! + scale * x[i]! : scale * x[i]!
  },
} satisfies Partial<Kernels>

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

function siluSlope(x: number): number {
  const s = sigmoid(x)
  return s * (1 + x * (1 - s))
}
