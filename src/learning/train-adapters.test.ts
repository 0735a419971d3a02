// Training adapters of a language model, on a file with random weights.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeTinyGguf } from '../testing/tiny-gguf.ts'
import type { TrainingRow } from './data/rows.ts'
import { openTensors, tensorDigest } from './files/safetensors.ts'
import { exactModel } from './gguf/exact-model.ts'
import { openAdapter } from './lora/index.ts'
import { type TrainingJob, type TrainOptions, train } from './train.ts'

const source = { runId: 'r', node: 1, task: 't' }
const rows: TrainingRow[] = ['dog', 'cat', 'hen', 'fox', 'owl', 'ant'].map((animal) => ({
  ...{ row: 'verified', source, answer: '' },
  prompt: [{ role: 'user', content: `the ${animal}` }],
  steps: ['sat', 'on'],
}))
const pairs: TrainingRow[] = ['dog', 'cat', 'hen'].map((animal) => ({
  ...{ row: 'pair', source, steps: [], chosenValue: 1, rejectedValue: 0, margin: 1 },
  ...{ prompt: `the ${animal}`, chosen: ' sat', rejected: ' ran' },
}))
const quick: TrainOptions = { thread: false, kernels: { kind: 'reference' } }
const failing = (code: string, text = '') => expect.objectContaining({ code, message: expect.stringContaining(text) })

