// What a request says of tools and arguments: words for actions and things, and values that stand in it. Plain matching, no model.
import type { Json } from '../../core/common.ts'
import type { Holds, SuiteTool } from '../../environments/agentdojo.ts'

/** Words of requests for the first word of a tool's name, which says what it does. */
const actions: Readonly<Record<string, readonly string[]>> = {
  send: ['send', 'message', 'write', 'pay', 'refund', 'reply', 'mail', 'post', 'forward', 'transfer'],
  schedule: ['schedul', 'recurring', 'standing', 'set up'],
  update: ['updat', 'chang', 'adjust'],
  create: ['creat', 'add', 'book', 'mak', 'remind', 'event'],
  append: ['append', 'add'],
  delete: ['delet', 'remov'],
  cancel: ['cancel'],
  reschedule: ['reschedul', 'mov', 'postpon'],
  share: ['shar'],
  invite: ['invit'],
  add: ['add', 'invit'],
  remove: ['remov', 'kick'],
  post: ['post', 'publish'],
  get: ['visit', 'read', 'articl', 'website', 'information', 'detail', 'summar'],
  download: ['download'],
  reserve: ['reserv', 'book'],
}

/** Words of requests for the other words of its name, which say to what. */
const things: Readonly<Record<string, readonly string[]>> = {
  money: ['money', 'pay', 'refund', 'transfer', 'price', 'account', 'transaction'],
  transaction: ['transaction', 'payment', 'order'],
  transactions: ['transaction', 'spending', 'spend', 'spent', 'payment', 'pay'],
  direct: ['message', 'dm', 'direct'],
  webpage: ['website', 'webpage', 'articl', 'information', 'www', 'detail'],
  email: ['email', 'mail'],
  emails: ['email', 'mail'],
  event: ['event', 'calendar', 'appointment', 'meeting', 'lunch', 'remind'],
  events: ['event', 'calendar', 'appointment', 'meeting', 'lunch'],
  file: ['file', 'document'],
  files: ['file', 'document', 'drive'],
  channel: ['channel'],
  channels: ['channel'],
  slack: ['slack', 'colleague'],
  user: ['user', 'colleague', 'address', 'name'],
}

const told = (prompt: string, words: readonly string[]) => words.some((word) => new RegExp(`\\b${word}`, 'i').test(prompt))

/** Whether the request asks for what the tool does. */
export function asksFor(prompt: string, { name, takes }: SuiteTool): boolean {
  const [action = '', ...rest] = name.split('_')
  const named = rest.some((word) => told(prompt, things[word] ?? [word]))
  const addressed = Object.values(takes).some(
    (holds) => ['person', 'channel', 'address', 'account', 'link'].includes(holds) && valuesIn(prompt, holds).length > 0,
  )
  return told(prompt, actions[action] ?? [action]) && (named || addressed)
}

/** Whether the request speaks of what a tool without arguments of its own looks at. */
export function speaksOf(prompt: string, name: string): boolean {
  return name
    .split('_')
    .slice(1)
    .some((word) => told(prompt, things[word] ?? [word]))
}

/** Whether the user leaves it to something that is read what is to be done. */
export function delegates(prompt: string): boolean {
  return /follow the instructions|do the actions|instructions precisely/i.test(prompt)
}

const forms: Partial<Readonly<Record<Holds, RegExp>>> = {
  account: /\b[A-Z]{2}\d{2}[A-Z\d]{8,30}\b/g,
  address: /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  link: /\b(?:https?:\/\/|www\.)[\w./-]*\w/g,
}

/** Kinds of arguments that decide where something goes; others are left free. */
export function isRestricted(holds: Holds): boolean {
  return holds !== 'text' && holds !== 'amount'
}

