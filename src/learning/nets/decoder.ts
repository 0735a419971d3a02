// The decoder: many branches of many searches over one net, generated in lock step, with what they have in common computed and kept once. A
// branch's numbers do not depend on what else is decoded with it. It knows tokens, not texts.
import { BanyanError } from '../../core/errors.ts'
import { type Kernels, pageLength } from '../tensor/kernels.ts'
import { openKernels } from '../tensor/open-kernels.ts'
import { type Branch, DecodingBranch } from './branch.ts'
import type { CausalNet } from './causal-net.ts'
import { type Generated, type GenerateRequest, type Generation, generation } from './generation.ts'
import { keyValueCache } from './key-value-cache.ts'
import { reader } from './reader.ts'
import { outOfRange } from './sampling.ts'
import { wantLength, wantToken } from './sequences.ts'

/** Options of `decoder`. */
export interface DecoderOptions {
  /** Default: the fastest there are, one thread. */
  readonly kernels?: Kernels
  /** Rows that go through the net together. No result depends on it. Default 256. */
  readonly blockRows?: number
  /**
   * Branches that are generated at once; others wait for their turn. No result depends on it. Default 96: with more, the keys and values of
   * small nets leave the processor's cache.
   */
  readonly mostTogether?: number
}

/** What was done since the decoder was made. A row is one token through the whole net. */
export interface DecoderCounters {
  /** Tokens chosen. */
  readonly generated: number
  /** Chosen tokens that were dropped or rewound, and that no released branch has. */
  readonly pruned: number
  /** Rows of tokens that were given: prompts, observations, and what was read again after rewinding. */
  readonly prefilled: number
  /** All rows: those of chosen tokens too. */
  readonly computed: number
  /** Rows that were not computed because another branch read the same at that time. Forks share what was read before without any row. */
  readonly shared: number
}

/** Decodes one text, token by token. */
export interface Decoder {
  readonly net: CausalNet
  readonly kernels: Kernels
  readonly counters: DecoderCounters
  /** Of keys and values. */
  readonly bytes: number
  /** Pages of keys and values that its branches hold. */
  readonly heldPages: number
  /** Branches that are neither dropped nor released. */
  readonly branches: number
  /**
   * A branch with a prompt, which is computed when it is needed.
   * @throws BanyanError E_NET_CONTEXT or E_NET_TOKENS for tokens that the net cannot read.
   */
  open(prompt: ArrayLike<number>): Branch
  /** The same branch once more; both go on alone. A prompt that is not computed yet is computed now: read many prompts together before. */
  fork(branch: Branch): Branch
  /** Ends it: what it generated was in vain, unless others have it too. */
  drop(branch: Branch): void
  /** Ends it: what it generated is wanted. */
  release(branch: Branch): void
  /** Forgets all tokens after the first `length`. */
  rewind(branch: Branch, length: number): void
  /** Adds given tokens at the end. */
  append(branch: Branch, tokens: ArrayLike<number>): void
  /** Computes what of them is not computed yet, all together. */
  read(branches: readonly Branch[]): void
  /** [width]: the hidden state of its last token, after the last norm; a copy. Reads the branch where that is to be done. */
  hidden(branch: Branch): Float32Array
  /**
   * Goes on with many branches in lock step until each is finished.
   * @returns one result for each request, in order.
   * @throws what a request's own function threw; all branches keep what they have so far.
   */
  generate(requests: readonly GenerateRequest[]): Generated[]
  /** The same step by step, so that a caller can take in more meanwhile, or stop. */
  start(): Generation
}

/**
 * A decoder of one net. Calls block while they compute. Do not train the net between opening a branch and ending it.
 *
 * @throws BanyanError E_DECODER_OPTION for an option out of range.
 * @example
 * const decode = decoder(net)
 * const root = decode.open([5, 17, 3])
 * const requests = [0, 1, 2, 3].map((key) => ({ branch: decode.fork(root), mostTokens: 16, stop: [1], random: new Random(7, key) }))
 * for (const { tokens, branch } of decode.generate(requests)) decode.release(branch)
 */
