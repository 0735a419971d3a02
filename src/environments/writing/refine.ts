// A proposer of better texts: from a whole text to another one, for searches whose nodes are whole texts. It knows the model and the rules that
// a text fails; nothing of the search.
import type { CallContext } from '../../core/call.ts'
import type { Candidate, ProposeRequest, Proposer } from '../../core/proposer.ts'
import type { Random } from '../../core/random.ts'
import { generate, type Message, type Model } from '../../models/model.ts'
import type { WritingAction, WritingState } from '../writing.ts'
import { writingMessages, writingPrompt } from './prompt.ts'
import { candidateOf, usualTokens, type WholeTextOptions } from './proposer.ts'
import { rulesOf } from './rules.ts'
import type { WritingTask } from './task.ts'

export interface BetterTextOptions extends WholeTextOptions {
  /**
   * How a text becomes a better one. `told`: the model reads it and what is wrong with it, and writes another. `rest`: a beginning of it,
   * cut between two words at random, is kept, and the rest written anew; needs the capability `prefix`. Where words are missing, the cut is
   * mostly behind those that are there, and half of the times all of it but its end is kept and gone on from, if the model can follow a
   * grammar that keeps it from ending at once. Default `rest` where the model can, else `told`. Where a search says what was wrong (`revise` trials), the model is told.
   */
  readonly by?: 'told' | 'rest'
}

/**
 * Proposes whole texts: at the start as `wholeTexts` does; from a text, a better one in its place (see `by`). Such actions are marked `anew`.
 *
 * @example
 * search({ environment: writing(), task: { include: ['dog', 'ball'], sentences: 1 }, proposer: betterTexts({ model }),
 *   evaluator: writingRules({ failed: 'progress' }), searcher: abMctsA({ from: 'unsolved' }), budget: { tokens: 400 } })
 */
export function betterTexts(options: BetterTextOptions): Proposer<WritingState, WritingAction> {
  const { model, maxTokens, temperature = 0.6, topP = 1 } = options
  const by = options.by ?? (model.capabilities.prefix ? 'rest' : 'told')

  async function better({ node, feedback, count }: ProposeRequest<WritingState, WritingAction>, context: CallContext) {
    const { task, text } = node.state
    const { logProbs } = model.capabilities
    const tells = by === 'told' || feedback !== undefined
    const open = tells || !model.capabilities.grammar ? undefined : unended(task, text)
    const goesOn = open !== undefined && context.random.unit() < 0.5
    const kept = tells ? '' : goesOn ? open : beginning(task, text, context.random)
    const samples = await generate(
      model,
      {
        messages: [...writingMessages(task), ...(text !== '' && tells ? again(task, text, feedback) : [])],
        ...(kept === '' ? {} : { prefix: kept }),
        maxTokens: maxTokens ?? usualTokens(task),
        temperature,
        topP,
        count,
        ...(task.sentences?.exactly === 1 ? { stop: ['\n'] } : {}),
        ...(goesOn ? { grammar: notAtOnce } : {}),
        ...(logProbs ? { logProbs } : {}),
      },
      context,
    )
    const candidates: Candidate<WritingAction>[] = []
    for (const sample of samples) {
      const candidate = candidateOf(sample, { task, text: kept, finished: false }, model.name, true)
      if (candidate !== undefined)
        candidates.push(
          text === '' ? candidate : { ...candidate, action: { ...candidate.action, text: kept + candidate.action.text, anew: true } },
        )
    }
    return { candidates }
  }

  return {
    name: options.name ?? 'better',
    settings: { model: model.name, unit: 'better', by, temperature, topP, ...(maxTokens === undefined ? {} : { maxTokens }) },
    reproducible: model.reproducible,
    async propose(requests, context) {
      // Calls are begun in the order of the requests; all have ended before the first error is thrown.
      const ended = await Promise.allSettled(requests.map((request) => better(request, context)))
      return ended.map((result) => {
        if (result.status === 'rejected') throw result.reason
        return result.value
      })
    },
    ...(maxTokens === undefined ? {} : { atMost: (count: number) => atMost(model, count, maxTokens) }),
  }
}

/**
 * The text up to a place between two of its words: mostly one behind the last word of the task that it uses, so that no such word is lost;
 * a quarter of the times any, since the beginning itself may be bad.
 */
function beginning(task: WritingTask, text: string, random: Random): string {
  const places = [...text.matchAll(/\s+(?=\S)/g)].map(({ index }) => index)
  const { include } = rulesOf(task)
  const lacking = include?.missing(text).length ?? 0
  const keeping = lacking === 0 ? [] : places.filter((place) => include!.missing(text.slice(0, place)).length === lacking)
  const open = keeping.length > 0 && random.unit() < 0.75 ? keeping : places
  return open.length === 0 ? '' : text.slice(0, open[random.below(open.length)])
}

/** The text without the end of its last sentence, where it lacks words and can be gone on from. */
function unended(task: WritingTask, text: string): string | undefined {
  const rules = rulesOf(task)
  const open = text.replace(/[.!?…"'”’»)\]\s]+$/u, '')
  const lacks = rules.include !== undefined && rules.include.missing(text).length > 0
  return lacks && open !== '' && rules.broken(open) === undefined ? open : undefined
}

/** Anything that does not begin with the end of a sentence. */
const notAtOnce = 'root ::= [^.!?\\n] [^\\n]*'

/** What the chat goes on with: the text, what is wrong with it, and the task once more, which small models have lost by then. */
function again(task: WritingTask, text: string, feedback: string | undefined): readonly Message[] {
  const wrong = feedback ?? rulesOf(task).check(text).reasons.join('; ')
  return [
    { role: 'assistant', content: text.trim() },
    { role: 'user', content: `${wrong === '' ? 'This can be better.' : `This is not right: ${wrong}.`} ${writingPrompt(task)}` },
  ]
}

function atMost(model: Model, count: number, maxTokens: number) {
  return { calls: model.capabilities.count ? 1 : count, tokens: count * maxTokens }
}
