import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { saveNet } from './files/net-file.ts'
import { batchedDecoder } from './nets/batched-decoder.ts'
import { gpt } from './nets/gpt.ts'
import { scorer } from './nets/scorer.ts'
import { type Policy, type SelfTrainingOptions, type SelfTrainingParts, type SelfTrainingStage, selfTrain } from './self-training.ts'
import { referenceKernels as kernels } from './tensor/reference/reference.ts'
import { saveTokeniser } from './tokenisers/tokeniser-file.ts'
import { words } from './tokenisers/words.ts'

const failing = (code: string, text = '') => expect.objectContaining({ code, message: expect.stringContaining(text) })

/** Names of letters; the task is to say the letter again. Eight letters, of which the last two are held out. */
const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const tokeniser = words([...letters, '>', '<end>'])

let searches = 0

const parts: SelfTrainingParts<string> = {
  settings: { letters: 6 },
  drawTasks: () => letters.slice(0, 6),
  idOf: (letter) => letter,
  heldOut: new Set(['g', 'h']),
  async search(policy, tasks, { seed, tokens }) {
    searches++
    const each = Math.floor(tokens / tasks.length)
    const texts = tasks.flatMap((task) => Array.from({ length: each }, () => task))
    const said = await say(policy, texts, seed)
    return {
      tokens: said.length,
      traces: said.map((word, at) => ({ task: texts[at]!, prompt: `${texts[at]} >`, steps: [word], answer: word })),
    }
  },
  verify: ({ task, answer }) => answer === task,
  // With so few letters it measures on those that were learnt.
  async evaluate(policy) {
    const said = await say(policy, letters.slice(0, 6))
    const right = said.filter((word, at) => word === letters[at]).length
    return { greedy: { right, of: 6 }, search: { right, of: 6 }, tokens: 6 }
  },
}

/** One word for each letter; the most probable without a seed. */
async function say({ net }: Policy, texts: readonly string[], seed?: number): Promise<string[]> {
  const requests = texts.map((text, at) => ({
    prompt: tokeniser.encode(`${text} >`),
    mostTokens: 1,
    ...(seed === undefined ? { temperature: 0 } : { random: new Random(seed, at) }),
  }))
  const results = await batchedDecoder(net, { kernels }).generate(requests)
  return results.map(({ tokens }) => tokeniser.decode(tokens))
}

let folder: string
let options: SelfTrainingOptions
beforeEach(() => {
  searches = 0
  folder = mkdtempSync(join(tmpdir(), 'banyan-self-training-'))
  saveTokeniser(tokeniser, join(folder, 'words.json'))
  const net = gpt({ vocabulary: 10, context: 4, width: 16, layers: 1, heads: 2, weightSpread: 0.1, embeddingSpread: 0.3 }, { seed: 1 })
  saveNet(net, join(folder, 'base'), { tokeniser: 'words.json' })
  options = {
    base: join(folder, 'base'),
    out: join(folder, 'out'),
    rounds: 2,
    tokens: 240,
    seed: 1,
    thread: false,
    kernels: { kind: 'reference' },
    proposer: { batch: 16, limit: { steps: 30 }, schedule: { kind: 'linear', rate: 0.02 } },
  }
})
afterEach(() => rmSync(folder, { recursive: true }))

const json = (...path: string[]) => JSON.parse(readFileSync(join(folder, 'out', ...path), 'utf8'))

