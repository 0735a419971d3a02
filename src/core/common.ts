// The few types that every contract shares.

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/** What can be written to a log and read back unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

/** Index of a node in a {@link Tree}; the first root is 0. */
export type NodeId = number

/**
 * What a part promises about repeating itself.
 * `exact`: the same input and seed give the same output, so a run may be computed again from its seed.
 * `recorded`: only the log knows what it said (hosted and local models, programs, the outside world).
 */
export type Reproducible = 'exact' | 'recorded'

/**
 * Amounts by unit. Units that Banyan counts itself: `tokens` (generated), `evaluatedTokens` (prompt tokens computed),
 * `billedTokens`, `usd`, `calls`, `expansions` (states whose actions were proposed or listed), `steps` (environment steps),
 * `replayedSteps`, `nodes`, `seconds`. Any other name is a unit of the system that reports it.
 */
export type Amounts = Readonly<Record<string, number>>
