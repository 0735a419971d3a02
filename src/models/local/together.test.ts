// Many texts at once, of different lengths, beside searches that copy and drop sequences: each says what it says alone.
import { describe, expect, it } from 'vitest'
import { requirement } from '../../testing/requirements.ts'
import { localModel } from '../local.ts'

describe.skipIf(!requirement('local-model').available)('the local model with many texts at once', () => {
  it('gives none of them what is meant for another', async () => {
    await using model = Object.assign(await localModel({ model: 'smollm2-135m', sequences: 12 }), {
      [Symbol.asyncDispose]: (): Promise<void> => model.close(),
    })
    const run = (seed: number) => ({ seed, signal: new AbortController().signal })
    const text = async (prompt: string) =>
      (await model.generate({ prompt, maxTokens: 10, temperature: 0 }, run(1))).samples.map((sample) => sample.text).join()
    const branches = async (prompt: string, seed: number) => {
      let prefixes = [prompt]
      for (let level = 0; level < 2; level++) {
        const grown: string[] = []
        for (const prefix of prefixes) {
          const { samples } = await model.generate({ prompt: prefix, maxTokens: 3, count: 4, logProbs: true }, run(seed + level))
          grown.push(...samples.map((sample) => prefix + sample.text))
        }
        prefixes = grown.slice(0, 2)
      }
    }
    const alone: string[] = []
    for (const prompt of prompts) alone.push(await text(prompt))
    const together = await Promise.all(prompts.flatMap((prompt, seed) => [text(prompt), branches(prompt, seed)]))
    expect(together.filter((_, place) => place % 2 === 0)).toEqual(alone)
  })
})

const prompts = [
  'The capital of France is',
  'One, two, three, four, five, six, seven,',
  'Once upon a time there was a',
  'Water boils at one hundred degrees. Ice melts at',
  'Monday, Tuesday, Wednesday,',
  'The opposite of hot is cold. The opposite of big is',
  'A dog is an animal. A rose is a',
  'The sun rises in the east and sets in the',
]
