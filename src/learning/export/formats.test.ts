// All formats of the list: what they write is good by their own validators, and their settings are checked.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import type { TrainingRow } from '../data/index.ts'
import { datasetFormats } from './index.ts'
import { anyRow, sums } from './testing/rows.ts'

describe.each(Object.values(datasetFormats))('$name', ({ name, make, settings }) => {
  const made = [undefined, ...(settings.includes('form') ? [{ form: 'standard' }, { form: 'conversational' }] : [])].map((one) => make(one))

  it('has its own name, and holds the rows that it says', () => {
    for (const format of made) {
      expect(format.name).toBe(name)
      expect(format.files.length).toBeGreaterThan(0)
      for (const kind of format.accepts)
        for (const row of encodedOrRefused(format.encode, sums[kind])) expect(format.problem(row)).toBeUndefined()
    }
  })

  it('writes what its validator finds good, or refuses the row', () => {
    fc.assert(
      fc.property(anyRow, fc.constantFrom(...made), (row, format) => {
        if (!format.accepts.includes(row.row)) return
        for (const written of encodedOrRefused(format.encode, row)) {
          expect(format.problem(written)).toBeUndefined()
          expect(format.problem(JSON.parse(JSON.stringify(written)) as Json)).toBeUndefined()
        }
      }),
      { numRuns: 150 },
    )
  })

  it('says what it was told, for the manifest', () => {
    expect(make().settings).toBeUndefined()
    const told: Record<string, Json> = { separator: ' ', form: 'standard', threshold: 0.25, split: 'test' }
    const given = Object.fromEntries(Object.entries(told).filter(([setting]) => settings.includes(setting)))
    expect(make(given).settings ?? {}).toEqual(given)
  })

  it('says of what is no row that it is none', () => {
    for (const row of [null, 3, 'x', [], {}, { damaged: true }]) expect(make().problem(row)).toBeDefined()
  })

  it('refuses settings that it does not take', () => {
    expect(() => make({ fomr: 'standard' })).toThrow(expect.objectContaining({ code: 'E_FORMAT_SETTING' }))
    for (const setting of settings)
      expect(() => make({ [setting]: { no: 'value' } })).toThrow(
        expect.objectContaining({ code: 'E_FORMAT_SETTING', message: expect.stringContaining(setting) }),
      )
  })
})

function encodedOrRefused(encode: (row: TrainingRow) => readonly Json[], row: TrainingRow): readonly Json[] {
  try {
    return encode(row)
  } catch (error) {
    if (BanyanError.isInstance(error) && error.code === 'E_DATASET_ROW') return []
    throw error
  }
}
