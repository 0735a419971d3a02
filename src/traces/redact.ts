// Takes secrets out of records before they are written. It knows no store, and what a record means only as far as its errors and usage.
//
// Two steps. Values of known secrets are masked in every string of a record, so that a key which a model or a provider repeats is not kept.
// In errors and usage, where providers put headers and addresses, whatever looks like a credential is masked too; texts of models are
// left alone there, because they make the tree.
import type { LogEvent } from '../core/events.ts'

/** What stands in a record where a secret was. */
export const mask = '[redacted]'

/** Returns the record without secrets: the same object when there are none. */
export type Redactor = (event: LogEvent) => LogEvent

export interface RedactOptions {
  /** Secrets beside those of the environment: keys that a program was given otherwise. Shorter than 8 characters are left out. */
  readonly secrets?: readonly string[]
  /** Variables in which to look for secrets. Default: the process's own, where there is a process. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

const shortest = 8
/** Longer keys of usage are looked at like texts. */
const longestUnit = 24
const secretVariable = /(?:^|_)(?:API_?KEY|ACCESS_KEY|SECRET_KEY|TOKEN|SECRET|PASSWORD)$/i

/** Values of the variables whose names say that they are secret (`*_API_KEY`, `*_TOKEN`, `*_SECRET` …), of at least 8 characters. */
export function environmentSecrets(environment: Readonly<Record<string, string | undefined>> = processVariables()): readonly string[] {
  // Names first: each value is a call into the system.
  const names = Object.keys(environment).filter((name) => secretVariable.test(name))
  return names.map((name) => environment[name]).filter((value) => value !== undefined && value.length >= shortest) as string[]
}

/**
 * A function that redacts records with the secrets known now.
 * @example
 * const redact = redactor({ secrets: [apiKey] })
 * redact(event)
 */
export function redactor(options: RedactOptions = {}): Redactor {
  const masked = textRedactor(options)
  return (event) => {
    let result = masked === unchanged ? event : mapped(event, masked)
    for (const part of ['error', 'usage'] as const) {
      const value = (result as { [key: string]: unknown })[part]
      if (value === undefined || onlyNumbers(value)) continue
      const clean = mapped(value, maskCredentials, isCredentialKey)
      if (clean !== value) result = { ...result, [part]: clean } as LogEvent
    }
    return result
  }
}

/**
 * A function that masks the secrets known now in a text: as they are, and as they stand in addresses and in JSON.
 * @example
 * const mask = textRedactor()
 * mask(line)
 */
export function textRedactor(options: RedactOptions = {}): (text: string) => string {
  const known = [...(options.secrets ?? []), ...environmentSecrets(options.environment)].filter((secret) => secret.length >= shortest)
  const forms = known.flatMap((secret) => [secret, encodeURIComponent(wellFormed(secret)), JSON.stringify(secret).slice(1, -1)])
  // Longest first: a secret that contains another is masked whole.
  const secrets = [...new Set(forms)].sort((a, b) => b.length - a.length)
  if (secrets.length === 0) return unchanged
  const leastLength = secrets.at(-1)!.length
  return (text) => {
    if (text.length < leastLength) return text
    let result = text
    for (const secret of secrets) if (result.includes(secret)) result = result.replaceAll(secret, mask)
    return result
  }
}

const unchanged = (text: string): string => text

const credentialKeys = new Set(
  (
    'authorization proxyauthorization cookie setcookie apikey xapikey apikeys xgoogapikey key token accesstoken refreshtoken idtoken ' +
    'bearertoken authtoken xauthtoken sessiontoken xamzsecuritytoken secret clientsecret secretkey accesskey secretaccesskey privatekey ' +
    'password passwd credentials xcsrftoken'
  ).split(' '),
)

/** Whether a header or field of that name holds a credential. */
function isCredentialKey(key: string): boolean {
  return credentialKeys.has(key.toLowerCase().replaceAll(/[-_ ]/g, ''))
}

/** Masks what has the form of a credential: schemes of `Authorization`, `name: value` pairs, users in addresses, keys of known makers. */
function maskCredentials(text: string): string {
  if (text.length < 5) return text
  return text
    .replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${mask}`)
    .replaceAll(/(:\/\/)[^\s/?#@]{1,256}@/g, `$1${mask}@`)
    .replaceAll(
      /\b((?:proxy-)?authorization|(?:set-)?cookie|(?:x[-_])?(?:goog[-_])?api[-_]?key|(?:access|refresh|auth|session|id)[-_]?token|client[-_]?secret|password)(["']?\s{0,4}[:=]\s{0,4}["']?)(?!bearer |basic )[^\s"'&,;}]{1,4096}/gi,
      `$1$2${mask}`,
    )
    .replaceAll(/([?&](?:key|token|secret|sig|signature)=)[^\s"'&#]{1,4096}/gi, `$1${mask}`)
    .replaceAll(/\b(?:sk|pk|rk|hf|gsk|xai|ghp|gho|ghs|github_pat|glpat|xox[abp])[-_][A-Za-z0-9_-]{12,}/g, mask)
    .replaceAll(/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{30,}/g, mask)
}

/** Maps every string of a value; keys too. Returns the same object when nothing changes. */
function mapped<Value>(value: Value, text: (text: string) => string, secretKey: (key: string) => boolean = () => false): Value {
  return walk(value) as Value

  function walk(item: unknown): unknown {
    if (typeof item === 'string') return text(item)
    if (typeof item !== 'object' || item === null) return item
    if (Array.isArray(item)) {
      let changed: unknown[] | undefined
      for (let i = 0; i < item.length; i++) {
        const clean = walk(item[i])
        if (Object.is(clean, item[i])) continue
        changed ??= [...item]
        changed[i] = clean
      }
      return changed ?? item
    }
    let changed: Map<string, readonly [string, unknown]> | undefined
    for (const key of Object.keys(item)) {
      const before = (item as Record<string, unknown>)[key]
      const name = text(key)
      const after = secretKey(key) && canHoldSecret(before) ? mask : walk(before)
      if (name === key && Object.is(after, before)) continue
      changed ??= new Map()
      changed.set(key, [name, after])
    }
    const changes = changed
    // `fromEntries` defines properties, so that a key named `__proto__` stays a key.
    return changes === undefined ? item : Object.fromEntries(Object.entries(item).map((entry) => changes.get(entry[0]) ?? entry))
  }
}

/** The usual form of usage, which needs no look at each key. */
function onlyNumbers(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  for (const key in value) if (typeof (value as Record<string, unknown>)[key] !== 'number' || key.length > longestUnit) return false
  return true
}

/** Numbers are amounts: a unit may be called `token`. */
function canHoldSecret(value: unknown): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null)
}

function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed()
}

function processVariables(): Readonly<Record<string, string | undefined>> {
  const { process } = globalThis as { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } }
  return process?.env ?? {}
}
