// `banyan train` as a user runs it: a process of its own, stopped with Ctrl-C, and gone on with.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTinyGguf } from '../../src/testing/tiny-gguf.ts'
import { type Ended, start, temporaryFolder } from './banyan-process.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeAll(() => {
  folder = temporaryFolder()
  const rows = Array.from({ length: 30 }, (_, i) => ({
    row: 'verified',
    source: { runId: 'r', node: i, task: String(i) },
    prompt: `${i % 5} + ${i % 6} =`,
    steps: [String((i % 5) + (i % 6))],
    answer: '',
  }))
  writeFileSync(join(folder.path, 'rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'))
  writeFileSync(join(folder.path, 'bad.jsonl'), `${JSON.stringify(rows[0])}\n${JSON.stringify({ ...rows[1], steps: 'five' })}\n`)
})
afterAll(() => folder.remove())

const sizes = ['--tokeniser', 'words', '--width', '16', '--layers', '1', '--heads', '2', '--context', '8', '--batch', '4', '--seed', '1']
const run = (...args: string[]): Promise<Ended> => start(folder.path, ['train', ...args]).ended

describe('banyan train', () => {
  it('stops at Ctrl-C with a checkpoint, goes on, and the next training starts from its net', async () => {
    const args = ['--data', 'rows.jsonl', ...sizes, '--out', 'net', '--steps', '400', '--checkpoint-every', '20']
    const started = start(folder.path, ['train', ...args])
    await started.says('training')
    started.process.kill('SIGINT')
    const stopped = await started.ended
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toContain('--resume goes on')
    expect(existsSync(join(folder.path, 'net', 'checkpoint.safetensors'))).toBe(true)
    const [refused, resumed] = [await run(...args, '--json'), await run(...args, '--resume', '--json')]
    expect([refused.code, refused.json().error.code]).toEqual([2, 'E_TRAIN_FOLDER'])
    expect(resumed.json()).toMatchObject({ ended: 'limit', steps: 400, net: join('net', 'net') })
    const next = await run('--data', 'rows.jsonl', '--net', 'net/net', '--out', 'next', '--steps', '2')
    expect(next.code).toBe(0)
    expect(next.stdout).toContain('2 steps')
  })

  it('makes a tokeniser of all texts that its rows hold, those of pairs and of groups too', async () => {
    const source = { runId: 'r', node: 1, task: 't' }
    const pair = {
      row: 'pair',
      source,
      prompt: 'a ?',
      steps: [],
      chosen: 'yes',
      rejected: 'no',
      chosenValue: 1,
      rejectedValue: 0,
      margin: 1,
    }
    const group = {
      ...{ row: 'group', source, prompt: 'a ?' },
      completions: [
        { text: 'yes', reward: 1 },
        { text: 'no', reward: 0 },
      ],
    }
    for (const [objective, row] of [['pairwise', pair] as const, ['list', group] as const]) {
      writeFileSync(join(folder.path, `${objective}.jsonl`), JSON.stringify(row))
      const ended = await run(
        '--data',
        `${objective}.jsonl`,
        ...sizes,
        '--out',
        objective,
        '--objective',
        objective,
        '--steps',
        '25',
        '--json',
      )
      expect(ended.stderr).not.toContain('E_')
      expect(ended.json()).toMatchObject({ ended: 'limit', steps: 25 })
    }
  })

  it('names the row and field that it cannot learn from, and options that do not fit', async () => {
    const bad = await run('--data', 'bad.jsonl', ...sizes, '--out', 'other', '--json')
    expect([bad.code, bad.json().error.code]).toEqual([1, 'E_TRAIN_ROW'])
    expect(bad.stderr).toContain('bad.jsonl:2: steps')
    const cases: [string[], string][] = [
      [['--data', 'rows.jsonl'], '--out is missing'],
      [['--out', 'x'], '--data is missing'],
      [['--data', 'rows.jsonl', '--out', 'x', '--objective', 'supervized'], 'Did you mean "supervised"'],
      [['--data', 'rows.jsonl', '--out', 'x', '--rate', '-1'], '--rate'],
      [['--data', 'rows.jsonl', '--out', 'x', '--net', 'net/net', '--width', '8'], '--width is for new nets'],
      [['--data', 'rows.jsonl', '--out', 'x', '--lora', '8'], '--lora is for language models'],
      [['--data', 'rows.jsonl', '--out', 'x', '--net', 'net/net', '--lora', '8'], '--lora is for language models'],
      [['--data', 'rows.jsonl', '--out', 'x', '--net', 'smollm2-135n'], 'Did you mean "smollm2-135m"'],
      [['--data', 'rows.jsonl', '--out', 'x', '--net', 'smollm2-135m', '--lora', '0'], '--lora'],
      [['--data', 'rows.jsonl', '--out', 'x', '--net', 'a.gguf', '--tokeniser', 'words'], '--tokeniser is not for language models'],
      [['--data', 'rows.jsonl', '--out', 'x', '--too-long', 'cut'], 'wanted refuse or skip'],
    ]
    const ends = await Promise.all(cases.map(([args]) => run(...args)))
    for (const [at, [, text]] of cases.entries()) {
      expect(ends[at]!.code).toBe(2)
      expect(ends[at]!.stderr).toContain(text)
    }
  })
})

