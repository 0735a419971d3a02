import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { tinyGguf } from '../../testing/tiny-gguf.ts'
import { readGgufHeader } from './gguf.ts'

const directory = mkdtempSync(join(tmpdir(), 'banyan-gguf-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const check = (bytes: Uint8Array) => {
  const path = join(directory, 'file.gguf')
  writeFileSync(path, bytes)
  return readGgufHeader(path)
}
const whole = tinyGguf()

describe('readGgufHeader', () => {
  it('takes a whole file, and one that is longer', async () => {
    await check(whole)
    await check(Buffer.concat([whole, Buffer.alloc(100)]))
  })

  it('refuses a file cut off anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
        await expect(check(whole.subarray(0, length))).rejects.toMatchObject({ code: 'E_MODEL_FILE', fatal: true })
      }),
      { numRuns: 50 },
    )
  })

  it('says what it saw and what it wanted', async () => {
    await expect(check(whole.subarray(0, whole.length - 10))).rejects.toThrow(
      `is truncated; got "${whole.length - 10} bytes"; wanted ${whole.length} bytes, as its header says`,
    )
    await expect(check(Buffer.from('PK\u0003\u0004 a zip'))).rejects.toThrow(/is not a GGUF/)
  })

  it('ends, with an error or without, whatever bytes of the header are wrong', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(9000), fc.nat(255)), { minLength: 1, maxLength: 5 }), async (changes) => {
        const damaged = Buffer.from(whole)
        for (const [at, value] of changes) damaged[at] = value
        await check(damaged).catch((error: unknown) => expect(error).toMatchObject({ code: 'E_MODEL_FILE' }))
      }),
      { numRuns: 200 },
    )
  })

  it('does not believe in billions of entries', async () => {
    const damaged = Buffer.from(whole)
    damaged.writeBigUInt64LE(2n ** 62n, 16)
    await expect(check(damaged)).rejects.toThrow('damaged header')
  })
})
