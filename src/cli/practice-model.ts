// A model for trying things out without any model: it answers at once, always the same for the same seed, and knows nothing.
import { Random } from '../core/random.ts'
import type { GenerateRequest, Model } from '../models/model.ts'
import { scripted } from '../models/scripted.ts'

export const practiceModels = ['scripted', 'scripted-slow'] as const

/** `scripted` answers at once, `scripted-slow` after 40 to 80 milliseconds. */
export function practiceModel(name: (typeof practiceModels)[number]): Model {
  return scripted({
    name,
    ...(name === 'scripted-slow' ? { delay: [40, 80] as const } : {}),
    answer: (request, { random }) => sentence(promptWords(request), random),
    logProb: (token) => -0.2 - new Random(0, token).unit(),
    score: (continuation, request) => {
      const prompt = request.prompt ?? request.messages?.at(-1)?.content ?? ''
      return -continuation.trim().split(/\s+/).length * (0.5 + new Random(0, `${prompt.slice(-200)}\n${continuation}`).unit())
    },
    contextLength: 8192,
  })
}

/** A few words of the prompt between words that go anywhere, and a full stop now and then. */
function sentence(words: readonly string[], random: Random): string {
  const length = 3 + random.below(6)
  const parts = Array.from({ length }, (_, place) => {
    const own = place % 2 === 1 && words.length > 0
    return own ? words[random.below(words.length)]! : small[random.below(small.length)]!
  })
  return ` ${parts.join(' ')}${random.unit() < 0.5 ? '.' : ''}`
}

function promptWords(request: GenerateRequest): readonly string[] {
  const text = request.prompt ?? request.messages?.findLast(({ role }) => role === 'user')?.content ?? ''
  return [...new Set(text.match(/\p{L}{3,}|\d+/gu) ?? [])].slice(0, 60)
}

const small = ['the', 'a', 'and', 'with', 'under', 'near', 'his', 'her', 'is', 'of', 'in', 'on']
