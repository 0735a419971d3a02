// The formats of data files by name. It knows which there are; what they mean, they say themselves.
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import { banyanRows } from '../../learning/data/index.ts'
import type { DatasetFormat } from '../../learning/data/rows.ts'
import { datasetFormats } from '../../learning/export/index.ts'

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
