// One trial of the decoder: a random net, and random work on it, done in several ways that must give the same bits.
import { Random } from '../../src/core/random.ts'
import { batchedDecoder } from '../../src/learning/nets/batched-decoder.ts'
import type { Branch } from '../../src/learning/nets/branch.ts'
import type { CausalNet } from '../../src/learning/nets/causal-net.ts'
import { decoder } from '../../src/learning/nets/decoder.ts'
import type { Generated, GenerateRequest } from '../../src/learning/nets/generation.ts'
import { gpt } from '../../src/learning/nets/gpt.ts'
import { inEightBits } from '../../src/learning/nets/llama/eight-bits.ts'
import { llama } from '../../src/learning/nets/llama.ts'
import { logProbsOf } from '../../src/learning/nets/log-probs.ts'
import { scorer } from '../../src/learning/nets/scorer.ts'
import type { Kernels } from '../../src/learning/tensor/kernels.ts'
import { Tape } from '../../src/learning/tensor/tape.ts'

/** What is compared. */
export const checks = ['batch', 'late', 'sharing', 'kept', 'schedule', 'scorer', 'tape', 'pages'] as const
export type Check = (typeof checks)[number]

/** Says whether a comparison held. */
export type Report = (check: Check, held: boolean) => void

/** A text and how it goes on; a new request each time, since draws come from a stream. */
type Plan = Omit<GenerateRequest, 'branch' | 'random'> & { readonly prompt: readonly number[]; readonly key: number }

/** A net of random kind and size with random weights, large enough that its distributions are not flat. */
export function randomNet(random: Random): CausalNet {
  return [randomGpt, randomLlama, randomEightBitLlama][random.below(3)]!(random)
}

function randomGpt(random: Random): CausalNet {
  const heads = 1 + random.below(4)
  const spreads = { embeddingSpread: 0.5, weightSpread: 0.4 }
  return gpt({ ...randomSizes(random), ...spreads, heads, width: heads * (1 + random.below(12)) }, { seed: random.integer() })
}

/** Queries share keys in groups, and rotary positions turn either pairs. */
function randomLlama(random: Random): CausalNet {
  const keyHeads = 1 + random.below(3)
  const heads = keyHeads * (1 + random.below(3))
  const more = { rotaryPairs: (['neighbours', 'halves'] as const)[random.below(2)]!, between: 1 + random.below(40), weightSpread: 0.4 }
  return llama({ ...randomSizes(random), ...more, heads, keyHeads, width: heads * 2 * (1 + random.below(6)) }, { seed: random.integer() })
}

/** Rows and columns in whole blocks, but for the number of tokens. */
function randomEightBitLlama(random: Random): CausalNet {
  const keyHeads = 1 + random.below(2)
  const heads = keyHeads * (1 + random.below(2))
  const config = { ...randomSizes(random), heads, keyHeads, width: 32 * heads, between: 32 * (1 + random.below(3)), weightSpread: 0.3 }
  return inEightBits(llama(config, { seed: random.integer() }))
}

function randomSizes(random: Random) {
  return {
    vocabulary: 5 + random.below(60),
    context: 24 + random.below(40),
    layers: 1 + random.below(3),
    tiedHead: random.below(2) === 0,
  }
}

