// Answers the questions of claims from what arms have left behind: paired by seed and task, at equal budgets, with intervals. Pure.
import { BanyanError } from '../../core/errors.ts'
import { type Curve, heightAt } from '../../learning/telemetry/curves.ts'
import { pairedBootstrap, pairedRatio } from '../../stats/bootstrap.ts'
import { tInterval } from '../../stats/t-interval.ts'
import type { ArmRun, Claim, Question, Wanted } from '../experiment.ts'
import type { Answered, ClaimResult, ClaimVerdict } from './results.ts'

/** Runs of an arm, in the order of the seeds. */
export type RunsOf = (arm: string) => readonly ArmRun[]

/** @throws BanyanError E_EXPERIMENT_CLAIM as `answered` does. */
export function claimResult({ text, main = false, questions }: Claim, runs: RunsOf): ClaimResult {
  const [first, ...also] = questions.map((question) => answered(question, runs)) as [Answered, ...Answered[]]
  const verdicts = [first, ...also].map(({ verdict }) => verdict)
  const verdict = (['contradicted', 'not shown'] as const).find((one) => verdicts.includes(one)) ?? 'shown'
  return { text, main, ...first, verdict, also }
}

/**
 * @throws BanyanError E_EXPERIMENT_CLAIM when an arm has not the metric, when two arms have not the same tasks, or when budgets differ by more
 * than 2 % where they are compared.
 */
export function answered(question: Question, runs: RunsOf): Answered {
  const { first, second, metric, by = 'difference', wanted, over, unit } = question
  const pairs = pairsOf(question, runs)
  const rows = pairs.flatMap(({ values, others }) =>
    over === 'tasks' ? values.map((value, at) => [value, others[at]!] as const) : [[mean(values), mean(others)] as const],
  )
  const { difference, interval } = compared(rows, by, over, second !== undefined)
  const budget = { unit, first: mean(pairs.map(({ spent }) => spent)), second: mean(pairs.map(({ otherSpent }) => otherSpent)) }
  if (Math.abs(budget.first - budget.second) > 0.02 * Math.max(budget.first, budget.second))
    throw mistake(`the budgets of ${first} and ${second} differ where they are compared`, budget, 'amounts within 2 %')
  const known = (value: number) => (Number.isFinite(value) ? value : null)
  return {
    first,
    second: second ?? null,
    metric,
    by,
    difference: known(difference),
    interval: [known(interval[0]), known(interval[1])],
    wanted: Object.entries(wanted).flat().join(' '),
    budget,
    verdict: verdictOf(interval, wanted),
  }
}

/** All of the interval where it is wanted, all of it elsewhere, or neither. */
export function verdictOf([low, high]: readonly [number, number], wanted: Wanted): ClaimVerdict {
  const there = (value: number): boolean =>
    'above' in wanted
      ? value > wanted.above
      : 'below' in wanted
        ? value < wanted.below
        : 'atLeast' in wanted
          ? value >= wanted.atLeast
          : value <= wanted.atMost
  const ends = [there(low), there(high)]
  if (Number.isNaN(low) || Number.isNaN(high)) return 'not shown'
  return ends.every(Boolean) ? 'shown' : ends.some(Boolean) ? 'not shown' : 'contradicted'
}

interface Pair {
  readonly values: readonly number[]
  readonly others: readonly number[]
  readonly spent: number
  readonly otherSpent: number
}

/** What both arms had with each seed, where they are compared. */
function pairsOf(question: Question, runs: RunsOf): Pair[] {
  const { first, second, unit, at } = question
  const firsts = runs(first)
  const seconds = second === undefined ? undefined : runs(second)
  if (at === undefined)
    return firsts.map((run, seed) => {
      const other = seconds?.[seed]
      const values = valuesOf(run, first, question)
      const others = other === undefined ? values.map(() => 0) : valuesOf(other, second!, question)
      if (values.length !== others.length)
        throw mistake(`${first} and ${second} have not the same tasks`, [values.length, others.length], 'as many')
      const spent = run.spent[unit] ?? 0
      return { values, others, spent, otherSpent: other === undefined ? spent : (other.spent[unit] ?? 0) }
    })
  const curves = firsts.map((run) => curveOf(run, first, question))
  const otherCurves = seconds?.map((run) => curveOf(run, second!, question))
  const end = Math.min(...[...curves, ...(otherCurves ?? [])].map((curve) => curve.at(-1)![0]))
  const place = at === 'end' ? end : typeof at === 'number' ? at : at.part * end
  const height = (curve: Curve, arm: string) => {
    const value = heightAt(curve, place)
    if (value === undefined) throw mistake(`the curve of ${arm} does not reach ${place} ${unit}`, curve.at(-1)?.[0], `at least ${place}`)
    return value
  }
  return curves.map((curve, seed) => ({
    values: [height(curve, first)],
    others: [otherCurves === undefined ? 0 : height(otherCurves[seed]!, second!)],
    spent: place,
    otherSpent: place,
  }))
}

function compared(rows: readonly (readonly [number, number])[], by: 'difference' | 'ratio', over: 'seeds' | 'tasks', paired: boolean) {
  const [firsts, seconds] = [rows.map(([value]) => value), rows.map(([, other]) => other)]
  if (by === 'ratio' && paired) {
    if (over === 'tasks') {
      const { ratio, interval } = pairedRatio(firsts, seconds)
      return { difference: ratio, interval }
    }
    const { mean, interval } = tInterval(rows.map(([value, other]) => Math.log(value / other)))
    return { difference: Math.exp(mean), interval: [Math.exp(interval[0]), Math.exp(interval[1])] as const }
  }
  if (over === 'tasks')
    return pairedBootstrap(
      firsts.map((value) => [value]),
      seconds.map((value) => [value]),
    )
  const { mean, interval } = tInterval(rows.map(([value, other]) => value - other))
  return { difference: mean, interval }
}

function valuesOf(run: ArmRun, arm: string, { metric }: Question): readonly number[] {
  const found = run.metrics[metric]
  if (found === undefined) throw mistake(`the arm ${arm} has no such metric`, metric, Object.keys(run.metrics).join(', '))
  // What is no number is null in files.
  return [found].flat().map((value) => value ?? Number.NaN)
}

function curveOf(run: ArmRun, arm: string, { metric }: Question): Curve {
  const found = run.curves?.[metric]
  if (found === undefined || found.length === 0)
    throw mistake(`the arm ${arm} has no curve of this metric`, metric, Object.keys(run.curves ?? {}).join(', '))
  return found
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function mistake(message: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_EXPERIMENT_CLAIM', message, { seen, wanted })
}
