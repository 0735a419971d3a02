// Lets a context change its number of threads between rounds, through two parts of node-llama-cpp 3.21.1 that are not public; without
// them it stays at what it was created with.
import type { LlamaContext } from 'node-llama-cpp'
import type { RunRound } from './lock-step.ts'
import { threadChoice } from './thread-choice.ts'

interface InsideContext {
  _idealThreads?: number
  _freeReservedThreads?: () => void
}

/** Rounds with one thread or with `most`, whichever has been faster. Undefined where the number cannot be changed, or not usefully. */
export function tunedRounds(context: LlamaContext, most: number): RunRound | undefined {
  const inside = context as unknown as InsideContext
  if (most === 1 || typeof inside._idealThreads !== 'number' || typeof inside._freeReservedThreads !== 'function') return undefined
  const choice = threadChoice(most)
  return async (tokens, round) => {
    const threads = choice.next(tokens)
    if (inside._idealThreads !== threads) {
      inside._idealThreads = threads
      inside._freeReservedThreads?.()
    }
    const start = performance.now()
    try {
      return await round()
    } finally {
      choice.took(threads, tokens, performance.now() - start)
    }
  }
}
