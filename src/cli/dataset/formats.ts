// The formats of data files by name. It knows which there are; what they mean, they say themselves.
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import { banyanRows } from '../../learning/data/index.ts'
import type { DatasetFormat } from '../../learning/data/rows.ts'
import { datasetFormats, recipes } from '../../learning/export/index.ts'

export const datasetFormatNames: readonly string[] = [banyanRows.name, ...Object.keys(datasetFormats)]

/** Settings of all formats; an unknown one is told with those of its format. */
export const formatSettings: readonly string[] = [...new Set(Object.values(datasetFormats).flatMap(({ settings }) => settings))]

/** @throws `E_FORMAT_UNKNOWN`, with the nearest name; `E_FORMAT_SETTING` for settings that the format does not take. */
export function datasetFormatNamed(name: string, settings: Readonly<Record<string, Json>> = {}): DatasetFormat {
  const [setting] = Object.keys(settings)
  if (name === banyanRows.name && setting === undefined) return banyanRows
  if (name === banyanRows.name) throw new BanyanError('E_FORMAT_SETTING', `${name} takes no settings`, { seen: setting })
  if (!Object.hasOwn(datasetFormats, name)) throw unknownName('E_FORMAT_UNKNOWN', 'format of data files', name, datasetFormatNames)
  return datasetFormats[name]!.make(settings)
}

/** Of the settings in a manifest, those that can be given here. */
export function knownSettings(name: string, settings: Readonly<Record<string, Json>> = {}): Readonly<Record<string, Json>> {
  const known = Object.hasOwn(datasetFormats, name) ? datasetFormats[name]!.settings : []
  return Object.fromEntries(Object.entries(settings).filter(([setting]) => known.includes(setting)))
}

/** What is told of a format. */
export interface FormatLine {
  readonly name: string
  readonly summary: string
  /** Kinds of rows that it holds. */
  readonly rows: readonly string[]
  readonly files: readonly string[]
  readonly settings: readonly string[]
  /** Recipes that train on it. */
  readonly recipes: readonly string[]
}

/** One for each format, in the order of the list. */
export function formatLines(): readonly FormatLine[] {
  const own = { summary: 'our own rows as they are, which training in process reads', settings: [] as readonly string[] }
  return [{ ...banyanRows, ...own }, ...Object.values(datasetFormats).map((entry) => ({ ...entry.make(), ...entry }))].map(
    ({ name, summary, accepts, files, settings }) => ({
      name,
      summary,
      rows: accepts,
      files,
      settings,
      recipes: Object.values(recipes).flatMap((recipe) => (recipe.formats.includes(name) ? [recipe.name] : [])),
    }),
  )
}