export async function runTrial(net: CausalNet, kernels: Kernels, random: Random, report: Report): Promise<void> {
  const open = () => decoder(net, { kernels, blockRows: 1 + random.below(40), mostTogether: 1 + random.below(20) })
  const plans = randomPlans(net, random)
  const alone = plans.map((plan) => {
    const decode = open()
    return decode.generate([requestOf(plan, decode.open(plan.prompt))])[0]!
  })
  const expected = alone.map(textOf)
  const same = (check: Check, generated: readonly Omit<Generated, 'branch'>[]) =>
    report(check, generated.length === expected.length && generated.every((one, at) => textOf(one) === expected[at]))

  const together = open()
  same('batch', together.generate(plans.map((plan) => requestOf(plan, together.open(plan.prompt)))))
  same('late', joinedLate(net, kernels, plans, random))
  same('sharing', withForks(net, kernels, plans, random))
  for (const keptTokens of [0, 100, 100_000]) {
    const shared = batchedDecoder(net, { kernels, keptTokens })
    const half = Math.floor(plans.length / 2)
    const ask = (some: readonly Plan[]) => shared.generate(some.map(({ key, ...plan }) => ({ ...plan, random: new Random(9, key) })))
    const [first, second] = await Promise.all([ask(plans.slice(0, half)), ask(plans.slice(half))])
    same('kept', [...first, ...second])
    same('kept', await ask(plans))
  }
  checkSchedule(net, kernels, random, report)

  const texts = alone.map(({ branch }) => [...branch.tokens])
  const scored = scorer(net, { kernels, blockRows: 1 + random.below(100) }).score(
    texts.map((tokens) => ({ tokens })),
    { hidden: 'last' },
  )
  alone.forEach(({ branch, chosen, rawLogProbs }, at) => {
    const from = branch.length - chosen.length
    const found = scored[at]!.logProbs.slice(from).map((one, i) => (chosen[i] === 1 ? one : 0))
    report('scorer', bits(found) === bits(rawLogProbs))
    report('scorer', bits(scored[at]!.hidden!) === bits(hiddenAlone(net, kernels, texts[at]!)))
    const tape = new Tape({ kernels, gradients: false })
    const places = Int32Array.from({ length: branch.length - 1 }, (_, place) => place)
    const { logProbs } = logProbsOf(
      tape,
      net,
      net.hidden(tape, Int32Array.from(branch.tokens), 1),
      places,
      Int32Array.from(branch.tokens.slice(1)),
    )
    report('tape', bits(logProbs.data) === bits(scored[at]!.logProbs.slice(1)))
  })
}

/** Texts with common and with different beginnings, under all kinds of settings. */
function randomPlans(net: CausalNet, random: Random): Plan[] {
  const { vocabulary, context } = net.shape
  const text = (length: number) => Array.from({ length }, () => random.below(vocabulary))
  const stem = text(1 + random.below(Math.floor(context / 2)))
  return Array.from({ length: 2 + random.below(14) }, (_, key) => {
    const cut = 1 + random.below(stem.length)
    const mask = Uint8Array.from({ length: vocabulary }, (_, token) => Number(token === 0 || random.below(3) > 0))
    const noted = random.below(vocabulary)
    return {
      key,
      prompt: random.below(4) === 0 ? text(1 + random.below(8)) : [...stem.slice(0, cut), ...text(random.below(3))],
      mostTokens: 1 + random.below(context),
      temperature: [0, 0.5, 1, 1.7][random.below(4)]!,
      topK: [0, 0, 3][random.below(3)]!,
      topP: [1, 1, 0.8][random.below(3)]!,
      alternatives: random.below(3),
      ...(random.below(2) === 0 && { stop: [random.below(vocabulary)] }),
      ...(random.below(3) === 0 && {
        allowed: random.below(2) === 0 ? mask : (tokens: readonly number[]) => (tokens.length % 2 === 0 ? mask : undefined),
      }),
      ...(random.below(3) === 0 && { observe: (tokens: readonly number[]) => (tokens.at(-1) === noted ? [0, noted] : undefined) }),
    }
  })
}

function requestOf({ prompt: _, key, ...plan }: Plan, branch: Branch): GenerateRequest {
  return { ...plan, branch, random: new Random(9, key) }
}

/** Requests come in while others are under way; some of them are stopped and begun anew. */
function joinedLate(net: CausalNet, kernels: Kernels, plans: readonly Plan[], random: Random): Generated[] {
  const decode = decoder(net, { kernels, blockRows: 1 + random.below(40), mostTogether: 1 + random.below(20) })
  const generation = decode.start()
  const results: Generated[] = new Array(plans.length)
  const stopped = decode.open(plans[0]!.prompt)
  generation.add([requestOf(plans[0]!, stopped)], { done: () => {}, failed: fail })
  let next = 0
  while (next < plans.length || generation.going > 0) {
    if (next < plans.length && random.below(2) === 0) {
      const at = next++
      generation.add([requestOf(plans[at]!, decode.open(plans[at]!.prompt))], {
        done: (generated) => results.splice(at, 1, generated),
        failed: fail,
      })
    }
    if (random.below(5) === 0) generation.stop([stopped])
    generation.step()
  }
  return results
}

