// The contract of an experiment: arms, the same tasks and seeds for each, what they may spend, and the claims that their results decide.
// It runs nothing and knows no system.
import type { Amounts, Awaitable, Json } from '../core/common.ts'
import type { Kernels } from '../learning/tensor/kernels.ts'

/** `smoke` checks the mechanism in seconds; `standard` gives the verdict in minutes. */
export type Scale = 'smoke' | 'standard'
export const scales: readonly Scale[] = ['smoke', 'standard']

/** A contestant. */
export interface ArmText {
  readonly name: string
  /** What it is, in a sentence. */
  readonly text: string
  /** Nothing is trained in it, and no rate of the grid is tried for it. Default false. */
  readonly untrained?: boolean
}

/** What an arm has done with one seed. Plain data: it is kept in a file. */
export interface ArmRun {
  /** One number, or one for each task, in the same order for every arm. */
  readonly metrics: Readonly<Record<string, number | readonly number[]>>
  /** All that was used, what was pruned or dropped too. */
  readonly spent: Amounts
  /** A metric along the budget: [amount of the unit, value], amounts not decreasing. */
  readonly curves?: Readonly<Record<string, readonly (readonly [number, number])[]>>
  /** Tells settings of one arm apart (learning rates): the one with the greatest mean over seeds is reported. Of tasks that are not reported. */
  readonly validation?: number
}

/** What an arm is given. */
export interface ArmContext {
  readonly seed: number
  /** What `prepare` made for this seed. */
  readonly prepared: Json
  /** Files of this seed; whatever `prepare` wrote is there. */
  readonly folder: string
  /** One thread. */
  readonly kernels: Kernels
  readonly signal: AbortSignal
  /** Which point of the grid; undefined where there is none. */
  readonly rate?: number
  /** Says how far it is. */
  progress(text: string): void
}

/** Wanted of a number with its interval: all of the interval must be there. */
export type Wanted = { readonly above: number } | { readonly below: number } | { readonly atLeast: number } | { readonly atMost: number }

/** One question that results answer with an interval. */
export interface Question {
  readonly first: string
  /** Absent: the first arm's own value is looked at. */
  readonly second?: string
  readonly metric: string
  /** `difference`: first − second. `ratio`: first / second, of sums over tasks, or of geometric means over seeds. Default `difference`. */
  readonly by?: 'difference' | 'ratio'
  readonly wanted: Wanted
  /** `seeds`: Student's t over paired seeds, where something is trained. `tasks`: paired bootstrap over tasks, where nothing is. */
  readonly over: 'seeds' | 'tasks'
  /** In which both arms' budgets are equal. */
  readonly unit: string
  /**
   * Where on the curves of the metric, in the unit: a number; `end`: the greatest amount that both arms reach; or a part of that, in (0, 1].
   * Absent: what the arms had at their end, each having spent the same.
   */
  readonly at?: number | 'end' | { readonly part: number }
}

/** A claim of the paper. It is shown when all of its questions are; the first gives it its figures. */
export interface Claim {
  readonly text: string
  readonly main?: boolean
  readonly questions: readonly [Question, ...Question[]]
}

/** How large an experiment is run: on which seeds, in which setup, within which limits. */
export interface ScaleOf<Setup> {
  readonly seeds: readonly number[]
  readonly setup: Setup
  /** The most that any arm may spend with one seed, by unit; more fails the experiment. */
  readonly limits: Amounts
}

/** A picture of curves: one metric of all arms along their budget. */
export interface Figure {
  readonly title: string
  readonly metric: string
  /** What the axes say, with units. */
  readonly x: string
  readonly y: string
}

/** Of any setup, which is its own business. */
// biome-ignore lint/suspicious/noExplicitAny: as said
export type AnyExperiment = Experiment<any>

/** A comparison of arms at equal budget, with what it claims. */
export interface Experiment<Setup = Json> {
  readonly arms: readonly ArmText[]
  /** One of them is the main one. */
  readonly claims: readonly Claim[]
  readonly scales: Readonly<Record<Scale, ScaleOf<Setup>>>
  /** What is tried for every arm alike in which something is trained, one run each; `validation` decides. Default: nothing. */
  readonly rates?: readonly number[]
  /** What several arms of a seed share: tasks, a net trained once. Its files go to `folder`. */
  prepare?(setup: Setup, context: Omit<ArmContext, 'prepared' | 'rate'>): Awaitable<Json>
  run(arm: string, setup: Setup, context: ArmContext): Awaitable<ArmRun>
  readonly figures?: readonly Figure[]
}
