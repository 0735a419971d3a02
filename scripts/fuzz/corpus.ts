// The corpus: inputs that failed once, kept with their target and seed, and tried again first in every run.
import { readFileSync, writeFileSync } from 'node:fs'
import type { Json } from '../../src/core/common.ts'

export interface Regression {
  readonly target: string
  readonly input: Json
  /** The seed that found it. */
  readonly seed: number
}

const file = new URL('./corpus.json', import.meta.url)

export function regressions(): readonly Regression[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly regressions: readonly Regression[] }).regressions
}

/** Adds inputs that are not there yet. */
export function keep(found: readonly Regression[]): void {
  const known = regressions()
  const isNew = ({ target, input }: Regression) =>
    !known.some((other) => other.target === target && JSON.stringify(other.input) === JSON.stringify(input))
  const all = [...known, ...found.filter(isNew)]
  writeFileSync(file, `${JSON.stringify({ regressions: all }, null, 2)}\n`)
}
