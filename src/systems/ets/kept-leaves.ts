// Which leaves of a depth are kept: a 0/1 program that weighs their rewards against the nodes that they need and the meanings that they cover.
import type { ZeroOneSolver } from './zero-one.ts'

export interface Leaf {
  /** Its share of the width by REBASE, in [0, 1]; the shares add up to 1. */
  readonly share: number
  /** Inner nodes on its path, by any names; leaves that share a node name it alike. */
  readonly path: readonly number[]
  /** Its cluster, from 0. */
  readonly cluster: number
}

export interface Weights {
  /** λ_b: price of all nodes together. */
  readonly budget: number
  /** λ_d: worth of all clusters together. */
  readonly diversity: number
}

/**
 * max Σ O_i x_i − λ_b (Σ x_i + Σ y_j) / (M + N) + (λ_d / K) Σ z_k, where y_j ≥ x_i for every leaf i below node j, z_k ≤ Σ of the x_i of
 * cluster k, Σ x_i ≥ 1, all 0 or 1 (ETS, arXiv:2502.13575, eq. 4). That y_j ≤ Σ of the x_i below holds by itself: a node costs.
 *
 * @returns for each leaf whether it is kept; at least one is.
 */
export function keptLeaves(leaves: readonly Leaf[], { budget, diversity }: Weights, solve: ZeroOneSolver): boolean[] {
  if (leaves.length <= 1) return leaves.map(() => true)
  const nodes = [...new Set(leaves.flatMap(({ path }) => path))]
  const clusters = [...new Set(leaves.map(({ cluster }) => cluster))]
  const price = budget / (leaves.length + nodes.length)
  const solution = solve({
    worth: new Map([
      ...leaves.map(({ share }, at) => [`x${at}`, share - price] as const),
      ...nodes.map((node) => [`y${node}`, -price] as const),
      ...clusters.map((cluster) => [`z${cluster}`, diversity / clusters.length] as const),
    ]),
    // Each row: the sum of its terms is at least `least`.
    rows: [
      ...leaves.flatMap(({ path }, at) =>
        path.map((node) => ({
          terms: [
            [1, `y${node}`],
            [-1, `x${at}`],
          ] as const,
          least: 0,
        })),
      ),
      ...clusters.map((cluster) => ({
        terms: [...leaves.flatMap((leaf, at) => (leaf.cluster === cluster ? [[1, `x${at}`] as const] : [])), [-1, `z${cluster}`] as const],
        least: 0,
      })),
      { terms: leaves.map((_, at) => [1, `x${at}`] as const), least: 1 },
    ],
  })
  return leaves.map((_, at) => solution.has(`x${at}`))
}
