// Reading code blocks for `npm run check:docs`. Whether the examples run is for that command.
import { expect, it } from 'vitest'
import { BlockError, blocksOf } from '../scripts/docs/blocks.ts'
import { programsOf } from '../scripts/docs/programs.ts'

const page = [
  '# A page', // 1
  '<!-- check: before',
  'const hidden = 1',
  '-->',
  '```ts', // 5
  'const a = hidden',
  '```',
  '',
  '<!-- check: continues -->',
  '```ts', // 10
  'console.log(a)',
  '```',
  '<!-- check: shown, it is only an idea -->',
  '```ts',
  'nonsense',
  '```',
  '<!-- check: needs local-model -->',
  '```sh',
  'npx banyan doctor',
  '```',
].join('\n')

it('reads blocks with their lines and what is said of them', () => {
  expect(
    blocksOf('page.md', page).map(({ language, line, treatment, continues, needs }) => [language, line, treatment, continues, needs]),
  ).toEqual([
    ['ts', 6, 'run', false, undefined],
    ['ts', 11, 'run', true, undefined],
    ['ts', 15, 'shown', false, undefined],
    ['sh', 19, 'run', false, 'local-model'],
  ])
})

it('makes one program of a block and those that continue it, and knows where its lines came from', () => {
  const [program, ...others] = programsOf(blocksOf('page.md', page))
  expect(others).toEqual([])
  expect(program?.text).toBe('const hidden = 1\nconst a = hidden\nconsole.log(a)\nexport {}')
  expect([1, 2, 3].map((line) => program?.lineOf(line))).toEqual([6, 6, 11])
})

it('runs contract suites as tests', () => {
  const [program] = programsOf(
    blocksOf('own.md', "```ts\nimport { testSearcher } from 'banyan/testing'\ntestSearcher({ name, create })\n```"),
  )
  expect(program).toMatchObject({ test: true, name: 'own-2.test.ts' })
})

it('refuses comments that mean nothing, and fences that do not end', () => {
  expect(() => blocksOf('page.md', '<!-- check: shown -->\n```ts\n```')).toThrow(BlockError)
  expect(() => blocksOf('page.md', '```ts\nconst a = 1')).toThrow('does not end')
})
