// One error class: a stable code, the value seen, the value wanted, what to do, and the cause.

const marker = Symbol.for('banyan.error')

export interface ErrorDetails {
  /** The value that was found. */
  readonly seen?: unknown
  /** The value that is wanted. */
  readonly wanted?: string | undefined
  /** What to do about it. */
  readonly hint?: string | undefined
  readonly cause?: unknown
  /** Going on is pointless: the run stops with this error, and what was found so far is kept. */
  readonly fatal?: boolean
  /** What the failed work had already used. */
  readonly usage?: Readonly<Record<string, number>>
}

/** An error as it is logged. */
export interface ErrorRecord {
  readonly code: string
  readonly message: string
}

/**
 * The base of every error that Banyan throws. `code` has the form `E_AREA_REASON` and is stable.
 * `isInstance` works across copies of the package.
 */
export class BanyanError extends Error {
  readonly [marker] = true
  readonly code: string
  readonly seen: unknown
  readonly wanted: string | undefined
  readonly hint: string | undefined
  readonly fatal: boolean
  readonly usage: Readonly<Record<string, number>> | undefined

  constructor(code: string, message: string, { seen, wanted, hint, cause, fatal = false, usage }: ErrorDetails = {}) {
    const got = seen === undefined ? '' : `; got ${shown(seen)}`
    const whole = message + got + (wanted === undefined ? '' : `; wanted ${wanted}`) + (hint === undefined ? '' : `. ${hint}`)
    super(whole, cause === undefined ? undefined : { cause })
    this.name = 'BanyanError'
    this.code = code
    this.seen = seen
    this.wanted = wanted
    this.hint = hint
    this.fatal = fatal
    this.usage = usage
  }

  static isInstance(error: unknown): error is BanyanError {
    return typeof error === 'object' && error !== null && (error as { [marker]?: boolean })[marker] === true
  }
}

/** An error after which the run cannot go on. */
export function fatalError(code: string, message: string, seen?: unknown, wanted?: string, hint?: string): BanyanError {
  return new BanyanError(code, message, { seen, wanted, hint, fatal: true })
}

/** What is done now is not what the log says. */
export function runDiverged(message: string, seen: unknown, wanted: string, hint?: string): BanyanError {
  return fatalError('E_RUN_DIVERGED', message, seen, wanted, hint)
}

/** Thrown by a call when the trial's grant has nothing left of a unit; becomes the outcome `starved`. */
export class StarvedError extends BanyanError {
  constructor(unit: string) {
    super('E_BUDGET_STARVED', `the trial's part of the budget has no ${unit} left`)
  }
}

/** The error as data for the log. */
export function errorRecord(error: unknown): ErrorRecord {
  if (BanyanError.isInstance(error)) return { code: error.code, message: error.message }
  if (error instanceof Error) return { code: 'E_PART_THREW', message: error.message || error.name }
  return { code: 'E_PART_THREW', message: String(error) }
}

function shown(value: unknown): string {
  const text =
    typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' ? (JSON.stringify(value) ?? String(value)) : String(value)
  return text.length > 120 ? `${text.slice(0, 117)}…` : text
}
