// Labels of steps as verdicts: probabilities that the answer comes out right, cut at a threshold.

/** How labels become verdicts. */
export interface LabelOptions {
  /** Labels from here on are good, in (0, 1]. Default 0.5; Math-Shepherd's hard labels are those of a number just above 0. */
  readonly threshold?: number
}

/** One verdict for each label. */
export function verdicts(labels: readonly number[], { threshold = 0.5 }: LabelOptions): readonly boolean[] {
  return labels.map((label) => label >= threshold)
}
