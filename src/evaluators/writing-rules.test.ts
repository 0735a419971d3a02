import { describe, expect, it } from 'vitest'
import type { CallContext } from '../core/call.ts'
import type { NodeView } from '../core/node-view.ts'
import type { WritingTaskInput } from '../environments/writing/task.ts'
import { type WritingAction, type WritingState, writing } from '../environments/writing.ts'
import { writingRules } from './writing-rules.ts'

const evaluator = writingRules()

function node(
  task: WritingTaskInput,
  text: string,
  { end = false, logProb = 0, tokenCount = 0 } = {},
): NodeView<WritingState, WritingAction> {
  const environment = writing()
  const { state, terminal } = environment.step(environment.initial(task), { text, end })
  return { state, terminal, logProb, tokenCount } as NodeView<WritingState, WritingAction>
}

async function value(...nodes: NodeView<WritingState, WritingAction>[]) {
  const [evaluations] = await evaluator.evaluate([nodes], undefined as unknown as CallContext)
  return evaluations ?? []
}

const task: WritingTaskInput = { include: ['dog', 'frisbee'], sentences: 1 }

describe('writingRules', () => {
  it('is certain of finished texts', async () => {
    const [passes, fails] = await value(node(task, 'A dog caught the frisbee.'), node(task, 'A dog barked.'))
    expect(passes).toMatchObject({ value: 1, certain: true, values: { coverage: 1, progress: 1 } })
    expect(fails).toMatchObject({ value: 0, certain: true, critique: 'does not use frisbee', values: { coverage: 0.5, progress: 0.75 } })
  })

  it('is certain of beginnings that nothing can mend', async () => {
    expect((await value(node({ include: ['dog'], avoid: ['cat'] }, 'A cat ')))[0]).toMatchObject({
      value: 0,
      certain: true,
      critique: 'uses "cat"',
    })
  })

  it('estimates open texts between 0 and 1: more words, then likelier ones', async () => {
    const values = (
      await value(
        node(task, 'A dog and a frisbee', { logProb: -20, tokenCount: 10 }),
        node(task, 'A dog and', { logProb: -5, tokenCount: 10 }),
        node(task, 'A dog xyzzy', { logProb: -20, tokenCount: 10 }),
        node(task, 'A'),
      )
    ).map((evaluation) => evaluation.value)
    expect(values[0]).toBeGreaterThan(values[1]!)
    expect(values[1]).toBeGreaterThan(values[2]!)
    for (const one of values) expect(one > 0 && one < 1).toBe(true)
  })

  it('has no certainty about an open text that would pass as it stands', async () => {
    expect((await value(node({ include: ['dog'] }, 'A dog barks.')))[0]?.certain).toBeUndefined()
  })
})
