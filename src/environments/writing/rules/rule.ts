// The contract of a rule of writing. A rule looks at a text and nothing else.

export interface RuleCheck {
  readonly passed: boolean
  /** Why not, in a few words; empty when passed. */
  readonly reason: string
  /** How near the text is, in [0, 1]; 1 exactly when passed. */
  readonly progress: number
}

export interface Rule {
  /** What is asked, in a few words: `exactly 1 sentence`. */
  readonly name: string
  /** Judges a whole text. */
  check(text: string): RuleCheck
  /**
   * Why this beginning of a text is broken already for good: no continuation of it can pass. Undefined when one may.
   * A rule may miss a broken prefix, but never calls one broken that a passing text begins with.
   */
  broken(prefix: string): string | undefined
}

/** The verdict on a text that passes. */
export const passed: RuleCheck = { passed: true, reason: '', progress: 1 }

/** The verdict on a text that fails; `progress` is kept below 1. */
export function failed(reason: string, progress = 0): RuleCheck {
  return { passed: false, reason, progress: Math.max(0, Math.min(progress, 0.99)) }
}
