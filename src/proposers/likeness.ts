// When two actions count as the same: by their text, by their text without case and punctuation, by a key of one's own, or by the angle between
// vectors of their texts. It knows no model; vectors come from a function.
import type { CallContext } from '../core/call.ts'
import type { Awaitable, Json } from '../core/common.ts'
import { canonical } from '../core/digest.ts'
import { BanyanError } from '../core/errors.ts'

/** Actions with similar texts count as the same. */
export interface Similar<Action> {
  /** One vector for each text, all of the same length. `(texts, context) => embed(model, texts, context)` records the call. */
  readonly embed: (texts: readonly string[], context: CallContext) => Awaitable<readonly (readonly number[])[]>
  /** Least cosine of two texts that count as the same, in [-1, 1]. Default 0.95. */
  readonly threshold?: number
  /** What is compared. Default: the strings in the action, one a line. */
  readonly text?: (action: Action) => string
}

/** `text`: equal as JSON. `normalised`: equal but for case, white space and punctuation of their strings. */
export type Likeness<Action> = 'text' | 'normalised' | ((action: Action) => string) | Similar<Action>

/** Keys of actions, in order; equal keys are the same action. */
export type KeysOf<Action> = (actions: readonly Action[], context: CallContext) => Awaitable<readonly string[]>

/** @throws `E_PROPOSER_OPTION` for a likeness that is none, or a threshold that is no cosine. */
export function keysBy<Action>(likeness: Likeness<Action>): KeysOf<Action> {
  if (likeness === 'text') return (actions) => actions.map((action) => canonical(action as Json))
  if (likeness === 'normalised') return (actions) => actions.map((action) => canonical(eachString(action as Json, plain)))
  if (typeof likeness === 'function') return (actions) => actions.map(likeness)
  if (typeof likeness !== 'object' || typeof likeness?.embed !== 'function')
    throw badOption('by', likeness, "'text', 'normalised', a function, or an object with embed")
  const { embed, threshold = 0.95, text = stringsOf } = likeness
  if (!(threshold >= -1 && threshold <= 1)) throw badOption('threshold', threshold, 'a cosine, from -1 to 1')
  return async (actions, context) => {
    const texts = actions.map(text)
    const distinct = [...new Set(texts)]
    // A single text is like itself, without a call.
    const vectors = distinct.length < 2 ? [] : await embed(distinct, context)
    if (distinct.length >= 2) checkVectors(vectors, distinct.length)
    const units = new Map(vectors.map((vector, index) => [distinct[index]!, unit(vector)]))
    const leaders: { readonly key: string; readonly shape: string; readonly text: string }[] = []
    return actions.map((action, index) => {
      // What is no text, such as whether a step is the last, must be equal.
      const shape = canonical(eachString(action as Json, () => ''))
      const own = texts[index]!
      const like = leaders.find(
        (leader) => leader.shape === shape && (leader.text === own || cosine(units.get(leader.text), units.get(own)) >= threshold),
      )
      if (like !== undefined) return like.key
      leaders.push({ key: String(index), shape, text: own })
      return String(index)
    })
  }
}

/** What of a likeness goes into a proposer's settings. */
export function describedLikeness<Action>(likeness: Likeness<Action>): Json {
  if (typeof likeness === 'string') return likeness
  if (typeof likeness === 'function') return `function ${likeness.name}`
  return { threshold: likeness.threshold ?? 0.95 }
}

/** The error for an option that cannot be used. */
export function badOption(name: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_PROPOSER_OPTION', `the option ${JSON.stringify(name)} cannot be used`, { seen, wanted })
}

/** Text without case, punctuation and surplus white space; what is nothing but punctuation stays as it is. */
function plain(text: string): string {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{S}]+/gu, ' ')
    .trim()
  return words === '' ? text.trim() : words
}

function eachString(value: Json | undefined, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => eachString(item, change))
  if (value === null || value === undefined || typeof value !== 'object') return value ?? null
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, eachString(field, change)]))
}

function stringsOf(action: unknown): string {
  const strings: string[] = []
  eachString(action as Json, (text) => {
    strings.push(text)
    return text
  })
  return strings.join('\n')
}

function checkVectors(vectors: readonly (readonly number[])[], count: number): void {
  if (vectors.length === count && vectors.every((vector) => vector.length === vectors[0]!.length)) return
  throw new BanyanError('E_PROPOSER_EMBEDDING', 'the vectors of texts cannot be compared', {
    seen: vectors.map((vector) => vector.length),
    wanted: `${count} vectors of one length`,
  })
}

/** The vector at length 1; one without length stays so, and is like nothing. */
function unit(vector: readonly number[]): readonly number[] {
  const length = Math.hypot(...vector)
  return length > 0 ? vector.map((value) => value / length) : vector
}

function cosine(a: readonly number[] = [], b: readonly number[] = []): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0)
}
