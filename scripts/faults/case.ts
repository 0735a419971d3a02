// What a case of the fault check is, and how its expectations are told. It knows no particular fault.

export interface FaultCase {
  /** `server 429 without Retry-After`. */
  readonly name: string
  /** What must come of it, in words: exit code, error code, what is kept. */
  readonly expects: string
  /** Why it cannot be carried out here. */
  readonly skip?: string | undefined
  /** Throws an error that says what was otherwise; `HungError` when a process did not end. `folder` is empty, and the case's own. */
  run(folder: string): Promise<void>
}

/** A process that did not end in its time. */
export class HungError extends Error {}

/** @throws unless `right`. */
export function expect(right: boolean, what: string, seen?: unknown): void {
  if (right) return
  throw new Error(seen === undefined ? what : `${what}; seen: ${typeof seen === 'string' ? seen : JSON.stringify(seen)}`)
}
