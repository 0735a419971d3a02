// Secrets that stand for real ones, one for each way by which a secret comes in, and the search for them in texts and files.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** By the way in which each comes in. */
export const canaries = {
  /** The key that the command line reads. */
  'environment key': 'sk-canaryEnv0123456789abcdefghij',
  /** A variable of another program, which the process has no use for. */
  'environment token': 'tok_canary_other_5d41402abc4b2a76',
  'key option': 'canary-option-key-Zk81-0042-secret',
  header: 'canary-header-9b1d-7711-value',
  'address query': 'canaryQuery77aa88bb99cc',
  'address password': 'canaryPassword4411x',
  /** What a server sends of its own: a cookie, a key in its answer's headers. */
  'answer header': 'canary-cookie-5f5e100-session',
} as const

export type Canary = keyof typeof canaries

/** The canaries that a text holds: as they are, or in the forms in which addresses and headers carry them. */
export function canariesIn(text: string): readonly Canary[] {
  return (Object.keys(canaries) as Canary[]).filter((name) => forms(canaries[name]).some((form) => text.includes(form)))
}

function forms(secret: string): readonly string[] {
  const basic = Buffer.from(`me:${secret}`).toString('base64')
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
    basic,
    Buffer.from(secret).toString('hex'),
  ]
}

/** The files below a folder that hold canaries, whatever their format. */
export function canariesBelow(folder: string): readonly { readonly file: string; readonly canary: Canary }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const file = join(entry.parentPath, entry.name)
      return canariesIn(readFileSync(file, 'latin1')).map((canary) => ({ file, canary }))
    })
}