export function decoder(net: CausalNet, { kernels = openKernels(), blockRows = 256, mostTogether = 96 }: DecoderOptions = {}): Decoder {
  if (!(Number.isInteger(blockRows) && blockRows >= 1)) throw outOfRange('blockRows', blockRows, 'a whole number from 1')
  if (!(Number.isInteger(mostTogether) && mostTogether >= 1)) throw outOfRange('mostTogether', mostTogether, 'a whole number from 1')
  const cache = keyValueCache(net.shape)
  const rows = reader(net, kernels, cache, blockRows)
  const mine = new Set<Branch>()
  const count = { generated: 0, pruned: 0 }

  return {
    net,
    kernels,
    get counters() {
      return { ...count, ...rows.counts }
    },
    get bytes() {
      return cache.bytes
    },
    get heldPages() {
      return cache.held
    },
    get branches() {
      return mine.size
    },
    open(prompt) {
      const branch = new DecodingBranch([], 0, [], new Float32Array(net.shape.width), undefined)
      addTokens(branch, prompt)
      mine.add(branch)
      return branch
    },
    fork(branch) {
      // Forks that read it later, at different times, would each pay for it. The single last token is left to be read with others.
      if (branch.length - own(branch).read > 1) rows.read([own(branch)])
      const fork = own(branch).fork()
      for (const page of fork.pages) cache.hold(page)
      mine.add(fork)
      return fork
    },
    drop: (branch) => end(idle(branch)),
    release(branch) {
      idle(branch).keep()
      end(idle(branch))
    },
    rewind(branch, length) {
      if (!(Number.isInteger(length) && length >= 0 && length <= branch.length))
        throw outOfRange('the length to rewind to', length, `a whole number from 0 to ${branch.length}`)
      if (length < branch.length) cut(idle(branch), length)
    },
    append: (branch, tokens) => addTokens(idle(branch), tokens),
    read: (branches) => rows.read(branches.map(own)),
    hidden(branch) {
      if (branch.length === 0) throw outOfRange('the length of a branch', 0, 'a token whose hidden state is wanted')
      rows.read([own(branch)])
      return own(branch).hidden.slice()
    },
    generate(requests) {
      const results: Generated[] = new Array(requests.length)
      const generating = start()
      generating.add(requests, {
        done: (generated, at) => {
          results[at] = generated
        },
        failed(error) {
          throw error
        },
      })
      try {
        while (generating.step());
      } finally {
        generating.stop()
      }
      return results
    },
    start,
  }

  function start(): Generation {
    return generation(net, kernels, rows, own, count, mostTogether)
  }

  function addTokens(branch: DecodingBranch, tokens: ArrayLike<number>): void {
    wantLength('decoder', net.shape, branch.length + tokens.length)
    for (let i = 0; i < tokens.length; i++) wantToken('decoder', net.shape, tokens[i]!, branch.length + i)
    for (let i = 0; i < tokens.length; i++) branch.append(tokens[i]!, false)
  }

  function end(branch: DecodingBranch): void {
    cut(branch, 0)
    mine.delete(branch)
  }

  /** The hidden state of the new last token is not kept, so that token is read again. */
  function cut(branch: DecodingBranch, length: number): void {
    count.pruned += branch.cutTo(length)
    branch.read = Math.min(branch.read, Math.max(0, length - 1))
    while (branch.pages.length > Math.ceil(branch.read / pageLength)) cache.leave(branch.pages.pop()!)
  }

  function idle(branch: Branch): DecodingBranch {
    if (own(branch).busy)
      throw new BanyanError('E_DECODER_BRANCH', 'decoder: a branch cannot be changed while it is generated', {
        hint: 'Stop its generation, or fork it before',
      })
    return own(branch)
  }

  function own(branch: Branch): DecodingBranch {
    if (branch instanceof DecodingBranch && mine.has(branch)) return branch
    throw new BanyanError('E_DECODER_BRANCH', 'decoder: this branch is not one of its own, or was dropped or released', {
      wanted: 'a branch from open or fork',
    })
  }
}
