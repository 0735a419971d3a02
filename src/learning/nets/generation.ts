// Many branches generated in lock step: each round chooses a token for every branch that is still going, and reads all of them together. What
// a branch gets depends on its own request alone. It knows no cache.
import { BanyanError } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'
import type { Kernels } from '../tensor/kernels.ts'
import type { Branch, DecodingBranch } from './branch.ts'
import type { CausalNet } from './causal-net.ts'
import { type Alternative, type ChoiceRow, type Choices, chooser } from './chooser.ts'
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

/** Called once for each request, with its place among those that came with it. */
export interface Ended {
  done(generated: Generated, at: number): void
  /** One of the request's own functions threw, or observed what is no token; or the net's numbers are not finite. */
  failed(error: unknown, at: number): void
}

/** Branches that are being generated. */
export interface Generation {
  /** How many are still going. */
  readonly going: number
  /**
   * Takes further requests in; they begin with the next step.
   * @throws BanyanError E_DECODER_OPTION, E_DECODER_MASK or E_DECODER_BRANCH for requests that cannot be; none is taken in then.
   */
  add(requests: readonly GenerateRequest[], ended: Ended): void
  /** Chooses one token for each branch whose turn it is. @returns whether any are left. */
  step(): boolean
  /** Ends these branches, or all, without a result; they keep what they have so far. */
  stop(branches?: readonly Branch[]): void
}

/**
 * @param own checks that a branch is one of this decoder's, and not gone.
 * @param mostTogether how many branches are generated at once; others wait until one of them is finished.
 */
export function generation(
  net: CausalNet,
  kernels: Kernels,
  read: Reader,
  own: (branch: Branch) => DecodingBranch,
  count: Count,
  mostTogether: number,
): Generation {
  const { vocabulary, context } = net.shape
  let runs: Run[] = []
  let waiting: Run[] = []
  const choose = chooser(net, kernels)

  return {
    get going() {
      return runs.length + waiting.length
    },
    add(requests, ended) {
      const added = requests.map((request, at) => runOf(request, ended, at))
      const seen = new Set<Branch>()
      for (const { branch } of added) {
        if (branch.busy || seen.has(branch))
          throw new BanyanError('E_DECODER_BRANCH', 'decoder: a branch is generated twice at once', { hint: 'Fork it for each request' })
        seen.add(branch)
      }
      for (const { branch } of added) branch.busy = true
      waiting = waiting.concat(added)
    },
    step() {
      if (runs.length < mostTogether) runs.push(...waiting.splice(0, mostTogether - runs.length))
      if (runs.length === 0) return false
      read.read(runs.map(({ branch }) => branch))
      masksOf()
      const choosing = runs.filter(({ error }) => error === undefined)
      if (choosing.length > 0) {
        const choices = choose(choosing.map(choiceOf))
        choosing.forEach((run, row) => {
          guarded(run, () => advance(run, choices, row))
        })
      }
      const over = runs.filter(({ finish, error }) => finish !== undefined || error !== undefined)
      if (over.length === 0) return true
      const going = runs.filter(({ finish, error }) => finish === undefined && error === undefined)
      // The last tokens go through the net with the others' tokens, not after them.
      const last = over.filter(({ request, error }) => request.readLast === true && error === undefined)
      if (last.length > 0) read.read([...going, ...last].map(({ branch }) => branch))
      runs = going
      for (const { branch } of over) branch.busy = false
      for (const run of over) {
        if (run.error === undefined) run.ended.done(resultOf(run), run.at)
        else run.ended.failed(run.error.error, run.at)
      }
      return runs.length + waiting.length > 0
    },
    stop(branches = [...runs, ...waiting].map(({ branch }) => branch)) {
      const stopped = new Set<Branch>(branches)
      for (const { branch } of [...runs, ...waiting]) if (stopped.has(branch)) branch.busy = false
      runs = runs.filter(({ branch }) => !stopped.has(branch))
      waiting = waiting.filter(({ branch }) => !stopped.has(branch))
    },
  }

  function runOf(request: GenerateRequest, ended: Ended, at: number): Run {
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
    const start = { from: branch.length, chosen: 0, notes: [], alternatives: alternatives > 0 ? [] : undefined }
    return { request, branch, sampling, ends, ...start, mask: undefined, finish: undefined, error: undefined, ended, at }
  }

  /** What each may choose; a run whose own function fails ends with that error. */
  function masksOf(): void {
    for (const run of runs) {
      const { allowed } = run.request
      guarded(run, () => {
        run.mask = typeof allowed === 'function' ? allowed(run.branch.tokens) : allowed
        if (typeof allowed === 'function' && run.mask !== undefined) checkMask(run.mask, vocabulary)
      })
    }
  }

  /** Takes the chosen token in, what is observed after it, and whether that is the end. */
  function advance(run: Run, { tokens, logProbs, rawLogProbs, entropies, alternatives }: Choices, row: number): void {
    const { branch, request } = run
    const token = tokens[row]!
    if (token < 0)
      throw new BanyanError('E_DECODER_NOT_FINITE', 'decoder: the logits of a branch are NaN or infinite', {
        hint: 'Look at the weights of the net',
      })
    branch.append(token, true)
    count.generated++
    run.chosen++
    run.notes.push(1, logProbs[row]!, rawLogProbs[row]!, entropies[row]!)
    run.alternatives?.push(alternatives.get(row)!)
    if (run.ends.has(token) || (typeof request.stop === 'function' && request.stop(branch.tokens.slice(run.from)))) run.finish = 'stop'
    else if (run.chosen >= request.mostTokens) run.finish = 'length'
    else {
      for (const observed of request.observe?.(branch.tokens) ?? []) {
        if (branch.length >= context) break
        wantToken('decoder', net.shape, observed, branch.length)
        branch.append(observed, false)
        run.notes.push(0, 0, 0, 0)
        run.alternatives?.push([])
      }
      if (branch.length >= context) run.finish = 'context'
    }
  }
}

/** Runs a caller's functions: what they throw ends their own run alone. */
function guarded(run: Run, work: () => void): void {
  try {
    work()
  } catch (error) {
    run.error = { error }
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
  /** Only where they are wanted. */
  readonly alternatives: (readonly Alternative[])[] | undefined
  /** For the next token. */
  mask: TokenMask | undefined
  finish: Generated['finish'] | undefined
  error: { readonly error: unknown } | undefined
  readonly ended: Ended
  /** Among the requests that came with it. */
  readonly at: number
}

function choiceOf({ branch, sampling, request, mask }: Run): ChoiceRow {
  return { hidden: branch.hidden, sampling, random: request.random, mask, alternatives: request.alternatives ?? 0 }
}

function resultOf({ branch, from, notes, alternatives, finish }: Run): Generated {
  const tokens = Int32Array.from(branch.tokens.slice(from))
  const column = (at: number) => Float32Array.from(tokens, (_, place) => notes[4 * place + at]!)
  return {
    branch,
    tokens,
    chosen: Uint8Array.from(column(0)),
    logProbs: column(1),
    rawLogProbs: column(2),
    entropies: column(3),
    ...(alternatives !== undefined && { alternatives }),
    finish: finish!,
  }
}
