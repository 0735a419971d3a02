// Selection rules of Monte Carlo tree search, as pure pieces. Values are from the side that chooses.

/** How promising a child is. `term` is computed once for a parent, `score` for each of its children. */
export interface Selection {
  readonly name: string
  /** The factor of the exploration term that depends on the parent's visits alone. */
  term(parentVisits: number): number
  /** @param visits how often the child was visited, work under way included; at least 1 for UCT. */
  score(value: number, prior: number, visits: number, term: number): number
  /** For rules of the form `score = value + term · weight`: a search then keeps the weight of each child and does not ask for scores. */
  weight?(prior: number, visits: number): number
  /** Whether children without visits come before all others, whatever their prior. */
  readonly triesAllFirst: boolean
}

/** √(ln N) by N, for the numbers that nearly all nodes have: a logarithm takes longer than all else that is computed at a node. */
const rootsOfLogs = Float64Array.from({ length: 16_384 }, (_, visits) => Math.sqrt(Math.log(Math.max(1, visits))))

/** UCB1 on trees (Kocsis and Szepesvári 2006): Q + c · √(ln N / n). */
export function uct(exploration: number): Selection {
  return {
    name: 'uct',
    triesAllFirst: true,
    term: (parentVisits) => exploration * (rootsOfLogs[parentVisits] ?? Math.sqrt(Math.log(Math.max(1, parentVisits)))),
    score: (value, _prior, visits, term) => value + term / Math.sqrt(visits),
    weight: (_prior, visits) => 1 / Math.sqrt(visits),
  }
}

/** PUCT (Silver et al. 2017, AlphaGo Zero): Q + c · P · √N / (1 + n). */
export function puct(exploration: number): Selection {
  return {
    name: 'puct',
    triesAllFirst: false,
    term: (parentVisits) => exploration * Math.sqrt(Math.max(1, parentVisits)),
    score: (value, prior, visits, term) => value + (term * prior) / (1 + visits),
    weight: (prior, visits) => prior / (1 + visits),
  }
}

/** P-UCB (as in RethinkMCTS): Q + c · P · √(ln N) / (1 + n); meant for max backup, where Q is the best value seen below (max-UCB). */
export function maxUcb(exploration: number): Selection {
  return {
    name: 'max-ucb',
    triesAllFirst: false,
    term: (parentVisits) => exploration * Math.sqrt(Math.log(Math.max(1, parentVisits) + 1)),
    score: (value, prior, visits, term) => value + (term * prior) / (1 + visits),
    weight: (prior, visits) => prior / (1 + visits),
  }
}

/** The selection rules by name. */
export const selections = { uct, puct, 'max-ucb': maxUcb } as const
