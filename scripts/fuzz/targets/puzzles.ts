// Moves and expressions, as models and graders' answers write them, and the rules of writing on whatever was written.
import fc from 'fast-check'
import type { Json } from '../../../src/core/common.ts'
import { evaluateExpression } from '../../../src/environments/arithmetic/expression.ts'
import { decodeNumbers, encodeNumbers, listMoves, makeMove, startNumbers } from '../../../src/environments/arithmetic/moves.ts'
import { readRational } from '../../../src/environments/arithmetic/rational.ts'
import { schemaFromJson } from '../../../src/environments/reasoning/json-schema.ts'
import { patternRule } from '../../../src/environments/writing/rules/pattern.ts'
import { rulesOf } from '../../../src/environments/writing/rules.ts'
import { writingTask } from '../../../src/environments/writing/task.ts'
import { forms } from '../../../src/environments/writing/words/forms.ts'
import { endsFinished, sentences, settledWords, words } from '../../../src/environments/writing/words/text.ts'
import { countdownGrader } from '../../../src/graders/countdown.ts'
import { game24Grader } from '../../../src/graders/game24.ts'
import { longText, modelText, nearly } from '../inputs.ts'
import { must, type Target, target } from '../target.ts'

const refuses = { refuses: true }
const arithmetic = fc
  .array(fc.constantFrom('4', '13', '007', '1/3', ' + ', ' - ', '*', '×', '÷', '/', '(', ')', '-', ' = ', '.', '0', ' ', '9'.repeat(30)), {
    maxLength: 40,
  })
  .map((parts) => parts.join(''))
const expression = fc.oneof(
  { weight: 3, arbitrary: arithmetic },
  { weight: 1, arbitrary: longText },
  fc.integer({ min: 1, max: 20_000 }).map((depth) => `${'('.repeat(depth)}1`),
)
const tasks: readonly Json[] = [
  { include: ['dog', { word: 'catch', part: 'verb' }, 'ice cream'], sentences: 1 },
  { prompt: 'x', avoid: ['cat'], words: { atLeast: 3, atMost: 20 }, beginsWith: 'The', endsWith: 'end.', commas: false, case: 'lower' },
  { include: ['a', 'run'], sentences: { exactly: 2 }, paragraphs: 1, matches: '^(a+)+$' },
  { json: { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] } },
]
const schemas: readonly Json[] = [
  {
    type: 'object',
    properties: { a: { type: 'integer', minimum: 1 }, b: { type: 'array', items: { $ref: '#/$defs/c' } } },
    required: ['a'],
    $defs: { c: { type: 'string' } },
  },
  { anyOf: [{ type: 'string', pattern: '^a*$' }, { enum: ['x', 1] }], $ref: '#/$defs/x', $defs: { x: { $ref: '#' } } },
]

export const puzzleTargets: readonly Target[] = [
  target('expression', { ...refuses, weight: 40 }, expression, evaluateExpression),
  target('expression as an answer', { refuses: false, weight: 20 }, expression, (answer) => {
    game24Grader.grade({ numbers: [4, 9, 10, 13] }, answer)
    countdownGrader.grade({ numbers: [4, 9, 10, 13], target: 24 } as Parameters<typeof countdownGrader.grade>[0], answer)
  }),
  target(
    'move',
    { ...refuses, weight: 30 },
    fc.oneof(modelText, arithmetic, fc.constantFrom(...listMoves(startNumbers([4, 9, 10, 13])))),
    (move) => {
      const after = makeMove(startNumbers([4, 9, 10, 13]), move)
      must(after.left.length === 3, 'a move takes two numbers and leaves one')
      decodeNumbers(JSON.parse(JSON.stringify(encodeNumbers(after))))
    },
  ),
  target('fraction', { refuses: false }, fc.oneof(modelText, arithmetic), readRational),
  target('writing rules', { ...refuses, weight: 60 }, fc.record({ task: nearly(...tasks), text: modelText }), ({ task, text }) => {
    const rules = rulesOf(writingTask(task as Parameters<typeof writingTask>[0]))
    const { passed, progress } = rules.check(text)
    must(progress >= 0 && progress <= 1, 'progress lies in [0, 1]')
    for (const end of [0, 1, Math.floor(text.length / 2), text.length]) {
      must(!passed || rules.broken(text.slice(0, end)) === undefined, `no beginning of a text that passes is broken (${end})`)
    }
    rules.full(text)
    rules.mayNotEnd(text)
    rules.cut(text)
  }),
  target(
    'writing rules on long texts',
    { ...refuses, weight: 4 },
    fc.record({ task: fc.constantFrom(...tasks), text: longText }),
    ({ task, text }) => {
      const rules = rulesOf(writingTask(task as Parameters<typeof writingTask>[0]))
      rules.check(text)
      rules.broken(text)
    },
  ),
  target('words', { refuses: false, weight: 30 }, longText, (text) => {
    words(text)
    settledWords(text)
    sentences(text)
    endsFinished(text)
  }),
  target(
    'forms of a word',
    { refuses: false, weight: 20 },
    fc.record({
      word: fc.oneof(modelText, fc.stringMatching(/^[a-z]{1,12}$/)),
      part: fc.constantFrom('noun' as const, 'verb' as const, undefined),
    }),
    ({ word, part }) => forms(word, part),
  ),
  target(
    'pattern',
    { ...refuses, weight: 30 },
    fc.record({
      pattern: fc.oneof(
        modelText,
        fc
          .array(
            fc.constantFrom('(', 'a+', '+', '*', ')', '|', '[^a]', '{2,1000}', '\\p{L}', '(?=', '$', '^', '.', '?:', '\\1', '{', '}'),
            { maxLength: 20 },
          )
          .map((parts) => parts.join('')),
      ),
      text: modelText,
    }),
    ({ pattern, text }) => {
      const rule = patternRule(pattern)
      rule.check(text)
      rule.broken(text)
    },
  ),
  target(
    'JSON schema',
    { ...refuses, weight: 20 },
    fc.record({ schema: nearly(...schemas), value: nearly({ a: 1, b: ['x'] }) }),
    ({ schema, value }) => {
      schemaFromJson(schema).safeParse(value)
    },
  ),
]
