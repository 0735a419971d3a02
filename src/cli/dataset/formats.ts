// The formats of data files by name. It knows which there are; what they mean, they say themselves.
import { unknownName } from '../../core/names.ts'
import { banyanRows } from '../../learning/data/index.ts'
import type { DatasetFormat } from '../../learning/data/rows.ts'

const formats: readonly DatasetFormat[] = [banyanRows]

export const datasetFormatNames: readonly string[] = formats.map(({ name }) => name)

/** @throws `E_FORMAT_UNKNOWN`, with the nearest name. */
export function datasetFormatNamed(name: string): DatasetFormat {
  const found = formats.find((format) => format.name === name)
  if (found === undefined) throw unknownName('E_FORMAT_UNKNOWN', 'format of data files', name, datasetFormatNames)
  return found
}
