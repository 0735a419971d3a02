import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { connectFour } from '../environments/connect-four.ts'
import { requirement, sharedData } from '../testing/requirements.ts'
import { connectFourSolver } from './connect-four-solver.ts'

describe('connectFourSolver', () => {
  const solver = connectFourSolver({ entries: 65_537 })

  it('scores by how soon a side wins', () => {
    expect(solver.score('112233')).toBe(18)
    expect(solver.wins('112233', 4)).toBe(true)
    expect(solver.wins('112233', 5)).toBe(false)
    // Three in a row, open at both ends: one end can be blocked, not both.
    expect(solver.score('223344')).toBe(18)
    expect(solver.score('2233477')).toBeLessThan(0)
  })

  it('agrees with plain search to the end of the game', () => {
    const environment = connectFour()
    const plain = (moves: string): number => {
      const state = environment.initial({ moves })
      let best = Number.NEGATIVE_INFINITY
      for (const column of environment.actions(state)) {
        const { reward, terminal } = environment.step(state, column)
        const score = reward > 0 ? (43 - moves.length) >> 1 : terminal ? 0 : -plain(`${moves}${column}`)
        best = Math.max(best, score)
      }
      return best + 0
    }
    // Random games of 33 moves that nobody has won yet; seeds are those of a linear congruence.
    let found = 0
    for (let seed = 1; found < 12; seed++) {
      let [moves, random] = ['', seed]
      while (moves.length < 33) {
        random = (Math.imul(random, 1103515245) + 12345) & 0x7fffffff
        const open = environment.actions(environment.initial({ moves }))
        if (open.length === 0) break
        moves += open[(random >>> 8) % open.length]
      }
      if (moves.length < 33 || environment.actions(environment.initial({ moves })).length === 0) continue
      found++
      expect(solver.score(moves)).toBe(plain(moves))
      expect(solver.outcome(moves)).toBe(Math.sign(plain(moves)))
    }
  })

  it('gives the same with a table too small to help', () => {
    const tiny = connectFourSolver({ entries: 3 })
    for (const moves of ['7422341735647741166133573473242566', '52677675164321472411331752454'])
      expect(tiny.score(moves)).toBe(solver.score(moves))
  })

  it('refuses what is no position', () => {
    expect(() => solver.score('1111111')).toThrow(/move 7/)
    expect(() => solver.score('8')).toThrow(/move 1/)
    expect(() => solver.score('1212121')).toThrow(/over/)
    expect(() => solver.score('12121211')).toThrow(/over before move 8/)
  })

  const data = requirement('shared-data')
  describe.skipIf(!data.available)('against published scores', () => {
    it.each(['end-easy', 'middle-easy'])('finds every score of %s', (name) => {
      const full = connectFourSolver()
      const lines = readFileSync(sharedData('connect4', 'dev', `${name}.jsonl`), 'utf8')
        .trim()
        .split('\n')
      for (const line of lines) {
        const { moves, score } = JSON.parse(line) as { moves: string; score: number }
        expect([moves, full.score(moves), full.outcome(moves)]).toEqual([moves, score, Math.sign(score)])
      }
    })
  })
})
