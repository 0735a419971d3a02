// Tokenisers on the disk: kind and configuration as JSON. Equal tokenisers have equal files.
import { z } from 'zod'
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import { readText } from '../files/read-text.ts'
import { replaceFile } from '../files/replace-file.ts'
import { bytePair } from './byte-pair.ts'
import { characters } from './characters.ts'
import type { Tokeniser } from './tokeniser.ts'
import { words } from './words.ts'

const wordsConfig = z.strictObject({ tokens: z.array(z.string()) })
const charactersConfig = z.strictObject({ alphabet: z.string(), specials: z.array(z.string()) })
const bytePairConfig = z.strictObject({
  tokens: z.array(z.string()),
  merges: z.array(z.string()),
  specials: z.array(z.int()).exactOptional(),
  words: z.enum(['gpt-2', 'digits']).exactOptional(),
})

const kinds: Readonly<Record<string, (config: unknown) => Tokeniser>> = {
  words: (config) => words(wordsConfig.parse(config).tokens),
  characters(config) {
    const { alphabet, specials } = charactersConfig.parse(config)
    return characters(alphabet, { specials })
  },
  'byte-pair': (config) => bytePair(bytePairConfig.parse(config)),
}

/**
 * @throws BanyanError E_FILE_WRITE when the system cannot write; what was there before is untouched.
 * @example
 * saveTokeniser(words(['a', 'b']), 'out/words.json')
 */
export function saveTokeniser({ kind, config }: Tokeniser, path: string): void {
  replaceFile(path, (write) => write(Buffer.from(`${JSON.stringify({ format: 'banyan-tokeniser-1', kind, config })}\n`)))
}

/**
 * @throws BanyanError E_FILE_READ when the file cannot be read; E_TOKENISER_FILE, with the reason, when it is not that of a tokeniser.
 * @example
 * const tokeniser = loadTokeniser('out/words.json')
 */
export function loadTokeniser(path: string): Tokeniser {
  const { kind, config } = described(path, readText(path))
  if (!Object.hasOwn(kinds, kind)) throw unknownName('E_TOKENISER_FILE', 'kind of tokeniser', kind, Object.keys(kinds))
  try {
    return kinds[kind]!(config)
  } catch (error) {
    throw refused(path, error)
  }
}

const fileSchema = z.object({ format: z.literal('banyan-tokeniser-1'), kind: z.string(), config: z.unknown() })

function described(path: string, text: string): z.infer<typeof fileSchema> {
  try {
    return fileSchema.parse(JSON.parse(text))
  } catch (error) {
    throw refused(path, error)
  }
}

function refused(path: string, error: unknown): BanyanError {
  const issue = error instanceof z.ZodError ? error.issues[0] : undefined
  const why = issue === undefined ? (error as Error).message : `${issue.path.join('.') || 'its top'}: ${issue.message}`
  return new BanyanError('E_TOKENISER_FILE', `${path} is not the file of a tokeniser: ${why}`, { cause: error })
}
