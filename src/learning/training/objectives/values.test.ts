import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadNetWithHeads } from '../../files/net-file.ts'
import { tensorDigest } from '../../files/safetensors.ts'
import { scorer } from '../../nets/scorer.ts'
import { referenceKernels as kernels } from '../../tensor/reference/reference.ts'
import { saveTokeniser } from '../../tokenisers/tokeniser-file.ts'
import { words } from '../../tokenisers/words.ts'
import { type TrainingJob, train } from '../../train.ts'

const failing = (code: string, text = '') => expect.objectContaining({ code, message: expect.stringContaining(text) })
const source = { runId: 'r', node: 1, task: 't' }
/** A trace is right up to its first `x`. */
const traces = ['a b a', 'a x b', 'x a b', 'b b x', 'b a b', 'x x a', 'a b x', 'b x x'].map((text) => text.split(' '))
const labels = traces.map((steps) => ({
  row: 'step-labels' as const,
  source,
  prompt: '>',
  steps,
  labels: steps.map((_, at) => (steps.slice(0, at + 1).includes('x') ? 0 : 1)),
  label: 'first-error' as const,
}))

let folder: string
let job: TrainingJob
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-values-'))
  const tokeniser = join(folder, 'words.json')
  saveTokeniser(words(['>', 'a', 'b', 'x']), tokeniser)
  const config = { vocabulary: 4, context: 6, width: 16, layers: 1, heads: 2 }
  const net = { kind: 'gpt', config, seed: 1 }
  job = {
    net,
    tokeniser,
    data: { rows: labels },
    objective: 'binary',
    batch: 8,
    limit: { steps: 60 },
    schedule: { kind: 'constant', rate: 0.01 },
  }
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('value objectives', () => {
  it('teach a head what steps are worth, and keep it with its net', async () => {
    for (const objective of ['binary', 'regression'] as const) {
      const out = join(folder, objective)
      const result = await train({ ...job, objective }, { out, kernels: { kind: 'reference' } })
      const { net, heads } = loadNetWithHeads(result.file!)
      expect(tensorDigest([...net.parameters, ...heads.value!.parameters])).toBe(result.digest)
      const [scored] = scorer(net, { kernels }).score([{ tokens: [0, 1, 3, 2] }], { head: heads.value! })
      expect(scored!.values![1]).toBeGreaterThan(0.8)
      expect(scored!.values![2]).toBeLessThan(0.2)
      const again = await train({ ...job, objective }, { out, resume: true, thread: false, kernels: { kind: 'reference' } })
      expect(again.digest).toBe(result.digest)
      expect(tensorDigest(again.heads.value!.parameters)).toBe(tensorDigest(heads.value!.parameters))
    }
  })

  it('take values of states and of whole answers too, and go on with a head', async () => {
    const value = {
      row: 'step-value' as const,
      source,
      prompt: '>',
      steps: ['a', 'b'],
      value: 0.5,
      range: [-1, 1] as const,
      label: 'visit-mean' as const,
    }
    const outcome = { row: 'outcome' as const, source, prompt: '>', completion: 'x a', right: false, value: 0 }
    const options = { thread: false, kernels: { kind: 'reference' } } as const
    const first = await train({ ...job, data: { rows: [value, outcome] }, limit: { steps: 1 } }, { ...options, out: join(folder, 'one') })
    const next = await train({ ...job, net: { file: first.file! }, limit: { steps: 1 } }, options)
    expect(next.heads.value!.parameters.map(({ name }) => name)).toEqual(['value.weight', 'value.bias'])
    expect(next.curve[0]!.loss).not.toBe((await train({ ...job, limit: { steps: 1 } }, options)).curve[0]!.loss)
  })

  it('refuse rows and examples that do not fit', async () => {
    const options = { thread: false, kernels: { kind: 'reference' } } as const
    const cases: [TrainingJob['data'], string][] = [
      [{ rows: [{ ...labels[0]!, labels: [1, 0] }] }, 'row 0: labels: it is 2 labels'],
      [{ rows: [{ row: 'verified', source, prompt: '>', steps: ['a'], answer: 'a' }] }, 'row 0: row: this objective'],
      [{ examples: [{ tokens: [0, 1], places: [2], targets: [1] }] }, 'row 0: places'],
      [{ examples: [{ tokens: [0, 1], places: [1], targets: [2] }] }, 'row 0: targets'],
      [{ examples: [{ tokens: [0, 1], places: [], targets: [] }] }, 'row 0: targets'],
    ]
    for (const [data, text] of cases) await expect(train({ ...job, data }, options)).rejects.toThrow(failing('E_TRAIN_ROW', text))
    await expect(train({ ...job, settings: { between: -1 } }, options)).rejects.toThrow(failing('E_TRAIN_OPTION', 'between'))
    await expect(train({ ...job, settings: { beta: 1 } }, options)).rejects.toThrow(failing('E_TRAIN_OPTION', 'beta'))
  })
})
