// A small decision process over tokens whose soft-optimal policy is known exactly, by dynamic programming. All texts of one length; the state is
// what was written.
import { Random } from '../../core/random.ts'

export interface SoftProcess {
  readonly vocabulary: number
  readonly length: number
  readonly beta: number
  /** [states of depth d + 1]: reward of the token that leads to a state, and the reference's log-probability of it. State i of depth d has the children V·i + a. */
  readonly rewards: readonly Float64Array[]
  readonly references: readonly Float64Array[]
}

export interface SoftSolution {
  /** [depth][state]: V*, 0 at the end. */
  readonly values: readonly Float64Array[]
  /** [depth][state of depth + 1]: log π* of the token that leads there. */
  readonly logPolicy: readonly Float64Array[]
}

/** Rewards and a reference policy drawn at random. */
export function randomProcess(vocabulary: number, length: number, beta: number, seed: number): SoftProcess {
  const random = new Random(seed, 'soft process')
  const columns = (draw: () => number) =>
    Array.from({ length }, (_, depth) => Float64Array.from({ length: vocabulary ** (depth + 1) }, draw))
  const rewards = columns(() => 2 * random.unit() - 1)
  const references = columns(() => 3 * random.unit())
  for (const column of references)
    for (let state = 0; state < column.length; state += vocabulary) {
      const own = column.subarray(state, state + vocabulary)
      const total = logSumExp(own)
      for (let token = 0; token < vocabulary; token++) own[token]! -= total
    }
  return { vocabulary, length, beta, rewards, references }
}

/**
 * Q*(s, a) = r(s, a) + β log ρ(a | s) + V*(s′), V*(s) = β log Σ_a exp(Q*(s, a) / β), log π*(a | s) = (Q*(s, a) − V*(s)) / β, from the end
 * backwards (From r to Q*, arXiv:2404.12358, eqs. 2 to 5).
 */
export function solve({ vocabulary, length, beta, rewards, references }: SoftProcess): SoftSolution {
  const values: Float64Array[] = []
  const logPolicy: Float64Array[] = []
  values[length] = new Float64Array(vocabulary ** length)
  for (let depth = length - 1; depth >= 0; depth--) {
    const next = values[depth + 1]!
    const scaled = Float64Array.from(next, (value, state) => (rewards[depth]![state]! + value) / beta + references[depth]![state]!)
    values[depth] = Float64Array.from({ length: vocabulary ** depth }, (_, state) =>
      logSumExp(scaled.subarray(vocabulary * state, vocabulary * (state + 1))),
    )
    logPolicy[depth] = scaled.map((one, state) => one - values[depth]![Math.floor(state / vocabulary)]!)
    for (let state = 0; state < values[depth]!.length; state++) values[depth]![state]! *= beta
  }
  return { values, logPolicy }
}

/** The greatest violations of the paper's identities, over all states and paths; 0 but for rounding. */
export interface Violations {
  /** |r − (β log π* / ρ + V*(s) − V*(s′))| (eq. 7). */
  readonly reward: number
  /** |Σ_{t<K} (r + β log ρ) + V*(s_K) − V*(s_0) − β Σ_{t<K} log π*|: what value-guided search adds up, against the likelihood (section 5.2). */
  readonly search: number
  /** |Σ_a π*(a | s) − 1|. */
  readonly normalisation: number
}

export function violations(process: SoftProcess, { values, logPolicy }: SoftSolution): Violations {
  const { vocabulary, length, beta, rewards, references } = process
  const worst = { reward: 0, search: 0, normalisation: 0 }
  const note = (name: keyof Violations, value: number) => {
    worst[name] = Math.max(worst[name], Math.abs(value))
  }
  let [searched, likelihood] = [Float64Array.of(0), Float64Array.of(0)]
  for (let depth = 0; depth < length; depth++) {
    const states = vocabulary ** (depth + 1)
    const parent = (state: number) => Math.floor(state / vocabulary)
    const [nextSearched, nextLikelihood] = [new Float64Array(states), new Float64Array(states)]
    for (let state = 0; state < states; state++) {
      const [r, rho, pi] = [rewards[depth]![state]!, references[depth]![state]!, logPolicy[depth]![state]!]
      note('reward', r - (beta * (pi - rho) + values[depth]![parent(state)]! - values[depth + 1]![state]!))
      nextSearched[state] = searched[parent(state)]! + r + beta * rho
      nextLikelihood[state] = likelihood[parent(state)]! + beta * pi
      note('search', nextSearched[state]! + values[depth + 1]![state]! - values[0]![0]! - nextLikelihood[state]!)
    }
    for (let state = 0; state < states; state += vocabulary)
      note('normalisation', Math.exp(logSumExp(logPolicy[depth]!.subarray(state, state + vocabulary))) - 1)
    ;[searched, likelihood] = [nextSearched, nextLikelihood]
  }
  return worst
}

function logSumExp(values: Float64Array): number {
  const greatest = values.reduce((most, value) => Math.max(most, value))
  return greatest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - greatest), 0))
}