/** Branches fork from the longest common beginnings, some of which are read before. */
function withForks(net: CausalNet, kernels: Kernels, plans: readonly Plan[], random: Random): Generated[] {
  const decode = decoder(net, { kernels, blockRows: 1 + random.below(40), mostTogether: 1 + random.below(20) })
  const opened: Branch[] = []
  const branches = plans.map(({ prompt }) => {
    const common = (branch: Branch) => {
      let length = 0
      while (length < prompt.length && prompt[length] === branch.tokens[length]) length++
      return length
    }
    const nearest = opened.reduce<Branch | undefined>(
      (best, one) => (best === undefined || common(one) > common(best) ? one : best),
      undefined,
    )
    const branch = nearest === undefined ? decode.open(prompt) : decode.fork(nearest)
    if (nearest !== undefined) {
      decode.rewind(branch, common(nearest))
      decode.append(branch, prompt.slice(common(nearest)))
    }
    if (random.below(2) === 0) decode.read([branch])
    opened.push(branch)
    return decode.fork(branch)
  })
  for (const branch of opened) if (random.below(2) === 0) decode.drop(branch)
  return decode.generate(plans.map((plan, at) => requestOf(plan, branches[at]!)))
}

/** Forks, rewinds, appends, generates and drops at random; each branch is now and then compared with a fresh one of the same tokens. */
function checkSchedule(net: CausalNet, kernels: Kernels, random: Random, report: Report): void {
  const { vocabulary, context } = net.shape
  const decode = decoder(net, { kernels, blockRows: 1 + random.below(40), mostTogether: 1 + random.below(20) })
  const tokens = (length: number) => Array.from({ length }, () => random.below(vocabulary))
  const branches: { branch: Branch; tokens: number[] }[] = [{ branch: decode.open([1, 2, 3]), tokens: [1, 2, 3] }]
  for (let turn = 0; turn < 60; turn++) {
    const one = branches[random.below(branches.length)]!
    const room = context - one.tokens.length
    const work = random.below(6)
    if (work === 0) branches.push({ branch: decode.fork(one.branch), tokens: [...one.tokens] })
    else if (work === 1 && branches.length > 1) {
      if (random.below(2) === 0) decode.drop(one.branch)
      else decode.release(one.branch)
      branches.splice(branches.indexOf(one), 1)
    } else if (work === 2) {
      const length = 1 + random.below(one.tokens.length)
      decode.rewind(one.branch, length)
      one.tokens.length = length
    } else if (work === 3) {
      const more = tokens(random.below(Math.min(room, 20) + 1))
      decode.append(one.branch, more)
      one.tokens.push(...more)
    } else if (work === 4) {
      const several = branches.filter((other) => other.tokens.length < context && random.below(2) === 0)
      const requests = several.map(({ branch }) => ({
        branch,
        mostTokens: 1 + random.below(20),
        random: new Random(random.integer()),
        readLast: random.below(2) === 0,
      }))
      decode.generate(requests).forEach(({ tokens: generated }, at) => {
        several[at]!.tokens.push(...generated)
      })
    } else {
      report('schedule', bits(decode.hidden(one.branch)) === bits(hiddenAlone(net, kernels, one.tokens)))
      report('schedule', one.branch.tokens.join() === one.tokens.join())
    }
  }
  for (const { branch } of branches) decode.drop(branch)
  report('pages', decode.branches === 0 && decode.heldPages === 0 && decode.counters.pruned <= decode.counters.generated)
}

function hiddenAlone(net: CausalNet, kernels: Kernels, tokens: readonly number[]): Float32Array {
  const decode = decoder(net, { kernels })
  return decode.hidden(decode.open(tokens))
}

function textOf({ tokens, chosen, logProbs, rawLogProbs, entropies, alternatives, finish }: Omit<Generated, 'branch'>): string {
  const numbers = [tokens, chosen, logProbs, rawLogProbs, entropies].map((array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64'),
  )
  return JSON.stringify([finish, numbers, alternatives])
}

function bits(numbers: Float32Array): string {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64')
}

function fail(error: unknown): never {
  throw error
}
