// The contract suite of systems: what every one of them must keep. Used by the tests beside each system.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reproduce } from '../reproduction/reproduce.ts'
import type { Reproduction } from '../reproduction/results.ts'
import type { System } from '../system.ts'
import { importedFrom } from './imports-of.ts'

/** Milliseconds that two smoke runs may take on the reference kernels. */
const patience = 240_000

/**
 * Tests a system against the contract: its card is complete, it imports no other system, its smoke run gives the same result twice, also when it is
 * stopped and goes on, its claims are compared at equal budgets, and it refuses options that it has not.
 *
 * @param file URL of the system's module.
 *
 * @example
 * // in src/systems/ets.test.ts
 * testSystem(ets, new URL('./ets.ts', import.meta.url))
 */
export function testSystem(system: System, file: URL): void {
  const { card, experiment, search } = system

  describe(`the system ${card.slug}`, () => {
    it('has a complete card', () => {
      expect(card.slug).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
      expect(card.link).toMatch(/^https:\/\/\S+$/)
      expect(card.year).toBeGreaterThan(1950)
      for (const text of [
        card.name,
        card.title,
        card.claim,
        card.oracle,
        card.tuned,
        ...card.authors,
        ...card.mechanism,
        ...card.faithful,
        ...card.smaller,
      ])
        expect(text.trim().length).toBeGreaterThan(2)
      expect(card.mechanism).toHaveLength(5)
      for (const list of [card.authors, card.faithful, card.smaller]) expect(list.length).toBeGreaterThan(0)
    })

    it('is an assembly: it imports rooms before it, and no other system', () => {
      const foreign = importedFrom(file, card.slug).filter((path) => /\/src\/(systems|cli|server|workers)\//.test(path))
      expect(foreign).toEqual([])
    })

    it('has arms and one main claim about them', () => {
      const names = experiment.arms.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
      expect(experiment.claims.filter(({ main }) => main)).toHaveLength(1)
      for (const { first, second = first } of experiment.claims.flatMap(({ questions }) => questions))
        for (const arm of [first, second]) expect(names).toContain(arm)
      for (const { limits, seeds } of Object.values(experiment.scales)) {
        expect(Object.keys(limits).length).toBeGreaterThan(0)
        expect(seeds.length).toBeGreaterThan(0)
      }
    })

    it(
      'gives the same result twice, stopped on the way or not, and compares at equal budgets',
      async () => {
        const folder = mkdtempSync(join(tmpdir(), `banyan-${card.slug}-`))
        try {
          const whole = await reproduce({ system, scale: 'smoke', folder: join(folder, 'whole') })
          expect(whole).toBeDefined()
          const stop = new AbortController()
          const options = { system, scale: 'smoke' as const, folder: join(folder, 'stopped') }
          const stopped = await reproduce({ ...options, signal: stop.signal, progress: ({ done }) => done === 1 && stop.abort() })
          expect(stopped).toBeUndefined()
          const cells: number[] = []
          const resumed = await reproduce({ ...options, progress: ({ reused }) => cells.push(reused) })
          expect(Math.max(...cells)).toBeGreaterThan(0)
          expect(untimed(resumed!)).toEqual(untimed(whole!))
          for (const { budget } of whole!.claims.flatMap((claim) => [claim, ...claim.also]))
            expect(Math.abs(budget.first - budget.second)).toBeLessThanOrEqual(0.02 * Math.max(budget.first, budget.second))
        } finally {
          rmSync(folder, { recursive: true })
        }
      },
      patience,
    )

    if (search === undefined) return
    it('refuses options that it has not', async () => {
      const { searcher } = await search()
      expect(() => searcher({ 'no-such-option': 1 })).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
    })
  })
}

function untimed(result: Reproduction): Reproduction {
  return { ...result, seconds: 0 }
}
