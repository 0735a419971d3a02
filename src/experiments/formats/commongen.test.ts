import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { rulesOf } from '../../environments/writing/rules.ts'
import { type WritingTaskInput, writingTask } from '../../environments/writing/task.ts'
import { requirement, sharedData } from '../../testing/requirements.ts'
import { commongenFormat } from './commongen.ts'

describe('commongen', () => {
  it('makes a task of the words, and never of what others wrote', () => {
    const line = { id: '7', concepts: ['catch_V', 'dog_N', 'ice_cream_N', 'blue'], outputs: { someone: 'A text.' } }
    expect(commongenFormat.parse(line, 0)).toEqual({
      id: '7',
      task: {
        include: [{ word: 'catch', part: 'verb' }, { word: 'dog', part: 'noun' }, { word: 'ice cream', part: 'noun' }, { word: 'blue' }],
        sentences: 1,
      },
    })
  })

  it('names what is wrong with a line', () => {
    expect(() => commongenFormat.parse({ id: '7', concepts: [] }, 0)).toThrow(/"concepts".*at least one concept/)
    expect(() => commongenFormat.parse({ concept: ['dog_N'] }, 0)).toThrow(expect.objectContaining({ code: 'E_TASK_FORMAT' }))
  })
})

// Sentences that large models wrote for these words measure false refusals: what is refused of the strongest one's are derived words
// ("sandy" for sand, "rider" for ride), a misspelt concept, and nouns where the concept is a verb ("the look").
describe.skipIf(!requirement('shared-data').available)('the rules on recorded sentences', () => {
  const recorded = z.object({ concepts: z.array(z.string()), outputs: z.record(z.string(), z.string()) })
  const lines = () =>
    readFileSync(sharedData('commongen', 'dev', 'commongen-lite.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => recorded.parse(JSON.parse(line)))

  it('pass nearly all of the strongest model, and refuse nobody for anything but words that are not used', () => {
    const reasons: string[] = []
    let [passed, refused] = [0, 0]
    for (const { concepts, outputs } of lines()) {
      const rules = rulesOf(writingTask(commongenFormat.parse({ concepts }, 0).task as WritingTaskInput))
      for (const [model, text] of Object.entries(outputs)) {
        const check = rules.check(text)
        if (!check.passed) reasons.push(...check.reasons)
        if (model === 'gpt-4-0613' && check.passed) passed++
        else if (model === 'gpt-4-0613') refused++
        if (check.passed) for (let length = 0; length < text.length; length++) expect(rules.broken(text.slice(0, length))).toBeUndefined()
      }
    }
    expect(reasons.filter((reason) => !reason.startsWith('does not use'))).toEqual([])
    expect(passed / (passed + refused)).toBeGreaterThan(0.96)
  })
})
