import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GenerateRequest } from '../../models/model.ts'
import { scripted } from '../../models/scripted.ts'
import { fakeContext } from '../../testing/fake-context.ts'
import { fakeNode } from '../../testing/fake-node.ts'
import { siblingVote } from './siblings.ts'

const environment = { render: (state: string) => `text ${state}` }
const group = (...states: string[]) => states.map((state) => fakeNode(state))
const shown = (request: GenerateRequest) => request.messages!.at(-1)!.content

describe('a vote among siblings', () => {
  it('gives each candidate its share of the votes', async () => {
    const model = scripted({
      answer: () => ['The best choice is 2', '2', 'Choice 1 is dull.\nThe best choice is 2.', 'the best choice is 3', '2!'],
    })
    const context = fakeContext()
    const [values, alone] = await siblingVote({ model, environment }).evaluate([group('a', 'b', 'c'), group('d')], context)
    expect(values!.map((evaluation) => evaluation.value)).toEqual([0, 0.8, 0.2])
    expect(values![1]!.values).toEqual({ votes: 4, unreadable: 0 })
    expect(alone).toEqual([{ value: 1, values: { votes: 0, unreadable: 0 } }])
    expect(context.calls).toHaveLength(1)
    expect(shown(model.log[0]!.request as GenerateRequest)).toContain('Choice 2:\ntext b\n')
  })

  it('counts votes that cannot be read, and asks for them once more', async () => {
    const model = scripted({ answer: (request) => (request.count === 4 ? ['1', 'neither', '99', '1'] : ['2', 'neither']) })
    const [values] = await siblingVote({ model, environment, votes: 4 }).evaluate([group('a', 'b')], fakeContext())
    expect(values!.map((evaluation) => evaluation.value)).toEqual([2 / 3, 1 / 3])
    expect(values![0]!.values).toEqual({ votes: 2, unreadable: 3 })
  })

  it('gives equal shares when no vote can be read', async () => {
    const [values] = await siblingVote({ model: scripted({ answers: ['?'] }), environment }).evaluate(
      [group('a', 'b', 'c', 'd')],
      fakeContext(),
    )
    expect(values!.map((evaluation) => evaluation.value)).toEqual([0.25, 0.25, 0.25, 0.25])
    expect(values![0]!.values).toEqual({ votes: 0, unreadable: 10 })
  })

  it('shuffled, undoes the liking for a place and keeps the liking for a text', async () => {
    const first = scripted({ answers: ['The best choice is 1'] })
    const [spread] = await siblingVote({ model: first, environment, votes: 60, shuffle: true }).evaluate(
      [group('a', 'b', 'c')],
      fakeContext(),
    )
    for (const evaluation of spread!) expect(evaluation.value).toBeGreaterThan(0.15)
    const fond = scripted({ answer: (request) => `choice is ${/Choice (\d):\ntext b/.exec(shown(request))![1]}` })
    const context = fakeContext()
    const judge = siblingVote({ model: fond, environment, votes: 6, shuffle: true })
    const [values] = await judge.evaluate([group('a', 'b', 'c')], context)
    expect(values!.map((evaluation) => evaluation.value)).toEqual([0, 1, 0])
    expect(context.used.calls).toBe(6)
  })

  it('shares add up to one in every group, within what it says it draws at most', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.boolean(), fc.boolean(), async (lengths, shuffle, count) => {
        const model = scripted({ answers: ['1', '2', '3', 'none'], capabilities: { count } })
        const judge = siblingVote({ model, environment, votes: 3, shuffle })
        const groups = lengths.map((length, place) => group(...Array.from({ length }, (_, index) => `${place} ${index}`)))
        const context = fakeContext()
        const results = await judge.evaluate(groups, context)
        expect(results.map((result) => result.length)).toEqual(lengths)
        for (const result of results) {
          if (result.length > 0) expect(result.reduce((sum, evaluation) => sum + evaluation.value, 0)).toBeCloseTo(1)
        }
        expect(context.used.calls ?? 0).toBeLessThanOrEqual(lengths.filter((length) => length > 1).length * judge.atMost!(2).calls!)
      }),
      { numRuns: 40 },
    )
  })
})
