// Many branches generated in lock step: each round chooses a token for every branch that is still going, and reads all of them together. What
// a branch gets depends on its own request alone. It knows no cache.
import { BanyanError } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'
import type { Kernels, Sampled } from '../tensor/kernels.ts'
import type { Branch, DecodingBranch } from './branch.ts'
import type { CausalNet } from './causal-net.ts'
import type { Reader } from './reader.ts'
import { checkedSampling, checkMask, outOfRange, type SamplingOptions, type TokenMask } from './sampling.ts'
import { wantToken } from './sequences.ts'

/** What is wanted of one branch. */
export interface GenerateRequest extends SamplingOptions {
  /** Goes on at its end; at least one token long. */
  readonly branch: Branch
  /** Most tokens that are chosen, from 1; observed ones do not count. */
  readonly mostTokens: number
  /** Where its draws come from: one for each chosen token. Needed unless the temperature is 0. */
  readonly random?: Random
  /** Tokens that end it, or whether it ends, asked after each chosen token with the new tokens so far. */
  readonly stop?: readonly number[] | ((tokens: readonly number[]) => boolean)
  /** What may be chosen: always, or next, asked with all tokens of the branch; undefined allows everything. */
  readonly allowed?: TokenMask | ((tokens: readonly number[]) => TokenMask | undefined)
  /** Asked after each chosen token that does not end it, with all tokens of the branch: what a calculator or a tool writes next, if anything. */
  readonly observe?: (tokens: readonly number[]) => readonly number[] | undefined
  /** How many of the most probable tokens to note at each choice. Default 0. */
  readonly alternatives?: number
  /** Read the last token too, in lock step with the others: its hidden state is then known. Default false. */
  readonly readLast?: boolean
}

/** One of the most probable tokens, among those that were allowed. */
export interface Alternative {
  readonly token: number
  /** Under the net's own distribution. */
  readonly logProb: number
}

/** What a branch got. All arrays have the length of `tokens`. */
export interface Generated {
  readonly branch: Branch
  /** New tokens, chosen and observed. */
  readonly tokens: Int32Array
  /** 1 where a token was chosen, 0 where it was observed. */
  readonly chosen: Uint8Array
  /** In nats, under the distribution that it was drawn from; 0 where observed. */
  readonly logProbs: Float32Array
  /** The same under the net's own distribution: temperature 1, nothing cut. */
  readonly rawLogProbs: Float32Array
  /** Of the net's own distribution before each token, in nats; 0 where observed. */
  readonly entropies: Float32Array
  /** For each token, the most probable first; only where asked for. */
  readonly alternatives?: readonly (readonly Alternative[])[]
  /** `stop`: as the request says; `length`: at `mostTokens`; `context`: the net reads no longer sequences. */
  readonly finish: 'stop' | 'length' | 'context'
}

/** Branches that are being generated. */
export interface Generation {
  /** How many are still going. */
  readonly going: number
  /**
   * Takes further requests in; they begin with the next step.
   * @param done called once for each, when it is finished.
   * @throws BanyanError E_DECODER_OPTION, E_DECODER_MASK or E_DECODER_BRANCH for requests that cannot be; none is taken in then.
   */
  add(requests: readonly GenerateRequest[], done: (generated: Generated, at: number) => void): void
  /** Chooses one token for each branch, and reads it. @returns whether any are left. */
  step(): boolean
  /** Ends these branches, or all, without a result; they keep what they have so far. */
  stop(branches?: readonly Branch[]): void
}

