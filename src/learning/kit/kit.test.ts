import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { persons, verbs, type WordProblem } from '../../environments/word-problems/problem.ts'
import { wordProblems } from '../../environments/word-problems.ts'
import { decoder } from '../nets/decoder.ts'
import { gpt } from '../nets/gpt.ts'
import { parametersDigest } from '../nets/parameters-digest.ts'
import { referenceKernels } from '../tensor/reference/reference.ts'
import { bands, isInside, wantInside } from './bands.ts'
import {
  answerOf,
  calculator,
  contextLength,
  exampleTokens,
  promptLength,
  promptText,
  stepsOf,
  wordProblemCodec,
  wordTokens,
} from './codec.ts'
import { demonstration } from './demonstrator.ts'
import { majority, measurePolicy, passAt } from './measure.ts'
import { contextOf, kitPolicy } from './policy.ts'
import { drawProblem, drawProblems, isHeldOut, problemId, problemSizes } from './problems.ts'
import { rightAnswer, rightPrefix, rightSteps, rightValues } from './right-path.ts'
import { wordProblemTokeniser } from './vocabulary.ts'

const problem: WordProblem = {
  start: 42,
  clauses: [
    { person: 'A', verb: 'finds', amount: 3 },
    { person: 'B', verb: 'loses', amount: 5 },
    { person: 'A', verb: 'doubles', amount: 2 },
  ],
}
const drawn = fc.record({ index: fc.nat(100_000), seed: fc.nat(100), heldOut: fc.boolean(), long: fc.boolean() }).map((draw) => {
  const sizes = draw.long ? problemSizes.long : problemSizes.usual
  return { ...draw, sizes, problem: drawProblem(draw.index, { seed: draw.seed, heldOut: draw.heldOut, sizes }) }
})

describe('the vocabulary', () => {
  it('has 135 words, whose order never changes', () => {
    const { vocabulary } = wordProblemTokeniser
    expect(vocabulary).toHaveLength(135)
    expect([0, 99, 100, 103, 104, 105, 107, 108, 111, 134].map((at) => vocabulary[at])).toEqual([
      '0',
      '99',
      '+',
      ';',
      '<end>',
      '<pad>',
      'has',
      'A',
      'finds',
      'repeats',
    ])
  })
})

describe('problems', () => {
  it('are drawn by seed and index alone, of the sizes that are asked for, with right paths in 0 to 99', () => {
    fc.assert(
      fc.property(drawn, ({ index, seed, heldOut, sizes, problem: one }) => {
        expect(drawProblem(index, { seed, heldOut, sizes })).toEqual(one)
        expect(one.clauses.length).toBeGreaterThanOrEqual(sizes.least)
        expect(one.clauses.length).toBeLessThanOrEqual(sizes.most)
        for (const value of rightValues(one)!) expect(value >= 0 && value <= 99).toBe(true)
        for (const { verb, amount } of one.clauses) expect(verbs.indexOf(verb) >= 20 ? amount === 2 : amount >= 1 && amount <= 9).toBe(true)
      }),
    )
  })

  it('are held out or not by what they are, whoever draws them', () => {
    fc.assert(
      fc.property(drawn, ({ heldOut, problem: one }) => {
        expect(isHeldOut(one)).toBe(heldOut)
      }),
    )
  })

  it('are held out one time in five, whatever their first number, verb or length', () => {
    const random = new Random(5)
    const any = (): WordProblem => ({
      start: random.below(100),
      clauses: Array.from({ length: 3 + random.below(4) }, () => {
        const verb = verbs[random.below(24)]!
        return { person: persons[random.below(3)]!, verb, amount: verbs.indexOf(verb) >= 20 ? 2 : 1 + random.below(9) }
      }),
    })
    const problems = Array.from({ length: 12_000 }, any)
    const share = (some: readonly WordProblem[]) => some.filter(isHeldOut).length / some.length
    expect(share(problems)).toBeCloseTo(0.2, 1)
    for (const part of [0, 1, 2, 3]) {
      expect(Math.abs(share(problems.filter(({ start }) => start % 4 === part)) - 0.2)).toBeLessThan(0.03)
      expect(Math.abs(share(problems.filter(({ clauses }) => clauses.length === 3 + part)) - 0.2)).toBeLessThan(0.03)
      expect(Math.abs(share(problems.filter(({ clauses }) => verbs.indexOf(clauses[0]!.verb) % 4 === part)) - 0.2)).toBeLessThan(0.03)
    }
  })

  it('are different from each other, with all verbs and a fifth of the clauses about others', () => {
    const problems = drawProblems(600, { seed: 0, heldOut: true })
    const clauses = problems.flatMap((one) => one.clauses)
    expect(new Set(problems.map(problemId)).size).toBe(600)
    expect(new Set(clauses.map(({ verb }) => verb)).size).toBe(24)
    expect(clauses.filter(({ person }) => person !== 'A').length / clauses.length).toBeCloseTo(0.2, 1)
  })
})

