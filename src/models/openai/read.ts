// Reads what a server answered: samples with their tokens, and usage. Servers are not trusted to keep their types.
import type { Amounts } from '../../core/common.ts'
import { estimatedTokens } from '../ai-sdk-result.ts'
import { beforeStop, cleanText } from '../clean-text.ts'
import type { GenerateRequest, ModelUsage, Price, Sample } from '../model.ts'
import { ModelError } from '../model-error.ts'
import { costOf } from '../model-usage.ts'

export interface ReadContext {
  /** The model's name. */
  readonly name: string
  /** What the call used, for errors. */
  readonly usage: Amounts
}

/**
 * The samples, in the order of their `index`, at most as many as were asked for. Texts are cleaned, cut at 1 MB and before the first stop
 * text; tokens are those that begin within the text. Ids that the server does not tell are -1.
 * @throws `E_MODEL_OUTPUT` when there is no choice with a text, or a choice lacks the log-probabilities that were asked for.
 */
export function readSamples(answer: unknown, request: GenerateRequest, { name, usage }: ReadContext): Sample[] {
  const unreadable = (why: string) => new ModelError('E_MODEL_OUTPUT', `the answer of ${name} cannot be read: ${why}`, { usage })
  const samples = choicesOf(answer)
    .slice(0, request.count ?? 1)
    .map((choice) => {
      const raw = textOf(choice)
      if (raw === undefined) throw unreadable('a choice has no text')
      const clean = cleanText(raw.text)
      const stopped = beforeStop(clean.text, request.stop)
      const text = stopped ?? clean.text
      const finish = raw.refused ? 'refused' : stopped !== undefined ? 'stop' : clean.cut ? 'length' : finishOf(choice.finish_reason)
      if (request.logProbs !== true) return { text, finish }
      const tokens = tokensOf(choice)
      if (tokens === undefined) throw unreadable('a choice has no log-probabilities')
      const kept = within(tokens, text.length)
      return { text, finish, tokens: { ids: kept.map(({ id }) => id), logProbs: kept.map(({ logProb }) => logProb) } }
    })
  if (samples.length === 0) throw unreadable('it has no choices')
  return samples
}

/** What was used, as reported; estimated where the report is missing or cannot be: not whole, below 0, or a text without a token. */
export function readUsage(answer: unknown, request: GenerateRequest, price: Price | undefined): ModelUsage {
  const reported = ((answer as { usage?: unknown } | null)?.usage ?? {}) as Readonly<Record<string, unknown>>
  const texts = choicesOf(answer).map((choice) => textOf(choice)?.text ?? '')
  const output = amount(reported.completion_tokens)
  const input = amount(reported.prompt_tokens)
  const outputKnown = output !== undefined && (output > 0 || texts.every((text) => text === ''))
  const inputKnown = input !== undefined && input > 0
  const generated = outputKnown ? output : texts.reduce((sum, text) => sum + estimatedTokens(text), 0)
  const total = inputKnown ? input : estimatedTokens(promptText(request))
  const cached = inputKnown ? Math.min(total, cachedTokens(answer, reported)) : 0
  const estimated = outputKnown && inputKnown ? {} : { estimated: true as const }
  return priced({ generated, evaluated: total - cached, billed: total + generated, ...estimated }, price)
}

/** Adds what the usage costs, where the price is known. */
export function priced(usage: ModelUsage, price: Price | undefined): ModelUsage {
  return price === undefined ? usage : { ...usage, usd: costOf(usage, price) }
}

/** A whole amount of tokens of at most a billion; undefined for what cannot be one. */
export function amount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= 1e9 ? Math.ceil(value) : undefined
}

export type Choice = Readonly<Record<string, unknown>>

/** The choices that are objects, by their index. */
export function choicesOf(answer: unknown): readonly Choice[] {
  const { choices } = (answer ?? {}) as { choices?: unknown }
  if (!Array.isArray(choices)) return []
  const objects = choices.filter((choice): choice is Choice => typeof choice === 'object' && choice !== null)
  return objects.toSorted((a, b) => (amount(a.index) ?? 0) - (amount(b.index) ?? 0))
}

/** A chat's message or a completion's text. A message may be empty: a refusal, or all of it reasoning. */
function textOf(choice: Choice): { readonly text: string; readonly refused: boolean } | undefined {
  if (typeof choice.text === 'string') return { text: choice.text, refused: false }
  const { content, refusal } = (choice.message ?? {}) as { content?: unknown; refusal?: unknown }
  if (typeof content === 'string') return { text: content, refused: false }
  if (content === null) return { text: '', refused: typeof refusal === 'string' && refusal !== '' }
  return undefined
}

function finishOf(reason: unknown): Sample['finish'] {
  if (reason === 'stop' || reason === 'length') return reason
  return reason === 'content_filter' ? 'refused' : 'other'
}

interface Token {
  readonly id: number
  readonly text: string
  readonly logProb: number
}

/** Log-probabilities in either form: a list of objects (chats, llama-server), or two lists (completions). */
function tokensOf(choice: Choice): readonly Token[] | undefined {
  const { content, tokens, token_logprobs: logProbs } = (choice.logprobs ?? {}) as Readonly<Record<string, unknown>>
  const raw: readonly { text: unknown; logProb: unknown; id?: unknown }[] | undefined = Array.isArray(content)
    ? content.map((token) => ({ text: token?.token, logProb: token?.logprob, id: token?.id }))
    : Array.isArray(tokens) && Array.isArray(logProbs)
      ? tokens.map((text, place) => ({ text, logProb: logProbs[place] }))
      : undefined
  if (raw?.every(({ text, logProb }) => typeof text === 'string' && typeof logProb === 'number' && !Number.isNaN(logProb)) !== true)
    return undefined
  const ids = Array.isArray(choice.token_ids) && choice.token_ids.length === raw.length ? choice.token_ids : []
  return raw.map(({ text, logProb, id }, place) => ({
    id: amount(id) ?? amount(ids[place]) ?? -1,
    text: text as string,
    logProb: Math.min(0, logProb as number),
  }))
}

/** The tokens that begin within the first `length` characters: those of the end and of a stop text do not. */
function within(tokens: readonly Token[], length: number): readonly Token[] {
  let start = 0
  return tokens.filter(({ text }) => {
    const begins = start
    start += text.length
    return begins < length
  })
}

/** Prompt tokens that were not computed: by the report's details, else by llama-server's timings. */
function cachedTokens(answer: unknown, reported: Readonly<Record<string, unknown>>): number {
  const details = amount((reported.prompt_tokens_details as { cached_tokens?: unknown } | null | undefined)?.cached_tokens)
  return details ?? amount((answer as { timings?: { cache_n?: unknown } }).timings?.cache_n) ?? 0
}

function promptText(request: GenerateRequest): string {
  return [...(request.messages ?? []).map((message) => message.content), request.prompt ?? '', request.prefix ?? ''].join('\n')
}
