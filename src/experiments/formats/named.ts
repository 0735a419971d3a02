// The formats of task files by name. A new format is added here.
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import { commongenFormat } from './commongen.ts'
import { connect4Format } from './connect4.ts'
import { countdownFormat } from './countdown.ts'
import type { TaskFormat } from './format.ts'
import { game24Format } from './game24.ts'
import { gsm8kFormat } from './gsm8k.ts'
import { plainFormat } from './plain.ts'

const formats: readonly TaskFormat[] = [commongenFormat, gsm8kFormat, game24Format, countdownFormat, connect4Format]

export const formatNames: readonly string[] = ['jsonl', ...formats.map(({ name }) => name)]

/**
 * The format of that name; Banyan's own, `jsonl`, when none is named.
 * @throws `E_FORMAT_UNKNOWN`; `E_FORMAT_UNKNOWN` too when its tasks are for another environment.
 */
export function formatNamed(name: string | undefined, environment: string): TaskFormat {
  if (name === undefined || name === 'jsonl') return plainFormat(environment)
  const found = formats.find((format) => format.name === name)
  if (found === undefined) throw unknownName('E_FORMAT_UNKNOWN', 'format of task files', name, formatNames)
  if (found.environment === environment) return found
  throw new BanyanError('E_FORMAT_UNKNOWN', `the format ${name} holds tasks of ${found.environment}`, {
    seen: environment,
    wanted: `the environment ${found.environment}`,
  })
}