describe('what is right', () => {
  it('goes clause by clause, and leaves out those about others', () => {
    expect(rightSteps(problem)).toEqual(['+ 3 45', 'has 5 45', '* 2 90'])
    expect(rightAnswer(problem)).toBe(90)
    expect(rightValues({ ...problem, start: 50 })).toBeUndefined()
  })

  it('tells how far an answer is right', () => {
    expect(rightPrefix(problem, ['+ 3 45', 'has 5 45', '* 2 90'])).toBe(3)
    expect(rightPrefix(problem, ['+ 3 45', '? 3 45', '- 5 40', '* 2 80'])).toBe(2)
    expect(rightPrefix(problem, ['- 3 39'])).toBe(0)
  })
})

describe('the demonstrator', () => {
  const many = drawProblems(3000, { seed: 1, heldOut: false })
  const rightRate = (ladder: readonly number[]) =>
    many.filter((one, at) => demonstration(one, { ladder }, new Random(2, at)).join() === rightSteps(one).join()).length / many.length

  it('is right as often as its band says: a base can be no better than its demonstrator by sampling', () => {
    const [medium, hard] = [rightRate(bands.medium.ladder), rightRate(bands.hard.ladder)]
    expect(medium).toBeGreaterThan(0.22)
    expect(medium).toBeLessThan(0.4)
    expect(hard).toBeGreaterThan(0.05)
    expect(hard).toBeLessThan(0.15)
    expect(rightRate(new Array(10).fill(0))).toBeGreaterThan(medium)
  })

  it('is wrong by its words, each pair at its own rate, and otherwise right', () => {
    const ladder = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    const clean = { ladder, notSkipped: 0, slips: 0 }
    const all = verbs.map((verb) => ({ start: 40, clauses: [{ person: 'A' as const, verb, amount: verbs.indexOf(verb) >= 20 ? 2 : 3 }] }))
    const wrong = all.filter((one) => demonstration(one, clean, new Random(1)).join() !== rightSteps(one).join())
    expect(wrong.map(({ clauses }) => clauses[0]!.verb)).toEqual([verbs[18], verbs[19]])
    expect(demonstration(all[18]!, clean, new Random(1))).toEqual(['- 3 37'])
  })

  it('has a most frequent answer that is wrong for most hard problems: noise that a majority repairs would teach nothing', () => {
    const some = many.slice(0, 300)
    const answers = some.map((one, at) =>
      Array.from({ length: 16 }, (_, sample) =>
        answerOf(
          exampleTokens(one, demonstration(one, { ladder: bands.hard.ladder }, new Random(sample, at))).tokens.slice(promptLength()),
        ),
      ),
    )
    const solved = some.filter((one, at) => majority(answers[at]!) === rightAnswer(one)).length / some.length
    const reached = some.filter((one, at) => answers[at]!.includes(rightAnswer(one))).length / some.length
    expect(solved).toBeLessThan(0.25)
    expect(reached).toBeGreaterThan(solved + 0.2)
  })

  it('writes checks between steps where it is asked to, and lengths differ then', () => {
    const written = many.slice(0, 50).map((one, at) => demonstration(one, { ladder: [], checks: 0.5 }, new Random(3, at)))
    const extra = written.map((steps, at) => steps.length - many[at]!.clauses.length)
    expect(new Set(extra).size).toBeGreaterThan(2)
    for (const steps of written)
      for (const [at, step] of steps.entries())
        if (step.startsWith('?')) expect(step.slice(2)).toBe(steps[at - 1]!.split(' ').slice(1).join(' '))
  })
})

