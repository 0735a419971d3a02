import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadNet } from './files/net-file.ts'
import { openTensors, tensorDigest, writeTensors } from './files/safetensors.ts'
import { gpt } from './nets/gpt.ts'
import { saveTokeniser } from './tokenisers/tokeniser-file.ts'
import { words } from './tokenisers/words.ts'
import { type SequenceExample, type TrainingJob, type TrainingProgress, train } from './train.ts'

const failing = (code: string, text = '') => expect.objectContaining({ code, message: expect.stringContaining(text) })
const reference = { kernels: { kind: 'reference' } } as const

/** Copying: `a b > a b`, as tokens. */
const copies: SequenceExample[] = Array.from({ length: 24 }, (_, i) => {
  const [a, b] = [i % 5, (i * 7) % 5]
  return { tokens: [a, b, 5, a, b], weights: [0, 0, 0, 1, 1] }
})
const config = { vocabulary: 6, context: 6, width: 16, layers: 1, heads: 2 }
const job: TrainingJob = {
  net: { kind: 'gpt', config, seed: 1 },
  data: { examples: copies },
  heldOut: { examples: copies.slice(0, 5) },
  objective: 'supervised',
  seed: 4,
  batch: 8,
  limit: { steps: 12 },
  evaluateEvery: 4,
}

let folder: string
let out: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-train-'))
  out = join(folder, 'out')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A signal that is given after so many steps. */
function until(steps: number): { signal: AbortSignal; progress: (progress: TrainingProgress) => void; checkpointEvery: number } {
  const controller = new AbortController()
  return { signal: controller.signal, progress: ({ step }) => step >= steps && controller.abort(), checkpointEvery: 2 }
}

