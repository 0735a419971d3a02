import { describe, expect, it } from 'vitest'
import { writingGrader } from './writing.ts'

describe('writingGrader', () => {
  const task = { include: ['dog', 'frisbee'], sentences: 1 }
  it('grades by the rules of the task', () => {
    expect(writingGrader().grade(task, 'A dog caught the frisbee.', undefined)).toEqual({ correct: true })
    expect(writingGrader().grade(task, 'dog, frisbee.', undefined)).toMatchObject({ correct: false, reason: expect.stringMatching(/list/) })
    expect(writingGrader().grade(task, undefined, undefined)).toEqual({ correct: false, reason: 'no answer' })
  })
})
