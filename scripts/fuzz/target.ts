// The contract of a fuzz target: a parser, and inputs for it. A target passes when the parser returns, or refuses with a BanyanError.
import type fc from 'fast-check'
import { BanyanError } from '../../src/core/errors.ts'

export interface Target {
  readonly name: string
  /** Inputs are JSON, so that one that failed can be kept in the corpus. */
  readonly inputs: fc.Arbitrary<unknown>
  /** Its part of all inputs, relative to others. */
  readonly weight: number
  run(input: unknown): Promise<void>
}

export interface TargetOptions {
  /** Whether it may refuse an input with a BanyanError. Parsers of what a model writes may not. */
  readonly refuses: boolean
  /** Default 10. */
  readonly weight?: number
}

/** A target; `parse` throws nothing but BanyanErrors, and those only where it `refuses`. */
export function target<Input>(
  name: string,
  { refuses, weight = 10 }: TargetOptions,
  inputs: fc.Arbitrary<Input>,
  parse: (input: Input) => unknown,
): Target {
  return {
    name,
    inputs,
    weight,
    async run(input) {
      try {
        await parse(input as Input)
      } catch (error) {
        if (refuses && BanyanError.isInstance(error) && /^E_[A-Z]+(_[A-Z]+)+$/.test(error.code)) return
        throw error
      }
    },
  }
}

/** Throws when what must hold does not. */
export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it does not hold that ${what}`)
}
