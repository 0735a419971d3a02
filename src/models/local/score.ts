// Log-probabilities of given continuations: what comes before is evaluated once, the first token of every continuation is read there,
// and only continuations of several tokens are evaluated further, all in lock step.
import type { ModelRun, Score } from '../model.ts'
import { allEnded, type Machine, type Settled, type Spent, settled } from './generate.ts'
import type { Work } from './lock-step.ts'

/**
 * @param prompt All tokens before the continuations.
 * @param continuations Tokens of each; none is empty.
 * @throws what `LockStep.run` throws.
 */
export async function scoreContinuations(
  machine: Machine,
  prompt: readonly number[],
  continuations: readonly (readonly number[])[],
  run: ModelRun,
  spent: Spent,
): Promise<readonly Score[]> {
  const sums = continuations.map(() => 0)
  const branches: Promise<Settled>[] = []
  const work = (tokens: number[], readFrom: number, read: Work['read']): Work => ({
    tokens,
    readFrom,
    read,
    evaluated: (_, count) => {
      spent.evaluated += count
    },
    signal: run.signal,
  })
  const trunk = work([...prompt], prompt.length - 1, async (_index, logits) => {
    const firsts = new Set(continuations.map(([token]) => token!))
    const known = firsts.size > fewTokens ? await logits.all() : undefined
    for (const token of firsts) {
      const logProb = known?.get(token) ?? (await logits.logProb(token))
      for (const [index, tokens] of continuations.entries()) if (tokens[0] === token) sums[index]! += logProb
    }
    for (const [index, tokens] of continuations.entries()) {
      if (tokens.length === 1) continue
      const rest = work([...prompt, ...tokens.slice(0, -1)], prompt.length, async (at, next) => {
        sums[index]! += await next.logProb(tokens[at - prompt.length + 1]!)
      })
      branches.push(settled(machine.lockStep.run(rest, 'next')))
    }
  })
  await allEnded(machine.lockStep.run(trunk), branches)
  return continuations.map((tokens, index) => ({ logProb: Math.min(0, sums[index]!), tokens: tokens.length }))
}

/** Up to this many tokens are read one by one; for more, the whole distribution is read at once. */
const fewTokens = 4
