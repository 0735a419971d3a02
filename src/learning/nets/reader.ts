// Reads tokens that branches have and pages do not have yet: in blocks of rows, a common beginning once. It knows nothing of choosing tokens.
import { BanyanError } from '../../core/errors.ts'
import { type Kernels, pageLength } from '../tensor/kernels.ts'
import type { DecodingBranch } from './branch.ts'
import type { CausalNet } from './causal-net.ts'
import type { KeyValueCache } from './key-value-cache.ts'

export interface Reader {
  /** Rows computed, those of them for given tokens, and places taken over from another branch that read the same. */
  readonly counts: { computed: number; prefilled: number; shared: number }
  /** Afterwards `read` equals the length of each, and `hidden` is that of its last token. */
  read(branches: readonly DecodingBranch[]): void
}

/** @param blockRows rows that go through the net together; no result depends on it. */
export function reader(net: CausalNet, kernels: Kernels, cache: KeyValueCache, blockRows: number): Reader {
  const { width, heads, keyHeads, headSize, context, vocabulary } = net.shape
  const tableStride = Math.ceil(context / pageLength)
  const tokens = new Int32Array(blockRows)
  const positions = new Int32Array(blockRows)
  const tableOf = new Int32Array(blockRows)
  const tables = new Int32Array(blockRows * tableStride)
  const hidden = new Float32Array(blockRows * width)
  const scale = 1 / Math.sqrt(headSize)
  const counts = { computed: 0, prefilled: 0, shared: 0 }

  return {
    counts,
    read(branches) {
      let waiting = branches.filter(({ read, length }) => read < length)
      while (waiting.length > 0) {
        const { leaders, followers } = split(waiting)
        compute(leaders)
        for (const { branch, leader } of followers) takeOver(branch, leader)
        waiting = followers.map(({ branch }) => branch).filter(({ read, length }) => read < length)
      }
    },
  }

  /** Of branches that would read the same next row after the same places, the first leads, and the others follow. */
  function split(waiting: readonly DecodingBranch[]): {
    leaders: DecodingBranch[]
    followers: { branch: DecodingBranch; leader: DecodingBranch }[]
  } {
    const leaders: DecodingBranch[] = []
    const followers: { branch: DecodingBranch; leader: DecodingBranch }[] = []
    const first = new Map<number, DecodingBranch>()
    for (const branch of waiting) {
      const page = branch.read === 0 ? -1 : branch.pages[Math.ceil(branch.read / pageLength) - 1]!
      // A page that others hold too has the same places before it, for all of them.
      if (page >= 0 && !cache.shared(page)) {
        leaders.push(branch)
        continue
      }
      const key = ((page + 1) * context + branch.read) * vocabulary + branch.tokens[branch.read]!
      const leader = first.get(key)
      if (leader !== undefined) followers.push({ branch, leader })
      else {
        first.set(key, branch)
        leaders.push(branch)
      }
    }
    return { leaders, followers }
  }

  /** What the leader has read is the follower's too, as far as their tokens are the same. */
  function takeOver(branch: DecodingBranch, leader: DecodingBranch): void {
    const before = branch.read
    let common = before
    while (common < branch.length && common < leader.length && branch.tokens[common] === leader.tokens[common]) common++
    // The hidden state of a place in the midst is not kept, so the last token is read again.
    const whole = common === leader.length
    if (common === branch.length && !whole) common--
    for (const page of branch.pages) cache.leave(page)
    branch.pages.length = 0
    for (let at = 0; at < Math.ceil(common / pageLength); at++) {
      branch.pages.push(leader.pages[at]!)
      cache.hold(leader.pages[at]!)
    }
    branch.read = common
    if (whole && common === branch.length) branch.hidden.set(leader.hidden)
    counts.shared += common - before
  }

  function compute(branches: readonly DecodingBranch[]): void {
    let rows = 0
    let tableCount = 0
    let ending: { branch: DecodingBranch; row: number }[] = []
    const flush = () => {
      pass(rows, tableCount)
      for (const { branch, row } of ending) branch.hidden.set(hidden.subarray(row * width, (row + 1) * width))
      rows = 0
      tableCount = 0
      ending = []
    }
    for (const branch of branches) {
      counts.prefilled += branch.markRead()
      while (branch.read < branch.length) {
        const count = Math.min(branch.length - branch.read, blockRows - rows)
        openPages(branch, branch.read, branch.read + count)
        for (let at = 0; at < branch.pages.length; at++) tables[tableCount * tableStride + at] = branch.pages[at]!
        for (let i = 0; i < count; i++) {
          tokens[rows] = branch.tokens[branch.read + i]!
          positions[rows] = branch.read + i
          tableOf[rows++] = tableCount
        }
        tableCount++
        branch.read += count
        if (branch.read === branch.length) ending.push({ branch, row: rows - 1 })
        if (rows === blockRows) flush()
      }
    }
    if (rows > 0) flush()
  }

  /** Makes sure that the branch alone holds the pages of these places. */
  function openPages({ pages }: DecodingBranch, from: number, to: number): void {
    for (let page = Math.floor(from / pageLength); page * pageLength < to; page++)
      pages[page] = page < pages.length ? cache.own(pages[page]!) : cache.take()
  }

  function pass(rows: number, tableCount: number): void {
    const shape = {
      rows,
      heads,
      keyHeads,
      size: headSize,
      scale,
      positions,
      tableOf,
      tables: tables.subarray(0, tableCount * tableStride),
      tableStride,
    }
    net.decode(
      kernels,
      { count: rows, tokens, positions },
      (layer, mixed, out) => kernels.pagedAttention(shape, mixed, cache.layer(layer), out),
      hidden,
    )
    counts.computed += rows
    if (kernels.firstNonFinite(rows * width, hidden) !== -1)
      throw new BanyanError('E_DECODER_NOT_FINITE', 'decoder: a hidden state is NaN or infinite', {
        hint: 'Look at the weights of the net',
      })
  }
}
