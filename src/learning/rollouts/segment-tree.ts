// Rollouts as trees: a few segments from the root, each gone on from more than once, so that answers share beginnings which are computed once.
// Trees of many prompts grow in lock step. It knows no rewards.
import { BanyanError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import type { BatchedDecoder, GeneratedText } from '../nets/batched-decoder.ts'
import { rolloutOf } from './from-generated.ts'
import type { Rollout } from './rollout.ts'

/** Options of rollouts as a tree of segments. */
export interface SegmentTreeOptions {
  /** Answers to each prompt (W), from 1. */
  readonly width: number
  /** Tokens of a segment (L), from 1. */
  readonly segment: number
  /** Most segments of an answer (D), from 1; one that is longer is cut. */
  readonly depth: number
  /** How many segments may follow one (N), from 1. Default 2. */
  readonly branching?: number
  /** Segments that begin at the root: a number in this range is drawn for each prompt. Default 2 to 8; never more than `width`. */
  readonly rootBranching?: readonly [number, number]
  /** Tokens that end an answer. */
  readonly stop: readonly number[]
  /** Tokens that end a step. Default: the answer is one step. */
  readonly stepEnds?: readonly number[]
  /** Updates of the policy's weights before. Default 0. */
  readonly policyVersion?: number
  readonly seed: number
  readonly signal?: AbortSignal | undefined
}

/** A prompt, and the name of its problem. */
export interface TreePrompt {
  readonly group: string
  readonly prompt: ArrayLike<number>
}

/**
 * `width` answers to each prompt, grown as a tree of segments (TreePO, arXiv:2508.17445, section 3 and algorithm 1): after each round the A paths
 * that go on, and the F that have just ended, get max(A, min(W − ended, N (A + F))) forks, shared out evenly among those that go on. Where none
 * goes on and answers are missing, one that has ended is cut at the end of a segment drawn at random, and gone on from there.
 *
 * @returns rollouts in the order of the prompts, `width` for each; common beginnings of `ancestors` are common segments. Tokens that were generated
 * are counted by the decoder.
 * @throws BanyanError E_ROLLOUT_OPTION for options out of range; what the decoder throws.
 * @example
 * const rollouts = await segmentTree(decoder, [{ group: 'a', prompt }], { width: 8, segment: 8, depth: 8, stop: [end], seed: 7 })
 */
export async function segmentTree(
  decoder: BatchedDecoder,
  prompts: readonly TreePrompt[],
  options: SegmentTreeOptions,
): Promise<Rollout[]> {
  checkOptions(options)
  const trees = prompts.map((prompt) => new Growing(prompt, options, decoder.net.shape.context))
  for (;;) {
    const asked = trees.flatMap((tree) => tree.next().map((fork) => ({ tree, fork })))
    if (asked.length === 0) return trees.flatMap((tree) => tree.rollouts())
    const requests = asked.map(({ tree, fork }) => tree.request(fork))
    const texts = await decoder.generate(requests, options.signal)
    for (const [at, { tree, fork }] of asked.entries()) tree.take(fork, texts[at]!)
    for (const tree of trees) tree.endRound()
  }
}

/** A segment to be written. */
interface Fork {
  readonly after: Path
  readonly id: string
}

/** An answer so far. */
interface Path {
  readonly segments: readonly { readonly id: string; readonly text: GeneratedText }[]
  readonly length: number
}

class Growing {
  readonly #prompt: TreePrompt
  readonly #options: SegmentTreeOptions
  readonly #room: number
  readonly #random: Random
  readonly #ended: Path[] = []
  #going: Path[] = []
  #justEnded = 0
  #forks = 0
  #begun = false
  /** Of the round at hand. */
  #next: Path[] = []
  #nowEnded = 0

  constructor(prompt: TreePrompt, options: SegmentTreeOptions, context: number) {
    this.#prompt = prompt
    this.#options = options
    this.#room = context - prompt.prompt.length
    this.#random = new Random(options.seed, `segment tree ${options.policyVersion ?? 0} ${prompt.group}`)
  }

  /** The segments of the next round. */
  next(): Fork[] {
    const { width, branching = 2, rootBranching = [2, 8] } = this.#options
    const missing = width - this.#ended.length
    if (missing === 0) return []
    if (!this.#begun) {
      this.#begun = true
      const [least, most] = rootBranching
      return this.#forkEach([root], Math.min(width, least + this.#random.below(most - least + 1)))
    }
    if (this.#going.length === 0) return this.#forkEach([this.#cut()], Math.min(missing, branching))
    const going = this.#going.length
    return this.#forkEach(this.#going, Math.max(going, Math.min(missing, branching * (going + this.#justEnded))))
  }

  request({ after, id }: Fork) {
    const { segment, stop, policyVersion = 0, seed } = this.#options
    const { group, prompt } = this.#prompt
    return {
      prompt: [...Array.from(prompt), ...after.segments.flatMap(({ text }) => [...text.tokens])],
      mostTokens: Math.min(segment, this.#room - after.length),
      stop,
      random: new Random(seed, `segment ${policyVersion} ${group} ${id}`),
    }
  }

  /** What was written. Which paths go on is settled at the end of the round. */
  take({ after, id }: Fork, text: GeneratedText): void {
    const path = { segments: [...after.segments, { id, text }], length: after.length + text.tokens.length }
    if (text.finish === 'stop' || path.segments.length >= this.#options.depth || path.length >= this.#room) {
      this.#ended.push(path)
      this.#nowEnded++
    } else this.#next.push(path)
  }

  endRound(): void {
    this.#going = this.#next
    this.#justEnded = this.#nowEnded
    this.#next = []
    this.#nowEnded = 0
  }

  rollouts(): Rollout[] {
    const { stepEnds, policyVersion = 0 } = this.#options
    const { group, prompt } = this.#prompt
    return this.#ended.map(({ segments }, at) =>
      rolloutOf(joined(segments.map(({ text }) => text)), {
        ...{ id: `${group}/${at}`, group, prompt, policyVersion },
        ancestors: segments.map(({ id }) => id),
        ...(stepEnds !== undefined && { stepEnds }),
      }),
    )
  }

  /** `count` forks, as many after each path, the rest after the last. */
  #forkEach(paths: readonly Path[], count: number): Fork[] {
    const each = Math.floor(count / paths.length)
    return paths.flatMap((after, at) =>
      Array.from({ length: at === paths.length - 1 ? count - each * at : each }, () => ({
        after,
        id: `${this.#prompt.group}:${this.#forks++}`,
      })),
    )
  }

  /** An answer that has ended, one that was not cut where there is one, without its last segments. */
  #cut(): Path {
    const whole = this.#ended.filter(({ segments }) => segments.at(-1)!.text.finish === 'stop')
    const from = whole.length > 0 ? whole : this.#ended
    const { segments } = from[this.#random.below(from.length)]!
    const kept = segments.slice(0, this.#random.below(segments.length))
    return { segments: kept, length: kept.reduce((sum, { text }) => sum + text.tokens.length, 0) }
  }
}

const root: Path = { segments: [], length: 0 }

/** One text of several that follow each other. */
function joined(texts: readonly GeneratedText[]): Pick<GeneratedText, 'tokens' | 'chosen' | 'logProbs' | 'rawLogProbs' | 'finish'> {
  const all = (name: 'logProbs' | 'rawLogProbs') => Float32Array.from(texts.flatMap((text) => [...text[name]]))
  return {
    tokens: Int32Array.from(texts.flatMap(({ tokens }) => [...tokens])),
    chosen: Uint8Array.from(texts.flatMap(({ chosen }) => [...chosen])),
    logProbs: all('logProbs'),
    rawLogProbs: all('rawLogProbs'),
    finish: texts.at(-1)!.finish,
  }
}

function checkOptions({ width, segment, depth, branching = 2, rootBranching = [2, 8] }: SegmentTreeOptions): void {
  for (const [name, value] of Object.entries({ width, segment, depth, branching, 'rootBranching 0': rootBranching[0] }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new BanyanError('E_ROLLOUT_OPTION', `segmentTree: ${name} is out of range`, { seen: value, wanted: 'a whole number from 1' })
  if (!(Number.isInteger(rootBranching[1]) && rootBranching[1] >= rootBranching[0]))
    throw new BanyanError('E_ROLLOUT_OPTION', 'segmentTree: rootBranching is no range', {
      seen: rootBranching,
      wanted: 'two whole numbers, the lower first',
    })
}