/** @param own checks that a branch is one of this decoder's, and not gone. */
export function generation(
  net: CausalNet,
  kernels: Kernels,
  read: Reader,
  own: (branch: Branch) => DecodingBranch,
  count: Count,
): Generation {
  const { vocabulary, width, context } = net.shape
  let runs: Run[] = []
  let room = roomFor(0, vocabulary, width)

  return {
    get going() {
      return runs.length
    },
    add(requests, done) {
      const added = requests.map((request, at) => runOf(request, (generated) => done(generated, at)))
      const twice = added.find(({ branch }, at) => branch.busy || added.findIndex((other) => other.branch === branch) < at)
      if (twice !== undefined)
        throw new BanyanError('E_DECODER_BRANCH', 'decoder: a branch is generated twice at once', { hint: 'Fork it for each request' })
      for (const { branch } of added) branch.busy = true
      runs.push(...added)
    },
    step() {
      if (runs.length === 0) return false
      read.read(runs.map(({ branch }) => branch))
      const chosen = choose()
      const ended = runs.filter((run, row) => advance(run, chosen, row))
      if (ended.length === 0) return true
      runs = runs.filter(({ finish }) => finish === undefined)
      // The last tokens go through the net with the others' tokens, not after them.
      const last = ended.filter(({ request }) => request.readLast === true)
      if (last.length > 0) read.read([...runs, ...last].map(({ branch }) => branch))
      for (const run of ended) {
        run.branch.busy = false
        run.done(resultOf(run))
      }
      return runs.length > 0
    },
    stop(branches = runs.map(({ branch }) => branch)) {
      const stopped = new Set<Branch>(branches)
      for (const { branch } of runs) if (stopped.has(branch)) branch.busy = false
      runs = runs.filter(({ branch }) => !stopped.has(branch))
    },
  }

  function runOf(request: GenerateRequest, done: (generated: Generated) => void): Run {
    const branch = own(request.branch)
    const sampling = checkedSampling(request)
    const { mostTokens, random, stop, allowed, alternatives = 0 } = request
    if (!(Number.isInteger(mostTokens) && mostTokens >= 1)) throw outOfRange('mostTokens', mostTokens, 'a whole number from 1')
    if (!(Number.isInteger(alternatives) && alternatives >= 0)) throw outOfRange('alternatives', alternatives, 'a whole number from 0')
    if (sampling.temperature > 0 && random === undefined)
      throw outOfRange('random', 'undefined', 'random numbers to draw from, or a temperature of 0')
    if (branch.length === 0 || branch.length >= context)
      throw outOfRange(
        'the length of a branch',
        branch.length,
        `1 to ${context - 1} tokens, so that there is something to go on from, and room`,
      )
    if (allowed instanceof Uint8Array) checkMask(allowed, vocabulary)
    const ends = new Set(typeof stop === 'function' ? [] : stop)
    return { request, branch, sampling, ends, from: branch.length, chosen: 0, notes: [], alternatives: [], finish: undefined, done }
  }

  function choose(): Sampled {
    const rows = runs.length
    if (rows > room.rows) room = roomFor(Math.max(rows, 2 * room.rows), vocabulary, width)
    const masks = new Map<TokenMask, number>()
    runs.forEach(({ branch, request, sampling }, row) => {
      room.hidden.set(branch.hidden, row * width)
      room.temperatures[row] = sampling.temperature
      room.topK[row] = sampling.topK
      room.topP[row] = sampling.topP
      room.draws[row] = sampling.temperature > 0 ? request.random!.integer() : 0
      const mask = typeof request.allowed === 'function' ? request.allowed(branch.tokens) : request.allowed
      if (mask === undefined) room.maskOf[row] = -1
      else {
        const known = masks.get(mask)
        if (known === undefined) {
          checkMask(mask, vocabulary)
          masks.set(mask, masks.size)
        }
        room.maskOf[row] = known ?? masks.size - 1
      }
    })
    const allowed = masks.size === 0 ? undefined : new Float32Array(masks.size * vocabulary)
    for (const [mask, at] of masks)
      for (let i = 0; i < vocabulary; i++) if (mask[i] === 0) allowed![at * vocabulary + i] = Number.NEGATIVE_INFINITY
    net.decodeLogits(kernels, rows, room.hidden, room.logits)
    kernels.sample({ ...room, rows, classes: vocabulary, allowed }, room.logits, room)
    runs.forEach(({ request, alternatives }, row) => {
      if (request.alternatives === undefined || request.alternatives === 0) return
      const mask =
        room.maskOf[row]! < 0 ? undefined : allowed!.subarray(room.maskOf[row]! * vocabulary, (room.maskOf[row]! + 1) * vocabulary)
      const logits = room.logits.subarray(row * vocabulary, (row + 1) * vocabulary)
      alternatives.push(mostProbable(logits, mask, room.logSums[row]!, request.alternatives))
    })
    return room
  }

  /** @returns whether the run has ended. */
  function advance(run: Run, { tokens, logProbs, rawLogProbs, entropies }: Sampled, row: number): boolean {
    const { branch, request, notes, alternatives } = run
    const token = tokens[row]!
    if (token < 0)
      throw new BanyanError('E_DECODER_NOT_FINITE', 'decoder: the logits of a branch are NaN or infinite', {
        hint: 'Look at the weights of the net',
      })
    branch.append(token, true)
    count.generated++
    run.chosen++
    notes.push(1, logProbs[row]!, rawLogProbs[row]!, entropies[row]!)
    if (run.ends.has(token) || (typeof request.stop === 'function' && request.stop(branch.tokens.slice(run.from)))) run.finish = 'stop'
    else if (run.chosen >= request.mostTokens) run.finish = 'length'
    else if (branch.length >= context) run.finish = 'context'
    if (run.finish !== undefined || request.observe === undefined) return run.finish !== undefined
    for (const observed of request.observe(branch.tokens) ?? []) {
      if (branch.length >= context) break
      wantToken('decoder', net.shape, observed, branch.length)
      branch.append(observed, false)
      notes.push(0, 0, 0, 0)
      if (request.alternatives !== undefined && request.alternatives > 0) alternatives.push([])
    }
    if (branch.length >= context) run.finish = 'context'
    return run.finish !== undefined
  }
}

