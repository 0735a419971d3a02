import { describe, expect, it } from 'vitest'
import { game24 } from '../../environments/game24.ts'
import { writingTask } from '../../environments/writing/task.ts'
import { drawTasks, plainSentences, puzzles, ruledSentences } from './tasks.ts'

const environment = game24()
type State = ReturnType<typeof environment.initial>

/** The share of all chains of moves, each move alike likely, that end at 24. */
function luck(state: State): number {
  if (state.left.length === 1) return environment.answer(state) === undefined ? 0 : 1
  const moves = environment.actions(state)
  return moves.reduce((sum, move) => sum + luck(environment.step(state, move).state), 0) / moves.length
}

describe('the tasks of the demo', () => {
  it('are drawn by seed: two sentences and a puzzle', () => {
    expect(drawTasks(1).map((task) => task.environment)).toEqual(['writing', 'writing', 'game24'])
    expect(drawTasks(1)).toEqual(drawTasks(1))
    expect(new Set(Array.from({ length: 20 }, (_, seed) => JSON.stringify(drawTasks(seed)))).size).toBe(20)
  })

  it('are three different puzzles where there is no model', () => {
    const drawn = drawTasks(5, { writing: false })
    expect(drawn.map((task) => task.environment)).toEqual(['game24', 'game24', 'game24'])
    expect(new Set(drawn.map(({ task }) => JSON.stringify(task))).size).toBe(3)
  })

  it.each(puzzles.map((numbers) => [numbers.join(' '), numbers] as const))('%s makes 24, and not by luck', (_, numbers) => {
    const chance = luck(environment.initial({ numbers: [...numbers] }))
    expect(chance).toBeGreaterThan(0.01)
    expect(chance).toBeLessThan(0.03)
  })

  it('are many, each once, and all as the environment wants them', () => {
    const words = [...plainSentences, ...ruledSentences.map((task) => task.words)].map((text) => text.split(' '))
    expect(words).toHaveLength(60)
    expect(new Set(words.map((set) => [...set].sort().join(' '))).size).toBe(60)
    for (const set of words) expect(new Set(set).size).toBe(set.length)
    for (const { words: text, rule } of ruledSentences)
      expect(() => writingTask({ include: text.split(' '), sentences: 1, ...rule })).not.toThrow()
    expect(new Set(puzzles.map((numbers) => [...numbers].sort((a, b) => a - b).join(' '))).size).toBe(40)
  })
})
