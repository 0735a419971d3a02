// `banyan dataset` through real processes: rows out of kept runs, and files of them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { banyan, temporaryFolder } from './banyan-process.ts'

const folder = temporaryFolder()
const run = (...args: string[]) => banyan(folder.path, args)
const at = (file: string) => join(folder.path, file)

beforeAll(async () => {
  const puzzle = ['--environment', 'game24', '--task', '{"numbers":[4,9,10,13]}', '--searcher', 'mcts', '--set', 'continueWhenSolved=true']
  const made = await run('solve', ...puzzle, '--run-id', 'puzzle', '--budget', 'expansions=60')
  expect(made.code, made.stderr).toBe(0)
  writeFileSync(at('tasks.jsonl'), '{"task":{"numbers":[4,9,10,13]}}\n')
})
afterAll(() => folder.remove())

describe('banyan dataset', () => {
  it('has help with examples for every verb', async () => {
    for (const verb of ['build', 'show', 'check', 'export', 'formats']) {
      const { code, stdout } = await run('dataset', verb, '--help')
      expect(code).toBe(0)
      expect(stdout.split('EXAMPLES')[1]).toContain(`banyan dataset ${verb}`)
    }
  })

  it('builds a file, shows it, checks it and writes it anew', async () => {
    const built = await run('dataset', 'build', 'step-pairs', '--set', 'margin=0.2', '-o', 'pairs.jsonl', '--json')
    expect(built.code, built.stderr).toBe(0)
    const { rows, build } = built.json()
    expect(rows).toBe(readFileSync(at('pairs.jsonl'), 'utf8').trim().split('\n').length)
    expect(build).toMatchObject({ builder: 'stepPairs', runs: { puzzle: expect.any(String) } })
    expect((await run('dataset', 'show', 'pairs.jsonl')).stdout).toMatch(/rows +\d+ \(pair\)[\s\S]*"margin":/)
    expect((await run('dataset', 'check', 'pairs.jsonl', '--json')).json()).toMatchObject({ ok: true, rows, bad: 0 })
    expect((await run('dataset', 'export', 'pairs.jsonl', '-o', 'copy.jsonl', '--json')).json()).toMatchObject({ rows, from: { rows } })
    expect(readFileSync(at('copy.jsonl'))).toEqual(readFileSync(at('pairs.jsonl')))
  })

  it('names line and field of what is wrong', async () => {
    await run('dataset', 'build', 'outcome-labels', '-o', 'spoiled.jsonl')
    writeFileSync(at('spoiled.jsonl'), readFileSync(at('spoiled.jsonl'), 'utf8').replace('"right":false', '"right":"no"'))
    const { code, stdout } = await run('dataset', 'check', 'spoiled.jsonl')
    expect(code).toBe(1)
    expect(stdout).toMatch(/line \d+, field "right": "no"; wanted boolean/)
    expect(stdout).toMatch(/other bytes than were written/)
  })

  it("exports rows in a trainer's own format, with a recipe beside them", async () => {
    await run('dataset', 'build', 'step-pairs', '-o', 'rows.jsonl')
    const recipe = ['--format', 'trl.dpo', '--recipe', 'trl', '--model', 'my/model']
    for (const file of ['dpo.jsonl', 'dpo.parquet']) {
      const exported = await run('dataset', 'export', 'rows.jsonl', ...recipe, '-o', file, '--json')
      expect(exported.code, exported.stderr).toBe(0)
      expect(exported.json()).toMatchObject({
        format: 'trl.dpo',
        rows: expect.any(Number),
        from: { format: 'banyan-rows' },
        recipe: { files: ['dpo.trl.yaml', 'dpo.trl.sh'], command: 'trl dpo --config dpo.trl.yaml' },
      })
      expect(readFileSync(at('dpo.trl.yaml'), 'utf8')).toMatch(new RegExp(`"my/model"[\\s\\S]*data_files: "${file}"`))
      expect((await run('dataset', 'check', file, '--json')).json()).toMatchObject({
        ok: true,
        format: 'trl.dpo',
        rows: exported.json().rows,
      })
    }
    const [row] = readFileSync(at('dpo.jsonl'), 'utf8').split('\n')
    expect(Object.keys(JSON.parse(row!))).toEqual(['prompt', 'chosen', 'rejected'])
    const chats = ['--format', 'trl.reward', '--format-set', 'form=conversational', '--format-set', 'margin=true', '-o', 'reward.jsonl']
    expect((await run('dataset', 'build', 'step-pairs', ...chats)).stdout).toMatch(/format +trl.reward/)
    expect(JSON.parse(readFileSync(at('reward.jsonl'), 'utf8').split('\n')[0]!)).toMatchObject({
      chosen: [{ role: 'user' }, { role: 'assistant' }],
      margin: expect.any(Number),
    })
    expect(JSON.parse(readFileSync(at('reward.jsonl.manifest.json'), 'utf8'))).toMatchObject({
      settings: { form: 'conversational', margin: true },
    })
    writeFileSync(at('dpo.jsonl'), readFileSync(at('dpo.jsonl'), 'utf8').replace('"chosen"', '"chosn"'))
    expect((await run('dataset', 'check', 'dpo.jsonl')).stdout).toMatch(/line 1, field "chosen": nothing; wanted a text/)
  })

  it('tells of its formats', async () => {
    const lines = (await run('dataset', 'formats', '--json')).json()
    expect(lines).toContainEqual(
      expect.objectContaining({ name: 'trl.dpo', rows: ['pair'], files: ['jsonl', 'parquet'], recipes: ['trl'] }),
    )
    const { stdout } = await run('dataset', 'formats')
    for (const { name } of lines) expect(stdout).toContain(`${name}: `)
  })

  it('takes right answers from a file of tasks, and refuses those that are held out', async () => {
    const tasks = ['--environment', 'game24']
    const graded = await run('dataset', 'build', 'outcome-labels', ...tasks, '--references', 'tasks.jsonl', '-o', 'graded.jsonl', '--json')
    expect(graded.json()).toMatchObject({ oracle: true })
    const refused = await run('dataset', 'build', 'verified-traces', ...tasks, '--held-out', 'tasks.jsonl', '-o', 'none.jsonl')
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('held-out task {"numbers":[4,9,10,13]}') })
    expect(existsSync(at('none.jsonl'))).toBe(false)
    const skipping = ['--held-out', 'tasks.jsonl', '--skip-held-out', '-o', 'none.jsonl', '--json']
    expect((await run('dataset', 'build', 'verified-traces', ...tasks, ...skipping)).json()).toMatchObject({
      rows: 0,
      build: { skipped: { 'held-out': 1 } },
    })
  })

  it.each([
    [['build', 'step-pears', '-o', 'x.jsonl'], /"step-pears"[\s\S]*Did you mean "step-pairs"/],
    [['build', 'step-pairs', '--set', 'margn=1', '-o', 'x.jsonl'], /"margn"[\s\S]*Did you mean "margin"/],
    [['build', 'step-pairs', '--set', 'margin=-1', '-o', 'x.jsonl'], /"margin" of step-pairs.*got -1.*>0/],
    [['build', 'step-pairs'], /not named[\s\S]*-o/],
    [['build', 'step-pairs', '--format', 'trl.dop', '-o', 'x.jsonl'], /format of data files/],
    [['build', 'step-pairs', '--format', 'trl.dpo', '--format-set', 'form=chat', '-o', 'x.jsonl'], /"form" of trl.dpo.*"chat".*"standard"/],
    [['build', 'step-pairs', '--recipe', 'trl', '-o', 'x.jsonl'], /trl has no trainer.*banyan-rows/],
    [['build', 'step-pairs', '--format', 'trl.dpo', '--recipe', 'tlr', '-o', 'x.jsonl'], /recipe[\s\S]*Did you mean "trl"/],
    [['build', 'step-pairs', '--held-out', 'tasks.jsonl', '-o', 'x.jsonl'], /need an environment/],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stderr } = await run('dataset', ...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})
