import { describe, expect, it } from 'vitest'
import { readBudget, readNames, readSeeds, readSettings, readTask, readWhole } from './read-values.ts'

describe('values of options', () => {
  it('are read', () => {
    expect(readBudget('tokens=400, seconds=60,usd=0.10')).toEqual({ tokens: 400, seconds: 60, usd: 0.1 })
    expect(readSettings(['exploration=1.2', 'selection=puct', 'widening={"base":1,"power":0.5}', 'n=null'])).toEqual({
      exploration: 1.2,
      selection: 'puct',
      widening: { base: 1, power: 0.5 },
      n: null,
    })
    expect(readSeeds('1-3,7')).toEqual([1, 2, 3, 7])
    expect(readNames('--arms', 'greedy, beam')).toEqual(['greedy', 'beam'])
    expect(readTask('{"include":["dog"]}', undefined)).toEqual({ include: ['dog'] })
    expect([readBudget(undefined), readSeeds(undefined), readNames('--arms', undefined), readWhole('--n', undefined, 0)]).toEqual(
      Array(4).fill(undefined),
    )
  })

  it.each([
    () => readBudget('tokens'),
    () => readBudget(''),
    () => readBudget('tokens=1,tokens=2'),
    () => readBudget('tokens=0'),
    () => readBudget('tokens=1e999'),
    () => readBudget('token=3'),
    () => readSettings(['exploration']),
    () => readSettings(['=3']),
    () => readSeeds('3-1'),
    () => readSeeds('1,1'),
    () => readSeeds('1-99999999'),
    () => readSeeds('-1'),
    () => readNames('--arms', 'a,,b'),
    () => readNames('--arms', 'a,a'),
    () => readWhole('--n', '1.5', 0),
    () => readWhole('--n', '0', 1),
    () => readWhole('--n', '99999999999999999999', 1),
    () => readTask('{', undefined),
    () => readTask('{}', 'f'),
    () => readTask(undefined, '/no/such/file'),
  ])('are refused: %s', (read) => {
    expect(read).toThrow(expect.objectContaining({ code: expect.stringMatching(/^E_(CLI_ARGUMENT|BUDGET_)/) }))
  })
})
