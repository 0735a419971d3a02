// PyTorch as a peer of the training engine: the same net from the same weights, trained on the same tokens. Its first losses must be ours.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from '../../src/core/random.ts'
import { type KernelOptions, openKernels } from '../../src/learning/tensor/open-kernels.ts'
import type { Peer } from '../entry.ts'
import { bareGpt, type GptSize, randomTokens } from '../learning/gpt.ts'
import { learningPeers, peerTurns } from './python.ts'

/** Steps whose losses are compared before anything is measured. */
const comparedSteps = 5

/**
 * Training steps of a bare GPT (forward, backward, Adam with clipping); tokens a second, by processor time on one thread and by wall time on more.
 * @param steps of one figure, as in the entry.
 */
export function torchTraining(size: GptSize, steps: number, setting: Required<Pick<KernelOptions, 'instructions' | 'threads'>>): Peer {
  return {
    name: 'PyTorch 2.15 on the processor',
    needs: [learningPeers.packages],
    onlyByName: true,
    async *measure(repetitions) {
      const folder = await mkdtemp(join(tmpdir(), 'banyan-bench-'))
      try {
        const net = bareGpt(size, openKernels({ kind: 'native', ...setting }))
        const random = new Random(1, 'tokens')
        const batches = Array.from({ length: comparedSteps }, () => randomTokens(size, random))
        await writeFile(
          join(folder, 'weights'),
          Buffer.concat(net.parameters.map(({ data }) => Buffer.from(new Float32Array(data).buffer))),
        )
        await writeFile(join(folder, 'tokens'), Buffer.concat(batches.map((tokens) => Buffer.from(tokens.buffer))))
        await writeFile(join(folder, 'job.json'), JSON.stringify({ ...size, losses: batches.map((tokens) => net.step(tokens)) }))
        yield* peerTurns(learningPeers, 'torch-gpt.py', [folder, steps, setting.threads], repetitions)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}
