import { describe, expect, it } from 'vitest'
import type { CallContext } from '../../core/call.ts'
import type { NodeView } from '../../core/node-view.ts'
import { type Check, type VerifyOptions, verify } from './answer-check.ts'

type State = { readonly answer?: number }
const environment = { answer: ({ answer }: State) => answer }
const node = (state: State, terminal = true) => ({ state, terminal }) as NodeView<State>
const context = (signal = new AbortController().signal) => ({ signal }) as CallContext

async function judged(check: Check<State, number>, found = node({ answer: 4 }), options: Partial<VerifyOptions<State, number>> = {}) {
  const [[evaluation] = []] = await verify(check, { environment, ...options }).evaluate([[found]], context())
  return evaluation
}

describe('verify', () => {
  it('is certain of verdicts, and only of them', async () => {
    expect(await judged(({ answer }) => answer === 4)).toEqual({ value: 1, certain: true })
    expect(await judged(({ answer }) => answer === 5)).toEqual({ value: 0, certain: true })
    expect(await judged(async () => 0.25)).toEqual({ value: 0.25 })
    expect(await judged(() => ({ value: 0.5, certain: false, critique: 'half of the tests pass' }))).toEqual({
      value: 0.5,
      certain: false,
      critique: 'half of the tests pass',
    })
  })

  it('leaves unfinished states alone, and fails those that end without an answer', async () => {
    const never = () => {
      throw new Error('not to be asked')
    }
    expect(await judged(never, node({ answer: 4 }, false))).toEqual({ value: 0.5 })
    expect(await judged(never, node({ answer: 4 }, false), { neutral: 0.1 })).toEqual({ value: 0.1 })
    expect(await judged(never, node({}))).toEqual({ value: 0, certain: true, critique: 'no answer' })
  })

  it('judges every node of every group', async () => {
    const evaluator = verify<State, number>(({ answer }) => answer / 10, { environment })
    const groups = [[node({ answer: 1 }), node({ answer: 2 })], [], [node({ answer: 3 })]]
    expect(await evaluator.evaluate(groups, context())).toEqual([[{ value: 0.1 }, { value: 0.2 }], [], [{ value: 0.3 }]])
  })

  it.each([Number.NaN, 2, -1, 'yes', undefined, null, { value: 'high' }])('refuses %s as a verdict', async (result) => {
    await expect(judged(() => result as never)).rejects.toMatchObject({ code: 'E_VERIFY_VALUE' })
  })

  it('says that the check threw, with its cause', async () => {
    const cause = new Error('broken')
    const failing = () => {
      throw cause
    }
    await expect(judged(failing)).rejects.toMatchObject({ code: 'E_VERIFY_THREW', cause })
  })

  it('does not wait for ever', async () => {
    await expect(judged(() => new Promise(() => {}), node({ answer: 4 }), { seconds: 0.01 })).rejects.toMatchObject({
      code: 'E_VERIFY_TIMEOUT',
    })
    const abort = new AbortController()
    const waiting = verify<State, number>(() => new Promise(() => {}), { environment }).evaluate(
      [[node({ answer: 4 })]],
      context(abort.signal),
    )
    abort.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
  })

  it('refuses a neutral value outside its range', () => {
    expect(() => verify(() => true, { environment, neutral: 2 })).toThrow(/neutral/)
  })
})
