// The result of a comparison: cells summed up by arm, and arms by pairs. Pure; it knows neither searches nor files.
import type { Json } from '../core/common.ts'
import { type BootstrapOptions, pairedBootstrap } from '../stats/bootstrap.ts'
import { wilson } from '../stats/wilson.ts'
import type { Cell } from './cells.ts'

/** One arm's result. Amounts are means a run; a task is run once for each seed. */
export interface ArmResult {
  readonly name: string
  /** Tasks with at least one finished run. */
  readonly tasks: number
  /** Finished runs, tasks × seeds: the n of `rate` and `interval`. */
  readonly runs: number
  /** Runs whose answer was graded correct. */
  readonly solved: number
  /** solved / runs; null without runs. */
  readonly rate: number | null
  /** Wilson interval of the rate at 95 %, over runs. With several seeds runs of one task are alike, so it is a little narrow; the pairs' intervals are over tasks. */
  readonly interval: readonly [number, number]
  readonly tokens: { readonly generated: number; readonly evaluated: number }
  readonly calls: number
  readonly seconds: number
  /** Runs that ended in an error; they count as not solved unless what they had found was right. */
  readonly failed: number
}

/** First minus second on the same tasks. Every pair stands in both orders. */
export interface PairResult {
  readonly first: string
  readonly second: string
  /** Mean over tasks of the difference in rate, in [-1, 1]; null without common tasks. */
  readonly difference: number | null
  /** Paired percentile bootstrap over tasks at 95 %, seeds averaged within a task. */
  readonly interval: readonly [number, number] | null
  readonly tasks: number
}

/** What `banyan compare --json` prints. */
export interface Comparison {
  readonly arms: readonly ArmResult[]
  readonly pairs: readonly PairResult[]
  readonly budget: Json
  readonly model: string | null
  readonly seeds: readonly number[]
  /** Every cell was run. */
  readonly complete: boolean
  /** Runs that ended in an error, and the first few errors. */
  readonly failed: number
  readonly errors: readonly string[]
}

/** A finished cell and whether it ended in an error. */
export interface FinishedCell {
  readonly cell: Cell
  readonly failed: boolean
}

/** Cells by arm, task and seed; missing ones are undefined. */
export type CellTable = readonly (readonly (readonly (FinishedCell | undefined)[])[])[]

export function armResult(name: string, tasks: CellTable[number]): ArmResult {
  const finished = tasks.flat().filter((cell) => cell !== undefined)
  const runs = finished.length
  const solved = finished.filter(({ cell }) => cell.correct).length
  const mean = (of: (cell: Cell) => number) => (runs === 0 ? 0 : finished.reduce((sum, { cell }) => sum + of(cell), 0) / runs)
  return {
    name,
    tasks: tasks.filter((seeds) => seeds.some((cell) => cell !== undefined)).length,
    runs,
    solved,
    rate: runs === 0 ? null : solved / runs,
    interval: wilson(solved, runs),
    tokens: { generated: mean(({ usage }) => usage.tokens ?? 0), evaluated: mean(({ usage }) => usage.evaluatedTokens ?? 0) },
    calls: mean(({ usage }) => usage.calls ?? 0),
    seconds: mean(({ seconds }) => seconds),
    failed: finished.filter(({ failed }) => failed).length,
  }
}

/** All pairs of arms, each in both orders: the order named first, then turned round. */
export function pairResults(names: readonly string[], table: CellTable, options: BootstrapOptions = {}): PairResult[] {
  const pairs: PairResult[] = []
  for (const [i, first] of names.entries()) {
    for (const [j, second] of names.entries()) {
      if (j <= i) continue
      const [left, right] = commonResults(table[i] ?? [], table[j] ?? [])
      const { difference, interval, tasks } = pairedBootstrap(left, right, options)
      if (tasks === 0) {
        pairs.push(
          { first, second, difference: null, interval: null, tasks },
          { first: second, second: first, difference: null, interval: null, tasks },
        )
        continue
      }
      pairs.push({ first, second, difference, interval, tasks })
      pairs.push({
        first: second,
        second: first,
        difference: negated(difference),
        interval: [negated(interval[1]), negated(interval[0])],
        tasks,
      })
    }
  }
  return pairs
}

// Only seeds that both arms finished are compared.
function commonResults(first: CellTable[number], second: CellTable[number]): [number[][], number[][]] {
  const left: number[][] = []
  const right: number[][] = []
  for (const [task, seeds] of first.entries()) {
    const common = seeds.flatMap((cell, seed) => {
      const other = second[task]?.[seed]
      return cell === undefined || other === undefined ? [] : [[Number(cell.cell.correct), Number(other.cell.correct)] as const]
    })
    left.push(common.map(([value]) => value))
    right.push(common.map(([, value]) => value))
  }
  return [left, right]
}

function negated(value: number): number {
  return value === 0 ? 0 : -value
}