describe('banyan train with a language model', () => {
  const asked = (animal: string) => ({
    messages: [
      { role: 'user', content: `the ${animal}` },
      { role: 'assistant', content: `the ${animal} sat` },
    ],
  })
  const lora = ['--net', 'tiny.gguf', '--lora', '2', '--rate', '0.01', '--batch', '2', '--checkpoint-every', '1']

  beforeAll(() => {
    writeTinyGguf(join(folder.path, 'tiny.gguf'))
    const write = (name: string, rows: readonly unknown[]) =>
      writeFileSync(join(folder.path, name), rows.map((row) => JSON.stringify(row)).join('\n'))
    write('chats.jsonl', ['dog', 'cat', 'hen', 'fox'].map(asked))
    write('plain.jsonl', [
      { prompt: 'the owl', completion: ' sat' },
      { prompt: 'the ant', completion: ' sat'.repeat(600) },
    ])
    write('pairs.jsonl', [{ prompt: 'the dog', chosen: ' sat', rejected: ' ran' }])
  })

  it('trains an adapter, stops at Ctrl-C, goes on, and the next training and a search start from its folder', async () => {
    const args = ['--data', 'chats.jsonl', ...lora, '--steps', '12']
    const whole = run(...args, '--out', 'whole', '--json')
    const started = start(folder.path, ['train', ...args, '--out', 'adapter'])
    await started.says('training')
    started.process.kill('SIGINT')
    const stopped = await started.ended
    expect(stopped.code).toBe(130)
    expect(existsSync(join(folder.path, 'adapter', 'adapter_model.safetensors'))).toBe(true)
    const resumed = await run(...args, '--out', 'adapter', '--resume', '--json')
    expect(resumed.json()).toMatchObject({ ended: 'limit', steps: 12, net: 'adapter', digest: (await whole).json().digest })

    const next = ['--data', 'pairs.jsonl', '--objective', 'dpo', '--net', 'adapter', '--out', 'preferring', '--steps', '3']
    const preferring = await run(...next)
    expect(preferring.code, preferring.stderr).toBe(0)
    expect(preferring.stdout).toContain(join('preferring', 'adapter_model.safetensors'))
    const solve = ['solve', 'the dog', '--model', 'preferring', '--searcher', 'vote', '--budget', 'tokens=60', '--json']
    const solved = await start(folder.path, solve).ended
    expect(solved.code, solved.stderr).toBe(0)
  }, 60_000)

  it('counts rows that are too long, and says when the model is not there', async () => {
    const data = ['--data', 'plain.jsonl', ...lora, '--steps', '1']
    const [refused, skipped, missing, absent] = await Promise.all([
      run(...data, '--out', 'refused'),
      run(...data, '--out', 'skipped', '--too-long', 'skip', '--held-out', 'plain.jsonl'),
      run('--data', 'plain.jsonl', '--net', 'none.gguf', '--out', 'missing'),
      start(folder.path, ['train', '--data', 'plain.jsonl', '--net', 'smollm2-135m', '--out', 'absent'], { BANYAN_CACHE: folder.path })
        .ended,
    ])
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('plain.jsonl:2: tokens: it is')])
    expect(skipped.code, skipped.stderr).toBe(0)
    expect(skipped.stderr).toContain('left out of --data because they are too long: 1')
    expect(skipped.stderr).toContain('left out of --held-out because they are too long: 1')
    expect(missing.stderr).toContain('there is no such model file')
    expect(absent.stderr).toContain('npx banyan models pull smollm2-135m')
  }, 60_000)
})

describe('banyan self-train', () => {
  it('refuses what it cannot do before it trains anything', async () => {
    const cases: [string[], string][] = [
      [['--band', 'hrd'], 'Did you mean "hard"'],
      [['--environment', 'game24'], 'word-problems'],
      [['--rounds', '0'], '--rounds'],
      [['--resume'], '--out is missing'],
    ]
    const ends = await Promise.all(cases.map(([args]) => start(folder.path, ['self-train', ...args]).ended))
    for (const [at, [, text]] of cases.entries()) {
      expect(ends[at]!.code).toBe(2)
      expect(ends[at]!.stderr).toContain(text)
    }
  })
})
