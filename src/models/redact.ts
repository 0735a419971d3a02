// Makes a provider's own words fit for a message: one short line without addresses, keys or control characters.
import { cleanText } from './clean-text.ts'

/**
 * A provider's message, cut at 200 characters, without addresses, without the values of environment variables whose names speak of keys,
 * without what follows `Bearer` or `key:`, and without anything that looks like a secret (16 or more characters with a digit or a capital).
 */
export function redact(message: string, environment: Readonly<Record<string, string | undefined>> = processEnvironment()): string {
  let line = cleanText(message, 2000).text.replace(/\s+/g, ' ')
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value.length >= 6 && secretName.test(name)) line = line.replaceAll(value, hidden)
  }
  line = line
    .replace(/[a-z][a-z0-9+.-]{0,20}:\/\/\S+/gi, '[address]')
    .replace(/\b(bearer|basic) [^\s,;]+/gi, `$1 ${hidden}`)
    .replace(/\b(key|token|secret|password|authorization)( provided| is)? ?[:=] ?[^\s,;]+/gi, `$1: ${hidden}`)
    .replace(/[A-Za-z0-9+/_=.-]{16,}/g, (run) => (/[A-Z0-9]/.test(run) ? hidden : run))
    .trim()
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}

const hidden = '[hidden]'
const secretName = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL/i

/** Empty where there is no process, as in a browser. */
function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {}
}
