// Proposers of writing: the next chunk of text, or a whole text. Both ask with the same messages, so that searches differ in nothing else.
// They know the model and how a text grows; of the rules only where the last sentence ends.
import type { CallContext } from '../../core/call.ts'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import type { Candidate, ProposeRequest, Proposer } from '../../core/proposer.ts'
import type { GenerateRequest, Model, Sample } from '../../models/model.ts'
import { severalSamples } from '../../models/several-samples.ts'
import type { WritingAction, WritingState } from '../writing.ts'
import { writingMessages } from './prompt.ts'
import type { Count } from './rules/count.ts'
import { rulesOf } from './rules.ts'
import type { WritingTask } from './task.ts'

export interface WritingProposerOptions {
  readonly model: Model
  /** Default `model` for chunks, `whole` for whole texts. */
  readonly name?: string
  /** 0 is greedy. Default 0.6 for whole texts, 0.8 for chunks. */
  readonly temperature?: number
  /** In (0, 1]. Default 1. */
  readonly topP?: number
}

export interface ChunkOptions extends WritingProposerOptions {
  /** Tokens of a chunk, at least 1. Default 3. */
  readonly tokens?: number
}

export interface WholeTextOptions extends WritingProposerOptions {
  /** Most tokens of a text. Default: by the task's counts, 48 for one sentence, 256 where it has none. */
  readonly maxTokens?: number
}

/**
 * Proposes chunks of a few tokens that go on from the text so far. A chunk ends early where the last sentence that the task allows ends,
 * and then ends the text. While the last sentence lacks words that the task wants, no chunk ends it, where the model can follow a grammar:
 * such an end would be broken for good. Equal chunks are merged: a candidate's prior is its share of the samples, `score` its
 * log-probability.
 *
 * A model without the capability `prefix` cannot go on from a text; it proposes whole texts at the start, and nothing later.
 *
 * @example
 * search({ environment: writing(), task: { include: ['dog', 'ball'], sentences: 1 }, proposer: chunks({ model }), evaluator: writingRules(), searcher: beam() })
 */
export function chunks(options: ChunkOptions): Proposer<WritingState, WritingAction> {
  const { model, tokens = 3, temperature = 0.8, topP = 1 } = options
  if (!Number.isInteger(tokens) || tokens < 1)
    throw new BanyanError('E_WRITING_OPTION', 'tokens of a chunk cannot be used', { seen: tokens, wanted: 'a whole number of at least 1' })
  const name = options.name ?? 'model'
  if (!model.capabilities.prefix) return wholeTexts({ ...options, name })
  return {
    name,
    settings: { model: model.name, unit: 'chunk', tokens, temperature, topP, grammar: model.capabilities.grammar },
    reproducible: model.reproducible,
    propose: (requests, context) =>
      proposeAll(requests, context, model, ({ text, task }) => ({
        messages: writingMessages(task),
        ...(text === '' ? {} : { prefix: text }),
        maxTokens: tokens,
        temperature,
        topP,
        ...(model.capabilities.grammar && rulesOf(task).mayNotEnd(text) ? { grammar: unended } : {}),
      })),
    atMost: (count) => ({ calls: model.capabilities.count ? 1 : count, tokens: count * tokens }),
  }
}

/**
 * Proposes whole texts, each as one candidate; from a text that has begun, the rest of it. A text is cut off after the last sentence that
 * the task allows.
 *
 * @example
 * search({ environment: writing(), task, proposer: wholeTexts({ model, temperature: 0 }), searcher: greedy() })
 */
export function wholeTexts(options: WholeTextOptions): Proposer<WritingState, WritingAction> {
  const { model, maxTokens, temperature = 0.6, topP = 1 } = options
  const settings: { [key: string]: Json } = { model: model.name, unit: 'whole', temperature, topP }
  return {
    name: options.name ?? 'whole',
    settings: maxTokens === undefined ? settings : { ...settings, maxTokens },
    reproducible: model.reproducible,
    propose: (requests, context) =>
      proposeAll(
        requests,
        context,
        model,
        ({ text, task }) => ({
          messages: writingMessages(task),
          ...(text === '' ? {} : { prefix: text }),
          maxTokens: maxTokens ?? usualTokens(task),
          temperature,
          topP,
          ...(task.sentences?.exactly === 1 ? { stop: ['\n'] } : {}),
        }),
        true,
      ),
    ...(maxTokens === undefined
      ? {}
      : { atMost: (count: number) => ({ calls: model.capabilities.count ? 1 : count, tokens: count * maxTokens }) }),
  }
}

