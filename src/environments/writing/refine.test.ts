import { describe, expect, it } from 'vitest'
import { search } from '../../core/search.ts'
import { abMctsA } from '../../core/searchers/ab-mcts-a.ts'
import { lats } from '../../core/searchers/lats.ts'
import { writingRules } from '../../evaluators/writing-rules.ts'
import type { GenerateRequest } from '../../models/model.ts'
import { scripted } from '../../models/scripted.ts'
import { writing } from '../writing.ts'
import { betterTexts } from './refine.ts'

const task = { include: ['dog', 'ball'], sentences: 1 }

/** A writer that forgets the ball until it is told so. */
function forgetful(heard: string[] = []) {
  return scripted({
    answer: (request) => {
      const said = (request as GenerateRequest).messages?.at(-1)?.content ?? ''
      heard.push(said)
      return [{ text: said.includes('not right') ? 'The dog has the ball.' : 'The dog runs.', finish: 'stop' }]
    },
  })
}

describe('better texts', () => {
  it('puts a new text in the place of one that fails, told what was wrong', async () => {
    const heard: string[] = []
    const { answer, solved, tree, node } = await search({
      environment: writing(),
      task,
      proposer: betterTexts({ model: forgetful(heard), by: 'told' }),
      evaluator: writingRules({ failed: 'progress' }),
      searcher: abMctsA({ from: 'unsolved' }),
      budget: { tokens: 400 },
    })
    expect({ answer, solved }).toEqual({ answer: 'The dog has the ball.', solved: true })
    expect(heard.at(-1)).toContain('This is not right: does not use ball.')
    // One of the two rules holds whole, the other by half.
    const first = tree.parent[node!]!
    expect(tree.state(first)).toMatchObject({ text: 'The dog runs.', finished: true })
    expect(tree.mean(first)).toBeCloseTo(0.99 * 0.75, 12)
  })

  it('writes anew what a search wants revised', async () => {
    const { answer } = await search({
      environment: writing(),
      task,
      proposer: betterTexts({ model: forgetful() }),
      evaluator: writingRules(),
      searcher: lats({ branching: 1 }),
      budget: { tokens: 400 },
    })
    expect(answer).toBe('The dog has the ball.')
  })

  it('keeps a beginning of the text and writes the rest anew, where the model can go on from one', async () => {
    const prefixes: string[] = []
    const model = scripted({
      capabilities: { grammar: false },
      answer: (request) => {
        const { prefix = '' } = request as GenerateRequest
        prefixes.push(prefix)
        return [{ text: prefix === '' ? 'The dog runs.' : ' chases a ball.', finish: 'stop' }]
      },
    })
    const { answer, solved } = await search({
      environment: writing(),
      task,
      proposer: betterTexts({ model }),
      evaluator: writingRules({ failed: 'progress' }),
      searcher: abMctsA({ from: 'unsolved' }),
      budget: { tokens: 400 },
    })
    expect(solved).toBe(true)
    expect(answer).toBe(`${prefixes.at(-1)} chases a ball.`)
    expect('The dog runs.'.startsWith(prefixes.at(-1)!)).toBe(true)
  })

  it('goes on from a text that lacks words, and keeps it from ending at once, where the model follows grammars', async () => {
    const asked: GenerateRequest[] = []
    const model = scripted({
      capabilities: { grammar: true },
      answer: (request) => {
        asked.push(request as GenerateRequest)
        return [{ text: (request as GenerateRequest).prefix === undefined ? 'The dog runs.' : ' to a ball.', finish: 'stop' }]
      },
    })
    await search({
      environment: writing(),
      task,
      proposer: betterTexts({ model }),
      evaluator: writingRules({ failed: 'progress' }),
      searcher: abMctsA({ from: 'unsolved', continueWhenSolved: true }),
      budget: { expansions: 40 },
    })
    const wentOn = asked.filter(({ grammar }) => grammar !== undefined)
    expect(wentOn.length).toBeGreaterThan(0)
    for (const { prefix } of wentOn) expect(prefix).toMatch(/^The .*[a-z]$/)
  })

  it('ends with the last sentence that the task allows, and states what it can draw where that is known', async () => {
    const model = scripted({ answers: ['A dog sat. A ball lay.'] })
    const proposer = betterTexts({ model, maxTokens: 20 })
    expect(proposer.atMost?.(3)).toMatchObject({ tokens: 60 })
    const { answer } = await search({
      environment: writing(),
      task,
      proposer,
      evaluator: writingRules({ failed: 'progress' }),
      searcher: abMctsA(),
      budget: { expansions: 1 },
    })
    expect(answer).toBe('A dog sat.')
  })
})
