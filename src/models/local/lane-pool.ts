// The pool of sequences ("lanes") of one llama.cpp context. A lane keeps the tokens that it has evaluated; whoever needs a text is
// given the lane that already holds most of it, or a copy, so that a tree of texts pays for each distinct token about once.
// It knows nothing of sampling, prompts or rounds. Leases are made between rounds, never while a decode is under way.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LlamaContext, LlamaContextSequence } from 'node-llama-cpp'
import { distinctTokens } from './distinct-tokens.ts'

export interface Lane {
  readonly sequence: LlamaContextSequence
  /** What it has evaluated, in order. */
  readonly tokens: number[]
  busy: boolean
  /** Raised at each lease; the lowest is the least recently used. */
  lastUsed: number
}

export interface LaneCounts {
  /** Tokens evaluated, prompts and generated ones together. */
  readonly computed: number
  /** Different (text so far, token) pairs among them; undefined past a million. */
  readonly distinct: number | undefined
  /** States copied from one lane to another. */
  readonly copies: number
}

/** All lanes of a context. */
export class LanePool {
  readonly #lanes: Lane[]
  readonly #distinct = distinctTokens()
  readonly #saved = new Map<Lane, string>()
  #directory: string | undefined
  #canCopy = true
  #clock = 0
  #computed = 0
  #copies = 0
  #files = 0

  constructor(context: LlamaContext) {
    // Lengths are checked before anything is evaluated; should one slip through, an error is better than a text cut in silence.
    const strategy = () => {
      throw new Error('the text outgrew its context')
    }
    const sequences = Array.from({ length: context.totalSequences }, () => context.getSequence({ contextShift: { strategy } }))
    this.#lanes = sequences.map((sequence) => ({ sequence, tokens: [], busy: false, lastUsed: 0 }))
  }

  get size(): number {
    return this.#lanes.length
  }

  get counts(): LaneCounts {
    return { computed: this.#computed, distinct: this.#distinct.count, copies: this.#copies }
  }

  /**
   * A lane that holds a beginning of `tokens`, at most `limit` of them, and nothing else; undefined when all are busy.
   * A lane that holds just such a beginning is taken as it is; otherwise an empty, a doubled or the least recently used one is
   * filled by copying the longest beginning that any lane holds.
   */
  async lease(tokens: readonly number[], limit: number): Promise<Lane | undefined> {
    let source: Lane | undefined
    let shared = 0
    for (const lane of this.#lanes) {
      const length = Math.min(limit, sharedLength(lane.tokens, tokens))
      // Of equals, one that ends there is best: nothing of it is lost.
      if (length > shared || (length === shared && length > 0 && !lane.busy && lane.tokens.length === length)) {
        source = lane
        shared = length
      }
    }
    const inPlace = source !== undefined && !source.busy && source.tokens.length === shared
    const lane = inPlace ? source : this.#victim()
    if (lane === undefined) return undefined
    lane.busy = true
    lane.lastUsed = ++this.#clock
    if (source !== undefined && source !== lane && shared - sharedLength(lane.tokens, tokens) >= worthCopying)
      await this.#copy(source, lane)
    await this.#truncate(lane, Math.min(limit, sharedLength(lane.tokens, tokens)))
    return lane
  }

  release(lane: Lane): void {
    lane.busy = false
  }

  /** Takes note of tokens that a lane has evaluated. */
  advance(lane: Lane, tokens: readonly number[]): void {
    this.#distinct.add(lane.tokens, tokens)
    lane.tokens.push(...tokens)
    this.#computed += tokens.length
    this.#saved.delete(lane)
  }

  /** Empties a lane whose evaluation failed: what it holds is not known. */
  async reset(lane: Lane): Promise<void> {
    this.#saved.delete(lane)
    lane.tokens.length = 0
    await lane.sequence.clearHistory()
  }

  /** Removes what copying left on the disk. Called once the leases before a round are made. */
  async settle(): Promise<void> {
    this.#saved.clear()
    const directory = this.#directory
    this.#directory = undefined
    if (directory !== undefined) await rm(directory, { recursive: true, force: true })
  }

  #victim(): Lane | undefined {
    const free = this.#lanes.filter((lane) => !lane.busy)
    const oldest = free.reduce<Lane | undefined>(
      (best, lane) => (best === undefined || lane.lastUsed < best.lastUsed ? lane : best),
      undefined,
    )
    return free.find((lane) => lane.tokens.length === 0) ?? free.find((lane) => this.#isDoubled(lane)) ?? oldest
  }

  /** Whether another lane holds all that this one does. */
  #isDoubled(lane: Lane): boolean {
    return this.#lanes.some((other) => other !== lane && sharedLength(lane.tokens, other.tokens) === lane.tokens.length)
  }

  /** By a state file in a directory of our own: the library offers no other way, and it is some fifty times faster than evaluating. */
  async #copy(source: Lane, target: Lane): Promise<void> {
    if (!this.#canCopy) return
    try {
      this.#directory ??= await mkdtemp(join(tmpdir(), 'banyan-lanes-'))
      let path = this.#saved.get(source)
      if (path === undefined) {
        path = join(this.#directory, `${this.#files++}.state`)
        await source.sequence.saveStateToFile(path)
        this.#saved.set(source, path)
      }
      this.#saved.delete(target)
      await target.sequence.loadStateFromFile(path, { acceptRisk: true })
      target.tokens.splice(0, target.tokens.length, ...source.tokens)
      this.#copies++
    } catch {
      // No place for the file, or a state that cannot be moved: evaluating again does the same, only slower.
      this.#canCopy = false
      await this.reset(target)
    }
  }

  async #truncate(lane: Lane, length: number): Promise<void> {
    if (length === lane.tokens.length) return
    this.#saved.delete(lane)
    await lane.sequence.eraseContextTokenRanges([{ start: length, end: lane.tokens.length }])
    lane.tokens.length = Math.min(length, lane.sequence.nextTokenIndex)
  }
}

function sharedLength(a: readonly number[], b: readonly number[]): number {
  const end = Math.min(a.length, b.length)
  let length = 0
  while (length < end && a[length] === b[length]) length++
  return length
}

/** Tokens. Below this, evaluating is as fast as copying. */
const worthCopying = 4