async function proposeAll(
  requests: readonly ProposeRequest<WritingState, WritingAction>[],
  context: CallContext,
  model: Model,
  ask: (state: WritingState) => GenerateRequest,
  whole = false,
): Promise<{ candidates: Candidate<WritingAction>[] }[]> {
  const { logProbs, prefix } = model.capabilities
  // Calls are begun in the order of the requests; all have ended before the first error is thrown.
  const ended = await Promise.allSettled(
    requests.map(({ node, count }) =>
      node.state.text !== '' && !prefix
        ? []
        : severalSamples(model, { ...ask(node.state), ...(logProbs ? { logProbs } : {}) }, count, context),
    ),
  )
  return requests.map((request, index) => {
    const result = ended[index] as PromiseSettledResult<readonly Sample[]>
    if (result.status === 'rejected') throw result.reason
    return { candidates: candidatesOf(result.value, request, model.name, whole) }
  })
}

function candidatesOf(
  samples: readonly Sample[],
  { node, siblings, count }: ProposeRequest<WritingState, WritingAction>,
  model: string,
  whole: boolean,
): Candidate<WritingAction>[] {
  // A single sample is a draw of a chain of its own: that another chain began alike is no reason to drop it.
  const known = new Set(count === 1 ? [] : siblings.map(keyOf))
  const merged = new Map<string, { readonly candidate: Candidate<WritingAction>; times: number }>()
  let total = 0
  for (const sample of samples) {
    const candidate = candidateOf(sample, node.state, model, whole)
    if (candidate === undefined) continue
    total++
    const key = keyOf(candidate.action)
    const same = merged.get(key)
    if (same !== undefined) same.times++
    else if (!known.has(key)) merged.set(key, { candidate, times: 1 })
  }
  return [...merged.values()].map(({ candidate, times }) => ({ ...candidate, prior: times / total }))
}

/** What a sample adds to the text; undefined when it adds nothing and does not end it either. */
export function candidateOf(
  sample: Sample,
  { text, task }: WritingState,
  model: string,
  whole: boolean,
): Candidate<WritingAction> | undefined {
  const said = sample.text.toWellFormed().slice(0, longest)
  const added = text === '' ? said.trimStart() : said
  const kept = rulesOf(task)
    .cut(text + added)
    .slice(text.length)
  const end =
    whole || kept.length < added.length || sample.finish === 'stop' || sample.finish === 'refused' || rulesOf(task).full(text + kept)
  if (kept === '' && (!end || text === '')) return undefined
  return { action: { text: whole ? kept.trimEnd() : kept, end }, ...scored(sample, said.length - (added.length - kept.length), model) }
}

/** Where a sample was cut, as many of its tokens are counted as the kept part of its characters: the cut falls between two tokens. */
function scored({ text, tokens }: Sample, kept: number, model: string): Pick<Candidate<WritingAction>, 'score' | 'tokens'> {
  if (tokens === undefined) return {}
  const length = kept >= text.length ? tokens.ids.length : Math.ceil((tokens.ids.length * kept) / Math.max(1, text.length))
  const logProbs = tokens.logProbs?.slice(0, length)
  return {
    tokens: { ids: tokens.ids.slice(0, length), ...(logProbs === undefined ? {} : { logProbs }), model },
    ...(logProbs === undefined
      ? {}
      : {
          score: Math.min(
            0,
            logProbs.reduce((sum, logProb) => sum + logProb, 0),
          ),
        }),
  }
}

function keyOf({ text, end }: WritingAction): string {
  return `${end ? 'end' : 'open'}\n${text}`
}

/** Tokens that a text of the task usually has room in. */
export function usualTokens(task: WritingTask): number {
  const most = (count: Count | undefined) => count?.exactly ?? count?.atMost
  const [words, sentences, paragraphs] = [most(task.words), most(task.sentences), most(task.paragraphs)]
  if (words !== undefined) return Math.min(4096, 16 + words * 2)
  if (sentences !== undefined) return Math.min(4096, sentences * 48)
  return paragraphs === undefined ? 256 : Math.min(4096, paragraphs * 192)
}

/** Text without the end of a sentence, and without an end: only the number of tokens stops it. */
const unended = 'root ::= [^.!?\\n] root'

/** Characters of one sample that are kept, whatever a model sends. */
const longest = 100_000