describe('train', () => {
  it('makes the loss smaller, and writes a net that can be loaded', async () => {
    const told: TrainingProgress[] = []
    const result = await train(
      { ...job, limit: { steps: 60 }, schedule: { kind: 'constant', rate: 0.01 } },
      { ...reference, out, progress: (one) => told.push(one) },
    )
    expect(result).toMatchObject({ ended: 'limit', steps: 60, tokens: 60 * 8 * 5, checkpoint: join(out, 'checkpoint.safetensors') })
    expect(result.curve.at(-1)!.loss).toBeLessThan(0.5 * result.curve[0]!.loss)
    expect(result.heldOut.at(-1)).toMatchObject({ step: 60 })
    expect(told.at(-1)).toMatchObject({ step: 60, steps: 60, tokens: 2400, secondsLeft: 0, telemetry: { rate: 0.01 } })
    expect(tensorDigest(loadNet(result.file!).parameters)).toBe(result.digest)
    expect(tensorDigest(result.net.parameters)).toBe(result.digest)
  })

  it('gives the same weights in this thread, and in small parts nearly the same', async () => {
    const threaded = await train(job, reference)
    expect((await train(job, { ...reference, thread: false })).digest).toBe(threaded.digest)
    const parts = await train({ ...job, microbatch: 3 }, { ...reference, thread: false })
    expect(parts.digest).not.toBe(threaded.digest)
    expect(parts.curve.at(-1)!.loss).toBeCloseTo(threaded.curve.at(-1)!.loss, 4)
  })

  it('goes on after it was stopped as if it had not been', async () => {
    const whole = await train(job, { ...reference, thread: false })
    const stopped = await train(job, { ...reference, out, thread: false, signal: AbortSignal.abort() })
    expect(stopped).toMatchObject({ ended: 'aborted', steps: 0, checkpoint: join(out, 'checkpoint.safetensors') })
    expect(stopped.file).toBeUndefined()
    let result = stopped
    for (let round = 0; result.ended === 'aborted' && round < 20; round++) {
      result = await train({ ...job }, { ...reference, out, thread: false, resume: true, ...until(result.steps + 1) })
    }
    expect(result.digest).toBe(whole.digest)
    expect(result.curve).toEqual(whole.curve)
    expect(result.heldOut).toEqual(whole.heldOut)
    const again = await train(job, { ...reference, out, resume: true, thread: false })
    expect(again.digest).toBe(whole.digest)
  })

  it('goes on from what a kill left: the last checkpoint, and half of the next', async () => {
    const whole = await train(job, { ...reference, thread: false })
    await train(job, { ...reference, out, thread: false, ...until(4) })
    const checkpoint = join(out, 'checkpoint.safetensors')
    writeFileSync(`${checkpoint}.part`, readFileSync(checkpoint).subarray(0, 500))
    const result = await train(job, { ...reference, out, resume: true, thread: false })
    expect(result.digest).toBe(whole.digest)
  })

  it('will not go on with another job, and says what differs', async () => {
    await train(job, { ...reference, out, thread: false, ...until(4) })
    const changed: [Partial<TrainingJob>, string][] = [
      [{ seed: 5 }, 'seed differs'],
      [{ limit: { steps: 13 } }, 'steps differs'],
      [{ data: { examples: copies.slice(1) } }, 'data differs'],
      [{ net: { kind: 'gpt', config, seed: 2 } }, 'net differs'],
      [{ schedule: { kind: 'constant', rate: 0.1 } }, 'schedule differs'],
    ]
    for (const [change, text] of changed)
      await expect(train({ ...job, ...change }, { ...reference, out, resume: true, thread: false })).rejects.toThrow(
        failing('E_TRAIN_RESUME', text),
      )
    await expect(train(job, { ...reference, out, thread: false })).rejects.toThrow(failing('E_TRAIN_FOLDER'))
    const checkpoint = join(out, 'checkpoint.safetensors')
    writeFileSync(checkpoint, readFileSync(checkpoint).subarray(0, 700))
    await expect(train(job, { ...reference, out, resume: true, thread: false })).rejects.toThrow(failing('E_TENSOR_FILE_DAMAGED'))
    writeTensors(checkpoint, [])
    await expect(train(job, { ...reference, out, resume: true, thread: false })).rejects.toThrow(failing('E_TRAIN_RESUME', 'no checkpoint'))
  })

  it('stops at a loss that is not finite, naming step and rows, and keeps the last good checkpoint', async () => {
    const wild = { ...job, schedule: { kind: 'constant', rate: 1e30 }, optimizer: { clip: 1e9 } } as const
    await expect(train(wild, { ...reference, out, checkpointEvery: 1 })).rejects.toThrow(
      failing('E_TRAIN_DIVERGED', 'the last good checkpoint is'),
    )
    await expect(train(wild, { ...reference, thread: false })).rejects.toThrow(failing('E_TRAIN_DIVERGED', 'in a batch of row'))
    using file = openTensors(join(out, 'checkpoint.safetensors'))
    expect(file.read('weight/head.weight').every(Number.isFinite)).toBe(true)
  })

  it('stops early, and gives the weights of the lowest held-out loss', async () => {
    // Held out is the opposite of what is learnt, so that it only gets worse.
    const opposite = copies.map(({ tokens, weights }) => ({ tokens: [...Array.from(tokens).slice(0, 3), 5, 5], weights }))
    const early: TrainingJob = {
      ...job,
      heldOut: { examples: opposite },
      limit: { steps: 40 },
      evaluateEvery: 2,
      patience: 2,
      schedule: { kind: 'constant', rate: 0.02 },
    }
    const result = await train(early, { ...reference, out, thread: false })
    expect(result.ended).toBe('early')
    expect(result.steps).toBeLessThan(40)
    const lowest = result.heldOut.reduce((best, one) => (one.loss < best.loss ? one : best))
    const till = await train({ ...early, patience: 9, limit: { steps: 40 } }, { ...reference, thread: false })
    expect(result.steps - lowest.step).toBe(4)
    expect(till.digest).toBe(result.digest)
    const resumed = await train(early, { ...reference, out, resume: true, thread: false })
    expect(resumed.digest).toBe(result.digest)
  })

  it('changes a net in memory in place', async () => {
    const digests: string[] = []
    for (const thread of [true, false]) {
      const net = gpt(config, { seed: 1 })
      const result = await train({ ...job, net }, { ...reference, thread })
      expect(result.net).toBe(net)
      digests.push(tensorDigest(net.parameters))
    }
    expect(digests[0]).toBe(digests[1])
    expect(digests[0]).toBe((await train(job, reference)).digest)
  })

  it('counts its budget in steps, tokens or passes', async () => {
    const steps = async (limit: TrainingJob['limit']) =>
      (await train({ ...job, ...(limit && { limit }) }, { ...reference, thread: false })).steps
    expect(await steps({ tokens: 81 })).toBe(3)
    expect(await steps({ epochs: 2 })).toBe(6)
    expect(await steps({ epochs: 2, steps: 4 })).toBe(4)
    for (const limit of [{}, { steps: 0 }, { steps: 1.5 }, { tokens: Number.NaN }])
      await expect(train({ ...job, limit }, reference)).rejects.toThrow(failing('E_TRAIN_OPTION', 'limit'))
  })

  it('passes over all data before it begins anew', async () => {
    const { batches } = await import('./training/batches.ts')
    const order = batches(10, 4, 7)
    const two = [0, 1, 2, 3, 4].flatMap((step) => order.at(step))
    expect([...two.slice(0, 10)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect([...two.slice(10)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(batches(10, 4, 7).at(4)).toEqual(order.at(4))
    expect(batches(3, 7, 1).at(0)).toHaveLength(7)
  })
})

describe('rows of a training', () => {
  const source = { runId: 'r', node: 1, task: 't' }
  const row = (more: object = {}) => ({ row: 'verified', source, prompt: 'a b >', steps: ['a', 'b'], answer: 'b', ...more })
  const tokeniser = () => {
    const path = join(folder, 'words.json')
    saveTokeniser(words(['a', 'b', 'c', 'd', '<end>', '>']), path)
    return path
  }
  const file = (...rows: unknown[]) => {
    const path = join(folder, 'rows.jsonl')
    writeFileSync(path, rows.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n'))
    return { files: [path] }
  }
  const withRows = (data: TrainingJob['data'], more: Partial<TrainingJob> = {}) =>
    train(
      { net: { kind: 'gpt', config, seed: 1 }, tokeniser: tokeniser(), data, objective: 'supervised', batch: 2, ...more },
      { ...reference, out, thread: false },
    )

  it('are read from files, and the net comes with its tokeniser', async () => {
    const result = await withRows(file(row(), '', row({ steps: ['b'] })))
    expect(result).toMatchObject({ steps: 1, tokens: 6 + 5 })
    const next = await train(
      { net: { file: result.file! }, data: { rows: [row() as never] }, objective: 'supervised' },
      { ...reference, thread: false },
    )
    expect(next.steps).toBe(1)
  })

  it('are refused naming row and field, before anything is trained', async () => {
    const cases: [unknown, string][] = [
      ['{', 'rows.jsonl:2: row: it is no JSON'],
      [
        { ...row(), row: 'outcome', steps: undefined, answer: undefined, completion: 'a', right: true, value: 1 },
        'rows.jsonl:2: row: this objective',
      ],
      [{ ...row(), row: 'verifed' }, 'rows.jsonl:2: row: it is "verifed"'],
      [row({ steps: undefined }), 'rows.jsonl:2: steps: it is nothing; wanted array'],
      [row({ steps: ['a', 4] }), 'rows.jsonl:2: steps.1: it is 4; wanted string'],
      [row({ prompt: 7 }), 'rows.jsonl:2: prompt: it is 7'],
      [row({ prompt: [{ role: 'user', content: 'a' }] }), 'rows.jsonl:2: prompt: a chat'],
      [row({ steps: ['a', 'x'] }), 'rows.jsonl:2: steps[1]: words: word 0'],
      [row({ steps: ['a', 'b b b'] }), "rows.jsonl:2: tokens: it is longer than the net's context"],
    ]
    for (const [bad, text] of cases) await expect(withRows(file(row(), bad))).rejects.toThrow(failing('E_TRAIN_ROW', text))
    await expect(withRows({ files: [join(folder, 'missing')] })).rejects.toThrow(failing('E_DATASET_READ'))
    await expect(withRows(file(''))).rejects.toThrow(failing('E_TRAIN_DATA'))
    await expect(withRows({ examples: [{ tokens: [0, 6], weights: [0, 1] }] })).rejects.toThrow(
      failing('E_TRAIN_ROW', 'row 0: tokens: the token at place 1'),
    )
    await expect(withRows({ examples: [{ tokens: [0, 1], weights: [1, 0] }] })).rejects.toThrow(failing('E_TRAIN_ROW', 'no token counts'))
    await expect(withRows({ rows: [row() as never] }, { tokeniser: join(folder, 'none.json') })).rejects.toThrow(failing('E_FILE_READ'))
  })

  it('need a tokeniser and an objective that exists', async () => {
    await expect(train({ ...job, data: { rows: [row() as never] } }, reference)).rejects.toThrow(failing('E_TRAIN_OPTION', 'no tokeniser'))
    await expect(train({ ...job, objective: 'supervisd' as never }, reference)).rejects.toThrow(
      failing('E_TRAIN_OBJECTIVE', 'Did you mean'),
    )
  })
})
