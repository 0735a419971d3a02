// All formats of other programs by name, with what each may be told on a command line. A new format adds its entry here.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import { fieldProblem } from '../data/field-problem.ts'
import type { DatasetFormat } from '../data/rows.ts'
import * as trl from './trl/index.ts'

/** A format that can be named, and made with settings. */
export interface FormatEntry {
  readonly name: string
  /** One line. */
  readonly summary: string
  /** What it may be told, by name. */
  readonly settings: readonly string[]
  /**
   * The format with settings; without them its defaults.
   * @throws BanyanError E_FORMAT_SETTING for an unknown setting, or a value that it cannot have.
   */
  make(settings?: Readonly<Record<string, Json>>): DatasetFormat
}

const exchange = {
  form: z.enum(['standard', 'conversational']),
  separator: z.string(),
  answerStart: z.string(),
}

/** The formats, by name: `trl.dpo` … */
export const datasetFormats: Readonly<Record<string, FormatEntry>> = listed([
  entry('preference with explicit prompt, out of pairs', trl.dpo, exchange),
  entry('preference with implicit prompt, out of pairs', trl.reward, { ...exchange, margin: z.boolean() }),
])

/** An entry for a factory; the name is the format's own. */
function entry<Options>(summary: string, factory: (options?: Options) => DatasetFormat, shape: z.ZodRawShape = {}): FormatEntry {
  const schema = z.strictObject(shape).partial()
  const { name } = factory()
  return {
    name,
    summary,
    settings: Object.keys(shape),
    make(settings = {}) {
      for (const setting of Object.keys(settings))
        if (!Object.hasOwn(shape, setting)) throw unknownName('E_FORMAT_SETTING', `setting of ${name}`, setting, Object.keys(shape))
      const problem = fieldProblem(schema, settings)
      if (problem === undefined) return factory(settings as Options)
      throw new BanyanError('E_FORMAT_SETTING', `the setting ${JSON.stringify(problem.field)} of ${name} cannot be used`, {
        seen: settings[problem.field],
        wanted: problem.wanted,
      })
    },
  }
}

function listed(entries: readonly FormatEntry[]): Readonly<Record<string, FormatEntry>> {
  return Object.fromEntries(entries.map((one) => [one.name, one]))
}
