// A little of `npm run check:fuzz`: the corpus, and a few hundred inputs for each parser, the same in every run.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { regressions } from '../scripts/fuzz/corpus.ts'
import { targets } from '../scripts/fuzz/targets/index.ts'

describe('parsers refuse what they cannot read, and nothing else happens', () => {
  it.each(targets.map((target) => [target.name, target] as const))('%s', async (name, target) => {
    for (const { input } of regressions().filter((one) => one.target === name)) await target.run(input)
    await fc.assert(
      fc.asyncProperty(target.inputs, (input) => target.run(input)),
      { seed: 1, numRuns: Math.min(300, 10 * target.weight), endOnFailure: true },
    )
  })
})

it('knows the targets of its corpus', () => {
  expect(regressions().filter(({ target }) => !targets.some(({ name }) => name === target))).toEqual([])
})
