// `banyan kit` as a user runs it, with an empty cache: what is missing is said, and nothing is trained.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, start, temporaryFolder } from './banyan-process.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeAll(() => {
  folder = temporaryFolder()
})
afterAll(() => folder.remove())

const run = (...args: string[]): Promise<Ended> => start(folder.path, ['kit', ...args], { BANYAN_CACHE: join(folder.path, 'cache') }).ended

describe('banyan kit', () => {
  it('shows which bases are missing, and how to get them', async () => {
    const [shown, one] = [await run('show', '--json'), await run('show', '--band', 'hard', '--seed', '1')]
    expect(shown.code).toBe(0)
    expect(shown.json().bases.map((base: { band: string; seed: number; state: string }) => [base.band, base.seed, base.state])).toEqual(
      ['medium', 'hard'].flatMap((band) => [0, 1, 2].map((seed) => [band, seed, 'missing'])),
    )
    expect(shown.json().bands.medium.pass1).toEqual([0.2, 0.3])
    expect(one.stdout).toMatch(/hard +1 +missing/)
    expect(one.stderr).toContain('npx banyan kit build')
    expect(existsSync(join(folder.path, 'cache'))).toBe(false)
  })

  it('refuses bands and seeds that are none, and shows its verbs', async () => {
    const [band, seed, help] = [
      await run('show', '--band', 'easy', '--json'),
      await run('build', '--seed', '3'),
      await run('build', '--help'),
    ]
    expect([band.code, band.json().error.code]).toEqual([2, 'E_KIT_BAND'])
    expect(seed.code).toBe(2)
    expect(seed.stderr).toContain('wanted 0, 1, 2')
    expect(help.stdout).toContain('banyan kit build --band hard --seed 1')
  })
})
