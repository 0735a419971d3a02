// Rows for tests of formats: one of each kind that can be checked by hand, and any.
import fc from 'fast-check'
import type { PreferenceNode, RowKind, RowOf, TrainingRow } from '../../data/index.ts'

const source = { runId: 'run', node: 3, task: 'sum' }
const prompt = 'What is 2 + 3 + 4?'
const steps = ['2 + 3 = 5', '5 + 4 = 9']

const tree: PreferenceNode = {
  text: '',
  visits: 3,
  value: 0.5,
  terminal: false,
  children: [
    {
      text: '2 + 3 = 5',
      visits: 2,
      value: 1,
      terminal: false,
      children: [{ text: '5 + 4 = 9', visits: 1, value: 1, terminal: true, children: [] }],
    },
    { text: '2 + 3 = 6', visits: 1, value: 0, terminal: true, children: [], observation: 'wrong' },
  ],
}

/** One row of each kind, about a sum. */
export const sums = {
  'step-value': { row: 'step-value', source, prompt, steps, value: 0.75, range: [0, 1], label: 'visit-mean', visits: 4 },
  'step-labels': {
    row: 'step-labels',
    source,
    prompt,
    steps: [...steps, '9 = 10'],
    labels: [1, 0.5, 0.25],
    label: 'monte-carlo',
    answer: '10',
  },
  pair: {
    row: 'pair',
    source,
    prompt,
    steps: ['2 + 3 = 5'],
    chosen: '5 + 4 = 9',
    rejected: '5 + 4 = 8',
    chosenValue: 1,
    rejectedValue: 0.25,
    margin: 0.75,
  },
  verified: { row: 'verified', source, prompt, steps, answer: '9' },
  outcome: { row: 'outcome', source, prompt, completion: 'It is 8.', right: false, value: 0 },
  'preference-tree': { row: 'preference-tree', source, prompt, tree, reference: '9' },
  group: {
    row: 'group',
    source,
    prompt,
    completions: [
      { text: 'It is 9.', reward: 1 },
      { text: 'It is 8.', reward: 0 },
    ],
    reference: '9',
  },
} as const satisfies { readonly [Kind in RowKind]: RowOf<Kind> }

/** The same row with a chat as its prompt. */
export function inChat<Row extends TrainingRow>(row: Row, system?: string): Row {
  const asked = { role: 'user' as const, content: row.prompt as string }
  return { ...row, prompt: system === undefined ? [asked] : [{ role: 'system' as const, content: system }, asked] }
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const share = fc.double({ min: 0, max: 1, noNaN: true })
const message = fc.record({ role: fc.constantFrom('user' as const, 'assistant' as const), content: text })
const common = {
  source: fc.constant(source),
  prompt: fc.oneof(
    text,
    fc.tuple(fc.record({ role: fc.constant('user' as const), content: text })),
    fc.array(message, { minLength: 1, maxLength: 3 }),
  ),
}
const separated = fc.option(fc.record({ separator: fc.constantFrom('', '\n\n', ' ') }), { nil: {} })

const node: fc.Arbitrary<PreferenceNode> = fc.letrec<{ node: PreferenceNode }>((tie) => ({
  node: fc.record(
    {
      text,
      visits: fc.nat(9),
      terminal: fc.boolean(),
      children: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie('node'), { maxLength: 3 })),
      value: share,
      observation: text,
    },
    { requiredKeys: ['text', 'visits', 'terminal', 'children'] },
  ),
})).node

/** Any row, with texts that are not empty. */
export const anyRow: fc.Arbitrary<TrainingRow> = fc.oneof(
  fc.record({
    row: fc.constant('step-value' as const),
    ...common,
    steps: fc.array(text, { maxLength: 3 }),
    value: share,
    range: fc.constant([0, 1] as const),
    label: fc.constant('inferred' as const),
  }),
  fc.array(fc.tuple(text, share), { minLength: 1, maxLength: 4 }).chain((labelled) =>
    fc.record({
      row: fc.constant('step-labels' as const),
      ...common,
      steps: fc.constant(labelled.map(([step]) => step)),
      labels: fc.constant(labelled.map(([, label]) => label)),
      label: fc.constant('monte-carlo' as const),
      answer: text,
    }),
  ),
  fc
    .tuple(fc.record({ ...common, steps: fc.array(text, { maxLength: 3 }), chosen: text, rejected: text }), separated)
    .map(([pair, separator]) => ({
      row: 'pair' as const,
      ...pair,
      ...separator,
      rejected: pair.chosen === pair.rejected ? `${pair.rejected}!` : pair.rejected,
      chosenValue: 1,
      rejectedValue: 0.5,
      margin: 0.5,
    })),
  fc
    .tuple(fc.record({ ...common, steps: fc.array(text, { minLength: 1, maxLength: 3 }), answer: text }), separated)
    .map(([verified, separator]) => ({
      row: 'verified' as const,
      ...verified,
      ...separator,
    })),
  fc.record({ row: fc.constant('outcome' as const), ...common, completion: text, right: fc.boolean(), value: share }),
  fc.record({ row: fc.constant('preference-tree' as const), ...common, tree: node, reference: text }),
  fc.record({
    row: fc.constant('group' as const),
    ...common,
    completions: fc.array(fc.record({ text, reward: share }), { minLength: 1, maxLength: 3 }),
    reference: text,
  }),
)
