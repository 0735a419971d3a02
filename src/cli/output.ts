// How verbs speak: results on stdout, everything else on stderr; both safe to print on a terminal.
import { maskSecrets } from './mask.ts'
import { sanitize } from './render/sanitize.ts'

/** A result, for people; control characters are taken out. */
export function print(text: string): void {
  process.stdout.write(`${sanitize(text, { newlines: true })}\n`)
}

/** A remark beside the result. */
export function remark(text: string): void {
  process.stderr.write(`${sanitize(text, { newlines: true })}\n`)
}

/** A result, for programs: one line of JSON, in which characters that steer a terminal are written as escapes. */
export function printJson(value: unknown): void {
  process.stdout.write(`${jsonText(value)}\n`)
}

function jsonText(value: unknown): string {
  return escapedJson(JSON.stringify(value))
}

/** JSON without secrets of the environment, in which characters that steer a terminal are written as escapes. */
export function escapedJson(text: string): string {
  return maskSecrets(text).replace(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const steering = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Amounts in words: `132 tokens, 12 calls`. Amounts of 0 are left out. */
export function amountsText(amounts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(amounts)
    .filter(([unit, amount]) => amount > 0 && unit !== 'billedTokens')
    .map(([unit, amount]) => (unit === 'usd' ? `$${amount.toFixed(4)}` : `${rounded(amount)} ${unitNames[unit] ?? unit}`))
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}

const unitNames: Readonly<Record<string, string>> = { evaluatedTokens: 'prompt tokens' }

function rounded(amount: number): string {
  return Number.isInteger(amount) ? String(amount) : amount.toPrecision(3)
}
