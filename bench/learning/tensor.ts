// How fast the tensor engine is: matrix products alone, and whole training steps of a bare GPT (forward, backward, Adam with clipping).
// On one thread by processor time; on two by wall time, which other work on the machine makes worse.
import { Random } from '../../src/core/random.ts'
import { type KernelOptions, openKernels } from '../../src/learning/tensor/open-kernels.ts'
import { type Entry, processorSeconds, wallSeconds } from '../entry.ts'
import { torchTraining } from '../peers/torch.ts'
import { bareGpt, gptSizes, randomTokens } from './gpt.ts'
import { nativeKernels } from './native-kernels.ts'

type Settings = Required<Pick<KernelOptions, 'instructions' | 'threads'>>

const settings: readonly Settings[] = (['avx2', 'avx512'] as const).flatMap((instructions) =>
  [1, 2].map((threads) => ({ instructions, threads })),
)

function secondsOf({ threads }: Settings, work: () => void): Promise<number> {
  return threads === 1 ? processorSeconds(work) : wallSeconds(work)
}

/** 10^9 multiplications and additions a second in products of square matrices. */
function product(side: number, times: number, setting: Settings): Entry {
  return {
    name: `learning/matmul-${side}/${setting.instructions}-${setting.threads}`,
    unit: 'GFLOP/s',
    better: 'higher',
    needs: [nativeKernels(setting.instructions)],
    async measure() {
      const kernels = openKernels({ kind: 'native', ...setting })
      const [a, b, out] = [1, 2, 0].map((factor) => Float32Array.from({ length: side * side }, (_, i) => factor * Math.sin(i)))
      const spent = await secondsOf(setting, () => {
        for (let i = 0; i < times; i++) kernels.matmul({ rows: side, columns: side, inner: side }, a!, b!, out!)
      })
      return (2 * side ** 3 * times) / spent / 1e9
    },
  }
}

/** Tokens a second in training. */
function training(name: keyof typeof gptSizes, steps: number, setting: Settings): Entry {
  return {
    name: `learning/gpt-${name}/${setting.instructions}-${setting.threads}`,
    unit: 'tokens/s',
    better: 'higher',
    needs: [nativeKernels(setting.instructions)],
    mostRepetitions: name === 'medium' ? 3 : 5,
    async measure() {
      const net = bareGpt(gptSizes[name], openKernels({ kind: 'native', ...setting }))
      const random = new Random(1, 'tokens')
      net.step(randomTokens(gptSizes[name], random))
      const spent = await secondsOf(setting, () => {
        for (let i = 0; i < steps; i++) net.step(randomTokens(gptSizes[name], random))
      })
      return (gptSizes[name].batch * gptSizes[name].context * steps) / spent
    },
    peer: torchTraining(gptSizes[name], steps, setting),
  }
}

export const entries: readonly Entry[] = settings.flatMap((setting) => [
  product(512, 20, setting),
  product(1024, 4, setting),
  training('kit', 15, setting),
  training('small', 6, setting),
  training('medium', 2, setting),
])
