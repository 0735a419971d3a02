// Results of reproductions that came with the package: what `banyan systems` shows.
import { readFileSync } from 'node:fs'
import type { Reproduction } from '../experiments/reproduction/results.ts'

/** Undefined where none is recorded. */
export function recordedReproduction(slug: string): Reproduction | undefined {
  try {
    return JSON.parse(readFileSync(new URL(`../../docs/systems/results/${slug}.json`, import.meta.url), 'utf8')) as Reproduction
  } catch {
    return undefined
  }
}
