// The improved policy of Gumbel AlphaZero (Danihelka, Guez, Schrittwieser and Silver, ICLR 2022): priors and values of a state's actions put
// together. Pure functions on arrays with one entry for each action; values are from the side that chooses.

/** σ(q) = (visitOffset + most visits of an action) · scale · q: how values weigh against log-priors (eq. 8). */
export interface Sigma {
  /** c_visit, at least 0; 50 in the paper. */
  readonly visitOffset: number
  /** c_scale, at least 0; 1 in the paper's board games. */
  readonly scale: number
  /** Values are first stretched to [0, 1] between the least and the greatest at the state. */
  readonly rescale: boolean
}

/** What is known of a state's actions. */
export interface ActionStatistics {
  /** Probabilities; 0: never taken. */
  readonly priors: readonly number[]
  readonly visits: readonly number[]
  /** Means; read only where `visits` is above 0. */
  readonly values: readonly number[]
}

/**
 * The value of actions that were not visited: v_mix = (v + Σ N · Σ π q / Σ π) / (1 + Σ N), the sums of π and π q over visited actions
 * (appendix D, eq. 33).
 *
 * @param own v, the value of the state itself.
 */
export function mixedValue(own: number, { priors, visits, values }: ActionStatistics): number {
  let visitSum = 0
  let priorSum = 0
  let valueSum = 0
  for (const [action, count] of visits.entries()) {
    if (count === 0) continue
    const prior = Math.max(priors[action]!, leastPrior)
    visitSum += count
    priorSum += prior
    valueSum += prior * values[action]!
  }
  return visitSum === 0 ? own : (own + (visitSum * valueSum) / priorSum) / (1 + visitSum)
}

/** Values of all actions: the visited ones' own, the others' v_mix (eq. 10). */
export function completedValues(own: number, statistics: ActionStatistics): number[] {
  const fill = mixedValue(own, statistics)
  return statistics.visits.map((count, action) => (count > 0 ? statistics.values[action]! : fill))
}

/** σ of completed values. */
export function transformed(completed: readonly number[], visits: readonly number[], { visitOffset, scale, rescale }: Sigma): number[] {
  const factor = (visitOffset + Math.max(0, ...visits)) * scale
  if (!rescale) return completed.map((value) => factor * value)
  const least = Math.min(...completed)
  const span = Math.max(...completed) - least
  return completed.map((value) => (span > 0 ? (factor * (value - least)) / span : 0))
}

/** π' = softmax(log π + σ(completed q)) (eq. 11). Actions with prior 0 keep 0. */
export function improvedPolicy(own: number, statistics: ActionStatistics, sigma: Sigma): number[] {
  const shifts = transformed(completedValues(own, statistics), statistics.visits, sigma)
  const logits = statistics.priors.map((prior, action) => (prior > 0 ? Math.log(prior) + shifts[action]! : Number.NEGATIVE_INFINITY))
  const highest = Math.max(...logits)
  if (highest === Number.NEGATIVE_INFINITY) return logits.map(() => 0)
  const weights = logits.map((logit) => Math.exp(logit - highest))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

/**
 * The action to visit below the root: the one with the greatest π'(a) - N(a) / (1 + Σ N), so that visits approach π' (eq. 14); among equals
 * the first. -1 when every prior is 0.
 *
 * @param counts visits and trials under way, by action.
 */
export function mostLacking(policy: readonly number[], counts: readonly number[]): number {
  const sum = counts.reduce((total, count) => total + count, 0)
  let chosen = -1
  let most = Number.NEGATIVE_INFINITY
  for (const [action, probability] of policy.entries()) {
    const lack = probability - counts[action]! / (1 + sum)
    if (probability > 0 && lack > most) {
      chosen = action
      most = lack
    }
  }
  return chosen
}

/** As log π of what was sampled although its prior is 0. */
const leastPrior = 1e-12