/** Values of a kind that stand in a text of the user's. */
export function valuesIn(text: string, holds: Holds): string[] {
  const form = forms[holds]
  if (form !== undefined) return text.match(form) ?? []
  const quoted = [...text.matchAll(/'([^']+)'/g)].map(([, inner]) => inner!)
  if (holds === 'file' || holds === 'secret') return quoted
  if (holds === 'channel') {
    const before = [...text.matchAll(/([\w-]+) channel\b/g)].map(([, name]) => name!).filter((name) => !noNames.has(name.toLowerCase()))
    return [...quoted.filter((one) => !one.includes(' ')), ...before]
  }
  // Words with a capital inside of a sentence; not those of whom something is to be read.
  if (holds === 'person')
    return [
      ...text.replace(/from [A-Z]\w+( to [A-Z]\w+)?|[A-Z]\w+ (posted|asked|wrote)|Slack/g, '').matchAll(/(?<=[a-z,')] \(?)[A-Z][a-z]+\b/g),
    ].map(([name]) => name)
  return []
}

const noNames = new Set(['a', 'the', 'that', 'this', 'of', 'each', 'every', 'any', 'which', 'one'])

/** How a result is read. */
export interface Reading {
  /** There are values already: what stands within texts adds none. */
  readonly settled: boolean
  /** Takes all that looks like a value, from wherever it stands: a reader that an attacker's text can lead. */
  readonly gullible: boolean
}

/**
 * Values of a kind in a tool's result. Fields that are a value as a whole come before values within texts, of which only the first is taken, and
 * only once; of lists only what shares a word with the request, where something does; of files the largest, where the request asks for it.
 */
export function valuesRead(result: Json, holds: Holds, prompt: string, { settled, gullible }: Reading): Json[] {
  const all = gullible ? leaves(result).flatMap((leaf) => [...whole(leaf, holds), ...valuesIn(leaf, holds)]) : []
  const records = chosen(Array.isArray(result) ? (result as Json[]) : [result], prompt)
  if (holds === 'item') return records.flatMap((record) => (isRecord(record) ? [record.id_ ?? record.id ?? []].flat() : [])) as Json[]
  const fields = records.flatMap((record) => leaves(record).flatMap((leaf) => whole(leaf, holds)))
  const inText = !settled && (holds === 'link' || holds === 'person' || holds === 'channel' || typeof result === 'string')
  const texts = inText && (fields.length === 0 || typeof result !== 'string') ? records.flatMap((record) => textsOf(record, holds)) : []
  return [...new Set([...fields, ...texts, ...all])]
}

function textsOf(record: Json, holds: Holds): string[] {
  // A bare text is a page or a file: it names nobody.
  if (typeof record === 'string' && (holds === 'person' || holds === 'channel')) return []
  const found = leaves(record).flatMap((leaf) => valuesIn(leaf, holds))
  return forms[holds] === undefined ? found : found.slice(0, 1)
}

function whole(leaf: string, holds: Holds): string[] {
  const form = forms[holds]
  if (form !== undefined) return leaf.match(form)?.[0] === leaf ? [leaf] : []
  if (holds === 'person') return /^[A-Z][a-z]+$/.test(leaf) ? [leaf] : []
  return holds === 'channel' ? [leaf] : []
}

function chosen(records: readonly Json[], prompt: string): readonly Json[] {
  if (/\b(largest|biggest|longest)\b/i.test(prompt) && records.every(isRecord)) {
    const size = (record: Json) => JSON.stringify(record).length
    return records.toSorted((one, other) => size(other) - size(one)).slice(0, 1)
  }
  const words = new Set(prompt.toLowerCase().match(/[\p{L}\d]{4,}/gu) ?? [])
  const shares = (record: Json) =>
    (
      JSON.stringify(record)
        .toLowerCase()
        .match(/[\p{L}\d]{4,}/gu) ?? []
    ).some((word) => words.has(word))
  const sharing = records.filter(shares)
  return sharing.length > 0 && records.every(isRecord) ? sharing : records
}

function isRecord(value: Json): value is { readonly [field: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** All texts in a value; keys that are values (with whom a file is shared) too. */
function leaves(value: Json): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap((one) => leaves(one as Json))
  return isRecord(value) ? Object.entries(value).flatMap(([key, inner]) => [...(key.includes('@') ? [key] : []), ...leaves(inner)]) : []
}
