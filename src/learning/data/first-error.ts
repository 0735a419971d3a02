// Finds the first wrong step of a wrong trace with few rollouts. Pure: rollouts come in as a question.

/**
 * The number of the first step (from 1) after which the right answer is no longer reached: binary search over prefixes
 * (OmegaPRM, Luo et al. 2024, section 3.1; MATH-APS), at most ⌈log₂ `steps`⌉ questions. The beginning is taken to be good and the whole trace wrong; a prefix
 * from which the answer is reached makes all shorter ones good.
 *
 * @param steps how many steps the wrong trace has, at least 1.
 * @param reaches whether some rollout after so many steps ends right. Asked for 1 to `steps` − 1, each at most once.
 * @example
 * await firstError(8, async (step) => step < 5) // 5, after three questions
 */
export async function firstError(steps: number, reaches: (step: number) => Promise<boolean>): Promise<number> {
  let good = 0
  let wrong = steps
  while (wrong - good > 1) {
    const middle = (good + wrong) >> 1
    if (await reaches(middle)) good = middle
    else wrong = middle
  }
  return wrong
}