let folder: string
let out: string
let model: string
let job: TrainingJob
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-train-adapters-'))
  out = join(folder, 'out')
  model = join(folder, 'tiny.gguf')
  writeTinyGguf(model)
  job = {
    net: { model, lora: { rank: 2, targets: ['attention.query', 'attention.value'] }, seed: 1 },
    data: { rows },
    objective: 'supervised',
    batch: 3,
    limit: { steps: 6 },
    rate: 0.01,
  }
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('training adapters of a language model', () => {
  it('makes the loss smaller, and keeps the adapter alone, with the name and digest of its model', async () => {
    const result = await train({ ...job, heldOut: { rows: rows.slice(0, 2) } }, { ...quick, out, thread: true })
    expect(result.curve.at(-1)!.loss).toBeLessThan(result.curve[0]!.loss)
    expect(result).toMatchObject({ file: out, steps: 6, leftOut: { data: 0, heldOut: 0 } })
    expect(result.heldOut.at(-1)!.loss).toBeLessThan(result.heldOut[0]!.loss)
    using file = openTensors(join(out, 'adapter_model.safetensors'))
    expect([...file.tensors.keys()].every((name) => /\.lora_[AB]\.weight$/.test(name))).toBe(true)
    expect(file.tensors.size).toBe(8)
    expect(JSON.parse(readFileSync(join(out, 'adapter_config.json'), 'utf8'))).toMatchObject({ peft_type: 'LORA', r: 2 })
    expect(JSON.parse(readFileSync(join(out, 'adapter.json'), 'utf8')).base).toMatchObject({
      model,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    const { net } = await openAdapter(out)
    expect(tensorDigest(net.parameters.filter(({ trainable }) => trainable))).toBe(result.digest)
    expect(result.net.kind).toBe('lora')
  })

  it('goes on after it was stopped as if it had not been, and has the adapter of the last checkpoint meanwhile', async () => {
    const whole = await train(job, quick)
    const controller = new AbortController()
    const stopped = await train(job, {
      ...{ ...quick, out, checkpointEvery: 1, signal: controller.signal },
      // The first step is always told.
      progress: () => controller.abort(),
    })
    expect(stopped.ended).toBe('aborted')
    const { net } = await openAdapter(out)
    expect(tensorDigest(net.parameters.filter(({ trainable }) => trainable))).toBe(stopped.digest)
    const resumed = await train(job, { ...quick, out, resume: true })
    expect(resumed.digest).toBe(whole.digest)
    expect(resumed.curve).toEqual(whole.curve)
  })

  it('learns by preferences, from the adapter of a training before', async () => {
    const first = await train(job, { ...quick, out })
    const next: TrainingJob = { net: { file: out }, data: { rows: pairs }, objective: 'dpo', batch: 2, limit: { steps: 8 }, rate: 0.02 }
    const result = await train(next, { ...quick, out: join(folder, 'next') })
    expect(result.curve[0]!.loss).toBeCloseTo(Math.log(2), 5)
    expect(result.curve.at(-1)!.loss).toBeLessThan(0.6)
    expect(result.digest).not.toBe(first.digest)
  })

  it('keeps the head of a value objective with the adapter', async () => {
    const outcomes: TrainingRow[] = rows.map(({ prompt }, at) => ({
      ...{ row: 'outcome', source, prompt, right: at % 2 === 0, value: at % 2 },
      completion: 'sat',
    }))
    const valued: TrainingJob = { ...job, data: { rows: outcomes }, objective: 'binary' }
    const result = await train(valued, { ...quick, out })
    const { net, heads } = await openAdapter(out)
    const trained = net.parameters.filter(({ trainable }) => trainable)
    expect(tensorDigest([...trained, ...heads.value!.parameters])).toBe(result.digest)
    await train({ ...valued, net: { file: out }, limit: { steps: 1 } }, quick)
    copyFileSync(join(out, 'heads.safetensors'), join(folder, 'heads'))
    await train({ ...valued, seed: 3 }, { ...quick, out: join(folder, 'other') })
    copyFileSync(join(folder, 'heads'), join(folder, 'other', 'heads.safetensors'))
    await expect(openAdapter(join(folder, 'other'))).rejects.toThrow(failing('E_ADAPTER_FILE', 'was not saved with'))
  })

  it('is a model that can be asked', async () => {
    await train(job, { ...quick, out })
    const request = { messages: [{ role: 'user' as const, content: 'the dog' }], maxTokens: 4 }
    const run = { seed: 1, signal: new AbortController().signal }
    const adapted = await exactModel({ model: out })
    expect(adapted.name).toBe(`exact:${out}`)
    const score = async (which: string) => {
      const { scores } = await (await exactModel({ model: which })).score!({ messages: request.messages, continuations: ['sat'] }, run)
      return scores[0]!.logProb
    }
    expect((await adapted.generate(request, run)).samples).toHaveLength(1)
    expect(await score(out)).toBeGreaterThan((await score(model)) + 0.1)
  })

  it('refuses rows that are too long with their number, or leaves them out and says how many', async () => {
    const long = { ...rows[0]!, steps: ['sat '.repeat(200)] } as TrainingRow
    const endless = { ...rows[0]!, steps: ['sat '.repeat(900)] } as TrainingRow
    const data = { rows: [rows[0]!, long, rows[1]!, long] }
    const narrow = { ...job, mostTokens: 100 }
    await expect(train({ ...narrow, data }, quick)).rejects.toThrow(
      failing('E_TRAIN_ROW', 'row 1: tokens: it is too long, as 2 of 4 rows are'),
    )
    const left = await train(
      { ...narrow, data: { rows: [...data.rows, endless] }, heldOut: data, tooLong: 'skip', limit: { steps: 1 } },
      quick,
    )
    expect(left.leftOut).toEqual({ data: 3, heldOut: 2 })
    expect((await train({ ...job, data, limit: { steps: 1 } }, quick)).leftOut.data).toBe(0)
    await expect(train({ ...narrow, data: { rows: [long] }, tooLong: 'skip' }, quick)).rejects.toThrow(failing('E_TRAIN_DATA'))
    await expect(train({ ...job, mostTokens: 0 }, quick)).rejects.toThrow(failing('E_TRAIN_OPTION', 'mostTokens'))
  })

  it('gives nearly the same weights in small parts', async () => {
    const [whole, parts] = [await train(job, quick), await train({ ...job, mostTokens: 40 }, quick)]
    expect(parts.curve.at(-1)!.loss).toBeCloseTo(whole.curve.at(-1)!.loss, 4)
  })

  it('says when the model is missing, was changed, or has a tokeniser already', async () => {
    await expect(train({ ...job, net: { model: join(folder, 'none.gguf'), seed: 1 } }, quick)).rejects.toThrow(failing('E_MODEL_FILE'))
    await expect(train({ ...job, tokeniser: 'words.json' }, quick)).rejects.toThrow(failing('E_TRAIN_OPTION', 'tokeniser of its own'))
    await expect(train({ ...job, net: { model, lora: { rank: 0 }, seed: 1 } }, quick)).rejects.toThrow(failing('E_LORA_OPTION'))
    await train({ ...job, limit: { steps: 1 } }, { ...quick, out })
    await expect(train({ ...job, rate: 0.5 }, { ...quick, out, resume: true })).rejects.toThrow(failing('E_TRAIN_RESUME', 'steps differs'))
    const kept = join(out, 'tiny.gguf')
    copyFileSync(model, kept)
    writeTinyGguf(model, { seed: 2 })
    // The file beside the adapter serves.
    await openAdapter(out)
    rmSync(kept)
    await expect(openAdapter(out)).rejects.toThrow(failing('E_ADAPTER_BASE'))
    rmSync(model)
    await expect(openAdapter(out)).rejects.toThrow(failing('E_MODEL_FILE'))
    writeFileSync(join(out, 'adapter.json'), '{}')
    await expect(openAdapter(out)).rejects.toThrow(failing('E_ADAPTER_FILE'))
    expect(existsSync(join(out, 'net.json'))).toBe(false)
  })
})