/** Tokens chosen since the decoder was made. */
export interface Count {
  generated: number
}

interface Run {
  readonly request: GenerateRequest
  readonly branch: DecodingBranch
  readonly sampling: Required<SamplingOptions>
  readonly ends: ReadonlySet<number>
  /** The branch's length at the beginning. */
  readonly from: number
  /** How many tokens were chosen. */
  chosen: number
  /** Four numbers for each token: chosen, logProb, rawLogProb, entropy. */
  readonly notes: number[]
  readonly alternatives: (readonly Alternative[])[]
  finish: Generated['finish'] | undefined
  readonly done: (generated: Generated) => void
}

function resultOf({ request, branch, from, notes, alternatives, finish }: Run): Generated {
  const tokens = Int32Array.from(branch.tokens.slice(from))
  const column = (at: number) => Float32Array.from(tokens, (_, place) => notes[4 * place + at]!)
  return {
    branch,
    tokens,
    chosen: Uint8Array.from(column(0)),
    logProbs: column(1),
    rawLogProbs: column(2),
    entropies: column(3),
    ...(request.alternatives !== undefined && request.alternatives > 0 && { alternatives }),
    finish: finish!,
  }
}

/** Arrays for so many rows, used again with every step. */
function roomFor(rows: number, vocabulary: number, width: number) {
  return {
    rows,
    hidden: new Float32Array(rows * width),
    logits: new Float32Array(rows * vocabulary),
    temperatures: new Float32Array(rows),
    topK: new Int32Array(rows),
    topP: new Float32Array(rows),
    draws: new Int32Array(rows),
    maskOf: new Int32Array(rows),
    tokens: new Int32Array(rows),
    logProbs: new Float32Array(rows),
    rawLogProbs: new Float32Array(rows),
    logSums: new Float32Array(rows),
    entropies: new Float32Array(rows),
  }
}

function mostProbable(logits: Float32Array, mask: Float32Array | undefined, logSum: number, most: number): Alternative[] {
  const found: Alternative[] = []
  for (let token = 0; token < logits.length; token++) {
    if (mask !== undefined && mask[token] !== 0) continue
    const logProb = logits[token]! - logSum
    if (found.length === most && !(logProb > found[most - 1]!.logProb)) continue
    if (found.length === most) found.pop()
    let at = found.length
    while (at > 0 && found[at - 1]!.logProb < logProb) at--
    found.splice(at, 0, { token, logProb })
  }
  return found
}