describe('selfTrain', () => {
  it('gets better by what its own search found', async () => {
    const stages: SelfTrainingStage[] = []
    const result = await selfTrain(parts, { ...options, progress: (stage) => stages.push(stage) })
    expect(result.rounds).toHaveLength(3)
    expect(result.rounds[0]!.greedy.rate).toBeLessThan(0.5)
    expect(result.rounds[2]!.greedy.rate).toBeGreaterThan(result.rounds[0]!.greedy.rate)
    expect(result.rounds[2]).toMatchObject({ round: 2, tasks: 6, traces: 240, tokens: 240 })
    expect(result).toMatchObject({ aborted: false, net: join(folder, 'out', 'round-2', 'proposer', 'net') })
    expect(json('manifest.json').rounds).toEqual(result.rounds)
    expect(stages.map(({ round, stage, training }) => (training ? '' : `${round} ${stage}`)).filter((text) => text !== '')).toEqual([
      '0 evaluate',
      '1 search',
      '1 train',
      '1 evaluate',
      '2 search',
      '2 train',
      '2 evaluate',
    ])
    const rows = readFileSync(join(folder, 'out', 'round-1', 'verified.jsonl'), 'utf8')
      .trim()
      .split('\n')
    expect(rows).toHaveLength(result.rounds[1]!.verified)
    expect(new Set(rows.map((row) => JSON.parse(row).source.task)).size).toBe(result.rounds[1]!.solvedTasks)
  })

  it('trains an evaluator on what came out right, and gives it to the next search', async () => {
    const values: (number | undefined)[][] = []
    const judging: SelfTrainingParts<string> = {
      ...parts,
      search(policy, tasks, context) {
        const judge = policy.evaluator
        if (judge !== undefined) {
          const sequences = [...tokeniser.encode('a b')].map((word) => ({ tokens: [...tokeniser.encode('a >'), word] }))
          values.push(
            scorer(judge.net, { kernels })
              .score(sequences, { head: judge.head })
              .map((one) => one.values?.at(-1)),
          )
        }
        return parts.search(policy, tasks, context)
      },
    }
    const evaluator = { batch: 16, limit: { steps: 60 }, schedule: { kind: 'constant', rate: 0.02 } } as const
    await selfTrain(judging, { ...options, evaluator })
    const [[right, wrong]] = values as [[number, number]]
    expect(right).toBeGreaterThan(wrong)
    const label = JSON.parse(readFileSync(join(folder, 'out', 'round-1', 'labels.jsonl'), 'utf8').split('\n')[0]!)
    expect(label).toMatchObject({ row: 'step-labels', label: 'monte-carlo', labels: [expect.toBeOneOf([0, 1])] })
  })

  it('trains an evaluator on inferred values, if that is what it is to learn', async () => {
    const evaluator = { batch: 16, limit: { steps: 2 } }
    await selfTrain(parts, { ...options, rounds: 1, evaluator, targets: 'inferred' })
    const label = JSON.parse(readFileSync(join(folder, 'out', 'round-1', 'labels.jsonl'), 'utf8').split('\n')[0]!)
    expect(label).toMatchObject({ label: 'inferred', labels: [expect.toBeOneOf([0, 1])] })
    await expect(selfTrain(parts, { ...options, rounds: 1, evaluator, resume: true })).rejects.toThrow(
      failing('E_SELF_TRAINING_FOLDER', 'other settings'),
    )
  })

  it('goes on after it was stopped in any stage, to the same nets', async () => {
    const whole = await selfTrain(parts, { ...options, out: join(folder, 'whole') })
    for (let stop = 0; stop < 7; stop++) {
      const controller = new AbortController()
      let stage = -1
      const progress = ({ training }: SelfTrainingStage) => {
        if (training === undefined && ++stage >= Math.min(stop, 2)) controller.abort()
      }
      await selfTrain(parts, { ...options, resume: true, signal: controller.signal, progress })
    }
    const result = await selfTrain(parts, { ...options, resume: true })
    expect(result.rounds.map(({ digest, rows }) => [digest, rows])).toEqual(whole.rounds.map(({ digest, rows }) => [digest, rows]))
    const before = searches
    expect((await selfTrain(parts, { ...options, resume: true })).rounds).toEqual(result.rounds)
    expect(searches).toBe(before)
    expect((await selfTrain(parts, { ...options, resume: true, rounds: 3 })).rounds).toHaveLength(4)
  })

  it('refuses held-out tasks, tasks drawn twice, and rounds without anything right', async () => {
    await expect(selfTrain({ ...parts, drawTasks: () => ['a', 'g'] }, options)).rejects.toThrow(failing('E_SELF_TRAINING_TASK', 'held-out'))
    const again = { ...options, resume: true }
    await expect(selfTrain({ ...parts, drawTasks: () => ['a', 'a'] }, again)).rejects.toThrow(failing('E_SELF_TRAINING_TASK', 'twice'))
    await expect(selfTrain({ ...parts, verify: () => false }, again)).rejects.toThrow(failing('E_SELF_TRAINING_NOTHING', 'round 1'))
    expect(existsSync(join(folder, 'out', 'round-1'))).toBe(false)
  })

  it('will not mix with another self-training in its folder', async () => {
    await selfTrain(parts, { ...options, rounds: 1 })
    await expect(selfTrain(parts, options)).rejects.toThrow(failing('E_SELF_TRAINING_FOLDER', 'already'))
    await expect(selfTrain(parts, { ...options, resume: true, seed: 2 })).rejects.toThrow(
      failing('E_SELF_TRAINING_FOLDER', 'other settings'),
    )
    const others = selfTrain({ ...parts, settings: { letters: 5 } }, { ...options, resume: true })
    await expect(others).rejects.toThrow(failing('E_SELF_TRAINING_FOLDER', 'other settings'))
    writeFileSync(join(folder, 'out', 'manifest.json'), '{"format"')
    await expect(selfTrain(parts, { ...options, resume: true })).rejects.toThrow(failing('E_SELF_TRAINING_FOLDER', 'damaged'))
    await expect(selfTrain(parts, { ...options, rounds: 0 })).rejects.toThrow(failing('E_SELF_TRAINING_OPTION'))
  })
})
