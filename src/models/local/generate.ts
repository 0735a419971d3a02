// Samples for one request. What they share is evaluated once: the prompt, and all that they say alike before they part. It knows nothing of lanes or rounds.
import type { LlamaGrammar, LlamaModel } from 'node-llama-cpp'
import { Random } from '../../core/random.ts'
import type { GenerateRequest, ModelRun, ModelUsage, Sample } from '../model.ts'
import type { AnswerMemory } from './answer-memory.ts'
import type { Decoder } from './decoder.ts'
import type { LockStep, Work } from './lock-step.ts'
import type { Logits, Sampler } from './logits.ts'
import type { Placed } from './prompt-tokens.ts'
import { type SampleText, sampleText } from './sample-text.ts'

export interface Machine {
  readonly model: LlamaModel
  readonly decoder: Decoder
  readonly lockStep: LockStep
  readonly memory: AnswerMemory
  /** Most tokens of prompt and answer together. */
  readonly contextLength: number
}

/** What a request has used so far; added to while it runs. */
export interface Spent {
  generated: number
  evaluated: number
}

interface Draft {
  readonly sampler: Sampler
  readonly said: SampleText
  readonly ids: number[]
  readonly logProbs: number[]
  finish: Sample['finish']
}

/** How a piece of work ended. */
export interface Settled {
  readonly error?: unknown
}

/** A promise that is never rejected, so that no error is lost while others are waited for. */
export function settled(work: Promise<void>): Promise<Settled> {
  return work.then(
    () => ({}),
    (error: unknown) => ({ error }),
  )
}

/**
 * Waits for the trunk and for the branches; these may make further ones before they end.
 * @throws the first error, after all have ended.
 */
export async function allEnded(trunk: Promise<void>, branches: readonly Promise<Settled>[]): Promise<void> {
  const ends = [await settled(trunk)]
  for (let i = 0; i < branches.length; i++) ends.push(await branches[i]!)
  for (const end of ends) if ('error' in end) throw end.error
}

/**
 * Draws `request.count` samples after `placed`. `spent` is kept up to date, also when this throws.
 * @throws what `LockStep.run` throws; with several samples the first error, after all have ended.
 */
export async function generateSamples(
  machine: Machine,
  request: GenerateRequest,
  placed: Placed,
  grammar: LlamaGrammar | undefined,
  run: ModelRun,
  spent: Spent,
): Promise<readonly Sample[]> {
  const prompt = [...placed.before, ...placed.beginningTokens]
  const stops = [...(request.stop ?? []), ...(grammar?.stopGenerationTriggers.flatMap(triggerTexts) ?? [])]
  const drafts = Array.from({ length: request.count ?? 1 }, (_, index): Draft => {
    const { temperature = 1, topP = 1, topK = 0 } = request
    const settings = { temperature, topP, topK, seed: new Random(run.seed, index).integer() }
    const said = sampleText(machine.model as never, prompt.slice(-3), stops)
    return { sampler: machine.decoder.sampler(settings, grammar), said, ids: [], logProbs: [], finish: 'other' }
  })

  /** Draws a draft's next token; true when it goes on. */
  const advance = async (draft: Draft, logits: Logits): Promise<boolean> => {
    const drawn = await logits.draw(draft.sampler, request.logProbs === true)
    if (drawn === undefined) {
      draft.finish = 'other'
      return false
    }
    spent.generated++
    if (machine.model.isEogToken(drawn.token as never)) {
      draft.finish = 'stop'
      return false
    }
    draft.ids.push(drawn.token)
    if (drawn.logProb !== undefined) draft.logProbs.push(drawn.logProb)
    if (draft.said.add(drawn.token)) {
      draft.finish = 'stop'
      return false
    }
    draft.finish = 'length'
    return draft.ids.length < request.maxTokens && prompt.length + draft.ids.length < machine.contextLength
  }

  const branches: Promise<Settled>[] = []
  /** Goes on with drafts that have said the same so far, as one piece of work; where they part, each group gets its own. */
  const follow = (tokens: number[], drafts: readonly Draft[]): Work => ({
    tokens,
    readFrom: tokens.length - 1,
    async read(_index, logits) {
      const going = await Promise.all(drafts.map((draft) => advance(draft, logits)))
      const groups = new Map<number, Draft[]>()
      for (const draft of drafts.filter((_, index) => going[index])) {
        const token = draft.ids.at(-1)!
        groups.set(token, [...(groups.get(token) ?? []), draft])
      }
      const [own, ...parting] = groups
      for (const [token, group] of parting) branches.push(settled(machine.lockStep.run(follow([...tokens, token], group), 'next')))
      if (own === undefined) return
      tokens.push(own[0])
      drafts = own[1]
    },
    evaluated(from, count) {
      spent.evaluated += Math.max(0, Math.min(from + count, prompt.length) - from)
    },
    signal: run.signal,
  })

  try {
    await allEnded(machine.lockStep.run(follow([...prompt], drafts)), branches)
    return drafts.map((draft) => sampleOf(draft, request.logProbs === true))
  } finally {
    for (const draft of drafts) {
      draft.sampler.close()
      const { text, ends } = draft.said.whole
      const offset = placed.beginning.length
      if (text !== '') {
        machine.memory.add(
          placed.place,
          placed.beginning + text,
          [...placed.beginningTokens, ...draft.ids],
          [
            ...placed.beginningTokens.map((_, index) => (index === placed.beginningTokens.length - 1 ? offset : -1)),
            ...ends.map((end) => (end < 0 ? -1 : end + offset)),
          ],
        )
      }
    }
  }
}

/** The usage of a request in the contract's form. */
export function usageFrom(spent: Spent): ModelUsage {
  return { generated: spent.generated, evaluated: spent.evaluated }
}

function sampleOf({ said, ids, logProbs, finish }: Draft, wanted: boolean): Sample {
  const { text, length } = said
  const tokens = { ids: ids.slice(0, length), ...(wanted ? { logProbs: logProbs.slice(0, length) } : {}) }
  return { text, finish, tokens }
}

/** Texts after which a grammar is done; triggers made of tokens end the sample by themselves. */
function triggerTexts(trigger: LlamaGrammar['stopGenerationTriggers'][number]): string[] {
  const parts: readonly unknown[] = typeof trigger === 'string' ? [trigger] : 'length' in trigger ? trigger : trigger.values
  return parts.length === 1 && typeof parts[0] === 'string' ? [parts[0]] : []
}