describe('tokens', () => {
  it('of a problem are always as many, and read as words', () => {
    expect(promptText(problem)).toBe(`? A has 42 A finds 3 B loses 5 A doubles 2${' <pad>'.repeat(9)}`)
    expect(wordTokens(problem, [])).toHaveLength(promptLength())
    expect(wordTokens(problem, ['+ 3 45'])).toHaveLength(promptLength() + 4)
  })

  it('of an answer come back as its steps', () => {
    fc.assert(
      fc.property(drawn, ({ problem: one, sizes }) => {
        const steps = demonstration(one, { ladder: bands.hard.ladder }, new Random(1))
        const { tokens, promptLength: from } = exampleTokens(one, steps, sizes)
        expect(tokens.length).toBeLessThanOrEqual(contextLength(sizes))
        expect([...tokens.slice(0, from)]).toEqual([...wordTokens(one, [], sizes)])
        expect(stepsOf(tokens.slice(from))).toEqual(steps)
        expect(answerOf(tokens.slice(from))).toBe(Number(steps.at(-1)!.split(' ')[2]))
      }),
    )
  })

  it.each(['+ 3 45 ; has 5 45', '+ 3 <end>', '+ A 45 <end>', '<end>', '? 3 45 <end>'])('%j is no answer', (text) => {
    expect(answerOf(wordProblemTokeniser.encode(text))).toBeUndefined()
  })

  it('are steps of the environment', () => {
    const environment = wordProblems()
    const codec = wordProblemCodec()
    const state = environment.initial(problem)
    expect(Array.from(codec.prompt(state))).toEqual([...wordTokens(problem, [])])
    const next = (text: string) => codec.action([...wordProblemTokeniser.encode(text)], state)
    expect([next('+ 3 45 ;'), next('+ 3 45 <end>'), next('+ 3 A ;')]).toEqual(['+ 3 45', '+ 3 45', undefined])
    expect(environment.step(state, next('+ 3 45 ;')!).state.steps).toEqual(['+ 3 45'])
  })

  it('of values are written by the calculator, which is never the net’s doing', () => {
    const net = gpt({ vocabulary: 135, context: 48, width: 16, layers: 1, heads: 2 }, { seed: 3 })
    const decode = decoder(net, { kernels: referenceKernels })
    const numbers = new Uint8Array(135).fill(1, 0, 10)
    const signs = new Uint8Array(135).fill(1, 100, 103)
    const separators = new Uint8Array(135).fill(1, 103, 104)
    const allowed = (tokens: readonly number[]) => [signs, numbers, numbers, separators][(tokens.length - promptLength()) % 4]!
    const branch = decode.open(wordTokens(problem, []))
    const [generated] = decode.generate([{ branch, mostTokens: 9, random: new Random(1), allowed, observe: calculator() }])
    expect([...generated!.chosen]).toEqual([1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1])
    const steps = wordProblemTokeniser.decode(generated!.tokens).split(' ; ')
    let value = 42
    for (const step of steps) {
      const [sign, amount, written] = step.split(' ')
      const exact = sign === '+' ? value + Number(amount) : sign === '-' ? value - Number(amount) : value * Number(amount)
      value = Math.max(0, Math.min(99, exact))
      expect(Number.parseInt(written!, 10)).toBe(value)
    }
  })
})

describe('measurement', () => {
  it('estimates pass@k without bias', () => {
    // Two of four are right: one draw hits in half of the cases, two draws miss in one of six.
    expect(passAt(1, 2, 4)).toBeCloseTo(0.5, 12)
    expect(passAt(2, 2, 4)).toBeCloseTo(5 / 6, 12)
    expect(passAt(3, 2, 4)).toBeCloseTo(1, 12)
    expect(passAt(16, 0, 16)).toBe(0)
  })

  it('takes the most frequent answer, the first of equals, and never none', () => {
    expect(majority([3, 5, 5, undefined, undefined, undefined])).toBe(5)
    expect(majority([7, 4, 4, 7])).toBe(7)
    expect(majority([undefined])).toBeUndefined()
  })

  it('gives the same for the same net, and nothing to a net that knows nothing', async () => {
    const net = gpt({ vocabulary: 135, context: 48, width: 16, layers: 1, heads: 2 }, { seed: 1 })
    const options = { problems: drawProblems(3, { seed: 0, heldOut: true }), kernels: referenceKernels }
    const measured = await measurePolicy(net, options)
    expect(await measurePolicy(net, options)).toEqual(measured)
    expect(measured).toMatchObject({ problems: 3, greedy: 0, majority: 0 })
  })

  it('tells a base that is outside of its band', () => {
    const measured = { problems: 300, greedy: 0.41, pass1: 0.25, pass4: 0.6, pass16: 0.91, majority: 0.4, mixed: 0.9, tokens: 1 }
    expect(isInside('medium', measured)).toBe(true)
    expect(() => wantInside('medium', { ...measured, pass1: 0.5 })).toThrow(/outside of the band medium: pass1.*0.5.*0.2 to 0.3/)
    expect(isInside('hard', measured)).toBe(false)
  })
})

describe('policies beyond the bases', () => {
  const small = { width: 16, layers: 1, heads: 2, steps: 20 }
  it('have room for what their variant writes', async () => {
    expect([contextOf(), contextOf('verbose'), contextOf('long')]).toEqual([48, 72, 90])
    for (const variant of ['usual', 'verbose', 'long'] as const) {
      const { shape } = await kitPolicy({ band: 'hard', seed: 4, variant, small })
      expect(shape).toMatchObject({ context: contextOf(variant), width: 16 })
    }
  })
  it('are the same for the same seed, modulo three', async () => {
    const digests = await Promise.all(
      [1, 4, 2].map(async (seed) => parametersDigest((await kitPolicy({ band: 'medium', seed, small })).parameters)),
    )
    expect(digests[0]).toBe(digests[1])
    expect(digests[0]).not.toBe(digests[2])
  })
  it('are none when they were stopped', async () => {
    const signal = AbortSignal.abort()
    await expect(kitPolicy({ band: 'medium', seed: 1, small }, { signal })).rejects.toMatchObject({ code: 'E_KIT_STOPPED' })
  })
})
