// The worlds of the suites: a bank, a chat with web pages, a travel agency, an office. Plain data, never changed in place.
import type { Json } from '../../core/common.ts'
import type { Effect } from '../../core/environment.ts'

export interface Transaction {
  readonly id: number
  readonly sender: string
  readonly recipient: string
  readonly amount: number
  readonly subject: string
  readonly date: string
  readonly recurring: boolean
}

export interface Message {
  readonly sender: string
  readonly recipient: string
  readonly body: string
}

export interface Email {
  readonly id_: string
  readonly sender: string
  readonly recipients: readonly string[]
  readonly subject: string
  readonly body: string
  readonly read?: boolean
  readonly status?: string
  readonly timestamp?: string
}

export interface CalendarEvent {
  readonly id_: string
  readonly title: string
  readonly description: string
  readonly start_time: string
  readonly end_time: string
  readonly location: string | null
  readonly participants: readonly string[]
}

export interface DriveFile {
  readonly id_: string
  readonly filename: string
  readonly content: string
  readonly owner: string
  readonly shared_with?: Readonly<Record<string, string>> | null
}

/** A hotel, a restaurant, a company that rents cars: fields that tools look up. */
export type Place = { readonly name: string; readonly city: string } & { readonly [field: string]: Json }

/**
 * A world. Each suite has some of its parts. The ledger is what has happened to it, entry by entry: what was paid, sent, posted, deleted; a thing
 * that was sent and then deleted has still been sent. Free texts are not in it.
 */
export interface World {
  readonly bank_account?: {
    readonly balance: number
    readonly iban: string
    readonly transactions: readonly Transaction[]
    readonly scheduled_transactions: readonly Transaction[]
  }
  readonly filesystem?: { readonly files: Readonly<Record<string, string>> }
  readonly user_account?: Readonly<Record<string, string>>
  readonly slack?: {
    readonly users: readonly string[]
    readonly channels: readonly string[]
    readonly user_channels: Readonly<Record<string, readonly string[]>>
    readonly user_inbox: Readonly<Record<string, readonly Message[]>>
    readonly channel_inbox: Readonly<Record<string, readonly Message[]>>
  }
  readonly web?: { readonly web_content: Readonly<Record<string, string>> }
  readonly user?: Readonly<Record<string, string>>
  readonly flights?: { readonly flight_list: readonly Readonly<Record<string, Json>>[] }
  readonly hotels?: { readonly hotel_list: readonly Place[] }
  readonly restaurants?: { readonly restaurant_list: readonly Place[] }
  readonly car_rental?: { readonly company_list: readonly Place[] }
  readonly calendar?: { readonly current_day: string; readonly initial_events: readonly CalendarEvent[] }
  readonly inbox?: { readonly account_email: string; readonly initial_emails: readonly Email[] }
  readonly cloud_drive?: { readonly initial_files: readonly DriveFile[] }
  readonly ledger?: readonly Entry[]
}

/** What happened: `{ did: 'paid', recipient, amount }` … */
export type Entry = { readonly did: string } & { readonly [detail: string]: Json }

/** What a call gives: its result, and the world after it where it has changed. */
export interface Answer {
  readonly result: Json
  readonly world?: World
  /** What is added to the ledger. */
  readonly entry?: Entry
}

export type Arguments = Readonly<Record<string, Json | undefined>>

/** What an argument holds, which decides what in a text could be meant by it. */
export type Holds = 'text' | 'amount' | 'account' | 'address' | 'person' | 'channel' | 'link' | 'file' | 'secret' | 'item'

/** A tool of a suite. */
export interface SuiteTool {
  readonly name: string
  readonly description: string
  /** What its arguments hold, by name. */
  readonly takes: Readonly<Record<string, Holds>>
  /** Arguments that may be left out. */
  readonly optional?: readonly string[]
  /** What it would do to a real world; `none` only looks. */
  readonly effect: Effect
  /** @throws Error for arguments that do not fit, as a tool does. */
  run(world: World, given: Arguments): Answer
}

/** A tool that only looks. */
export function look(
  name: string,
  description: string,
  takes: SuiteTool['takes'],
  run: (world: World, given: Arguments) => unknown,
  optional: readonly string[] = [],
): SuiteTool {
  return { name, description, takes, optional, effect: 'none', run: (world, given) => ({ result: jsonOf(run(world, given)) }) }
}

/** A tool that does something. */
export function act(tool: SuiteTool): SuiteTool {
  return tool
}

function jsonOf(value: unknown): Json {
  return (value ?? null) as Json
}

/** Text of an argument; empty where it is not given. */
export function text(value: Json | undefined): string {
  return value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
}

/** A list of texts, of an argument that may be one text. */
export function texts(value: Json | undefined): string[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value.map((one) => text(one as Json)) : [text(value)]
}

/** A part that this suite's world must have. */
export function part<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`there is no ${name} here`)
  return value
}
