// A bare GPT as the tensor engine makes it, for measuring: pre-norm blocks, learned positions, GELU. It knows no tokens' meaning.
import { Random } from '../../src/core/random.ts'
import {
  adam,
  crossEntropy,
  gatherRows,
  type Kernels,
  layerNorm,
  linear,
  type Parameter,
  parameter,
  selfAttention,
  Tape,
  type Tensor,
} from '../../src/learning/tensor/index.ts'

export interface GptSize {
  readonly width: number
  readonly layers: number
  readonly heads: number
  readonly context: number
  readonly batch: number
  readonly vocabulary: number
}

/** The sizes that are measured. */
export const gptSizes = {
  kit: { width: 64, layers: 2, heads: 4, context: 48, batch: 64, vocabulary: 135 },
  small: { width: 128, layers: 4, heads: 4, context: 128, batch: 16, vocabulary: 64 },
  medium: { width: 256, layers: 6, heads: 8, context: 128, batch: 16, vocabulary: 64 },
} satisfies Record<string, GptSize>

/** A net and how it is trained. */
export interface BareGpt {
  /** As they are now: tables, then blocks, then the last norm and the head. */
  readonly parameters: readonly Parameter[]
  /** One training step on these [batch, context] tokens, each of which the net is to say itself. @returns the loss before the step. */
  step(tokens: Int32Array): number
}

/** [batch, context] random tokens. */
export function randomTokens({ batch, context, vocabulary }: GptSize, random: Random): Int32Array {
  return Int32Array.from({ length: batch * context }, () => random.below(vocabulary))
}

/** A net with random weights, and its optimizer. */
export function bareGpt(size: GptSize, kernels: Kernels): BareGpt {
  const { width, layers, heads, context, batch, vocabulary } = size
  const random = new Random(1, 'gpt')
  const parameters: Parameter[] = []
  const make = (name: string, shape: number[], spread: number, center = 0) => {
    const count = shape.reduce((product, length) => product * length, 1)
    const made = parameter(name, shape, { data: Float32Array.from({ length: count }, () => center + spread * normal(random)) })
    parameters.push(made)
    return made
  }
  const dense = (name: string, inner: number, outer: number) => ({
    weight: make(`${name}.weight`, [inner, outer], 0.02),
    bias: make(`${name}.bias`, [outer], 0),
  })
  const norm = (name: string) => ({ gain: make(`${name}.gain`, [width], 0, 1), bias: make(`${name}.bias`, [width], 0) })
  const tokenTable = make('tokens', [vocabulary, width], 0.02)
  const positionTable = make('positions', [context, width], 0.02)
  const blocks = Array.from({ length: layers }, (_, layer) => ({
    first: norm(`${layer}.first`),
    mix: dense(`${layer}.mix`, width, 3 * width),
    out: dense(`${layer}.out`, width, width),
    second: norm(`${layer}.second`),
    up: dense(`${layer}.up`, width, 4 * width),
    down: dense(`${layer}.down`, 4 * width, width),
  }))
  const last = norm('last')
  const head = make('head', [width, vocabulary], 0.02)

  const positions = Int32Array.from({ length: batch * context }, (_, i) => i % context)
  const tape = new Tape({ kernels })
  const optimizer = adam({ kernels, parameters, beta2: 0.99, clip: 1 })

  function forward(tokens: Int32Array): Tensor {
    const shape = [batch, context]
    let hidden = gatherRows(tape, tokenTable, tokens, { shape, add: gatherRows(tape, positionTable, positions, { shape }) })
    for (const { first, mix, out, second, up, down } of blocks) {
      const mixed = linear(tape, layerNorm(tape, hidden, first.gain, first.bias), mix.weight, { bias: mix.bias })
      const seen = selfAttention(tape, mixed, { heads, causal: true })
      hidden = linear(tape, seen, out.weight, { bias: out.bias, residual: hidden })
      const wide = linear(tape, layerNorm(tape, hidden, second.gain, second.bias), up.weight, { bias: up.bias, activation: 'gelu' })
      hidden = linear(tape, wide, down.weight, { bias: down.bias, residual: hidden })
    }
    return linear(tape, layerNorm(tape, hidden, last.gain, last.bias), head)
  }

  return {
    parameters,
    step(tokens) {
      const loss = crossEntropy(tape, forward(tokens), tokens)
      const value = loss.data[0]!
      tape.backward(loss)
      optimizer.step(1e-3)
      tape.reset()
      return value
    },
  }
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit())
}
