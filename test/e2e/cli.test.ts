// The command line through real processes: what it prints, how it ends, and what it keeps.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tinyGguf } from '../../src/testing/tiny-gguf.ts'
import { banyan, start, temporaryFolder } from './banyan-process.ts'

const folder = temporaryFolder()
const run = (...args: string[]) => banyan(folder.path, args)
const puzzle = ['--environment', 'game24', '--task', '{"numbers":[4,9,10,13]}']
// A search that goes on for many seconds, and can be stopped in between.
const slow = ['Think about trees.', '--model', 'scripted-slow', '--searcher', 'mcts', '--budget', 'tokens=1500']

beforeAll(async () => {
  const made = await run('solve', ...puzzle, '--run-id', 'first', '--budget', 'expansions=200')
  expect(made.code, made.stderr).toBe(0)
})
afterAll(() => folder.remove())

describe('help', () => {
  it('is there for every verb, with examples', async () => {
    const verbs = [
      ...['solve', 'compare', 'resume', 'fork', 'runs', 'models', 'doctor', 'runs tree', 'runs replay', 'models pull'],
      ...['train', 'self-train', 'kit', 'kit build', 'kit show'],
      ...['dataset', 'dataset build', 'dataset show', 'dataset check', 'dataset export', 'dataset formats'],
    ]
    const helps = await Promise.all(verbs.map((verb) => run(...verb.split(' '), '--help')))
    for (const [place, { code, stdout, stderr }] of helps.entries()) {
      expect(code).toBe(0)
      expect(stderr).toBe('')
      expect(stdout).toMatch(/USAGE/)
      expect(stdout.split('EXAMPLES')[1]).toContain(`banyan ${verbs[place]}`)
    }
  })

  it('names all verbs when none is given', async () => {
    const { code, stdout } = await run()
    expect(code).toBe(0)
    const verbs = ['solve', 'compare', 'resume', 'fork', 'runs', 'train', 'self-train', 'kit', 'dataset', 'models', 'doctor']
    for (const verb of verbs) expect(stdout).toContain(verb)
    expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('a local model in our own decoder', () => {
  it('gives the same tree for the same seed', async () => {
    const model = join(folder.path, 'tiny.gguf')
    writeFileSync(model, tinyGguf())
    const solve = ['solve', 'the dog', '--model', `exact:${model}`, '--searcher', 'mcts', '--budget', 'tokens=120', '--json']
    const [first, again, other] = await Promise.all([
      run(...solve, '--run-id', 'exact-1', '--seed', '3'),
      run(...solve, '--run-id', 'exact-2', '--seed', '3'),
      run(...solve, '--run-id', 'exact-3', '--seed', '4'),
    ])
    expect(first.code, first.stderr).toBe(0)
    const digest = ({ stdout }: typeof first) => JSON.parse(stdout).digest
    expect(digest(again)).toBe(digest(first))
    expect(digest(other)).not.toBe(digest(first))
  }, 60_000)
})

describe('mistakes', () => {
  it.concurrent.each([
    [['slove'], /command.*"slove"[\s\S]*Did you mean "solve"/],
    [['solve'], /nothing to solve/],
    [['solve', 'x', '--seracher', 'mcts'], /"--seracher"[\s\S]*Did you mean "--searcher"/],
    [['solve', 'x', '--searcher'], /--searcher needs a value/],
    [['solve', 'x', 'y'], /one argument too many/],
    [['solve', ...puzzle, '--searcher', 'mctss'], /"mctss"[\s\S]*Did you mean "mcts"/],
    [['solve', ...puzzle, '--searcher', 'mcts', '--set', 'explorations=1'], /"explorations"[\s\S]*Did you mean "exploration"/],
    [['solve', ...puzzle, '--searcher', 'mcts', '--set', 'exploration=-1'], /"exploration".*got -1.*at least 0/],
    [['solve', ...puzzle, '--set', 'exploration'], /--set.*name=value/],
    [['solve', ...puzzle, '--proposer', 'unifrom'], /"unifrom"[\s\S]*Did you mean "uniform"/],
    [['solve', ...puzzle, '--evaluator', 'gaol'], /"gaol"[\s\S]*Did you mean "goal"/],
    [['solve', '--environment', 'gam24', '--task', '{}'], /"gam24"[\s\S]*Did you mean "game24"/],
    [['solve', 'x', '--model', 'exact:smollm2-135'], /"exact:smollm2-135"[\s\S]*smollm2-135m/],
    [['solve', 'x', '--model', 'smollm2-135'], /"smollm2-135"[\s\S]*Did you mean "smollm2-135m"/],
    [['solve', '--environment', 'game24', '--task', '{"numbers":[4,9,"x",13]}'], /"numbers\.2".*"x".*number/],
    [['solve', '--environment', 'game24', '--task', '{'], /--task is no JSON/],
    [['solve', '--environment', 'game24'], /needs a task[\s\S]*--task/],
    [['solve', ...puzzle, '--budget', 'expansions=0'], /expansions.*got 0.*above 0/],
    [['solve', ...puzzle, '--budget', 'expansions=-3'], /got -3/],
    [['solve', ...puzzle, '--budget', 'expansion=3'], /"expansion"[\s\S]*Did you mean "expansions"/],
    [['solve', ...puzzle, '--budget', 'expansions=many'], /expansions/],
    [['solve', ...puzzle, '--seed', '1.5'], /--seed.*"1\.5".*whole number/],
    [['solve', ...puzzle, '--run-id', '../x'], /cannot name a run/],
    [['resume', 'frist'], /"frist"[\s\S]*Did you mean "first"/],
    [['compare', '--environment', 'game24'], /--(tasks|budget) is missing/],
    [['train', '--out', 'nets/first'], /--data is missing/],
    [['train', '--data', 'rows.jsonl', '--out', 'nets/first', '--objective', 'dop'], /"dop"[\s\S]*Did you mean "dpo"/],
    [['self-train', '--band', 'hrad'], /"hrad"[\s\S]*Did you mean "hard"/],
    [['kit', 'show', '--seed', '7'], /no base of this seed/],
    [['dataset', 'build', 'step-pair', '-o', 'x.jsonl'], /"step-pair"[\s\S]*Did you mean "step-pairs"/],
    [['dataset', 'build', 'step-pairs', '-o', 'x.jsonl', '--format', 'banyan-row'], /"banyan-row"[\s\S]*Did you mean "banyan-rows"/],
    [['dataset', 'build', 'step-pairs', '-o', 'x.csv'], /x\.csv/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args)
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  it('are told as JSON too where JSON is asked for', async () => {
    const { code, json } = await run('solve', ...puzzle, '--budget', 'tokns=1', '--json')
    expect(code).toBe(2)
    expect(json().error).toMatchObject({ code: 'E_BUDGET_UNIT', message: expect.stringContaining('tokns') })
  })
})

describe('solve', () => {
  it('prints the answer, what it took, and where it is kept', async () => {
    const { code, stdout, stderr } = await run('solve', ...puzzle, '--budget', 'expansions=200')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^.*= 24\n/)
    expect(stdout).toMatch(/solved {3}yes/)
    expect(stdout).toMatch(/npx banyan runs tree [0-9a-z]{16}/)
    expect(stderr).toMatch(/trial \d+: new best/)
  })

  it('prints JSON of a fixed shape', async () => {
    const { code, json, stderr } = await run('solve', ...puzzle, '--budget', 'expansions=200', '--seed', '7', '--json')
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(json()).toMatchObject({
      runId: expect.stringMatching(/^[0-9a-z]{16}$/),
      answer: expect.any(String),
      solved: true,
      stopped: 'solved',
      usage: { expansions: expect.any(Number) },
      digest: expect.stringMatching(/^[0-9a-f]{32}$/),
      environment: 'game24',
      model: null,
      searcher: 'mcts',
      budget: { expansions: 200 },
      seed: 7,
      db: '.banyan/runs.db',
    })
  })

  it('takes a prompt, and says which budget it gave itself', async () => {
    const { code, json, stderr } = await run('solve', 'What is 17 + 25?', '--model', 'scripted', '--json')
    expect(code).toBe(0)
    expect(json()).toMatchObject({ environment: 'reasoning', model: 'scripted', budget: { tokens: 1000 } })
    expect(stderr).toMatch(/no budget was given: tokens=1000/)
  })

  it('runs nothing where only asked what it would do', async () => {
    const before = (await run('runs', 'list', '--json')).json().runs.length
    const { code, json } = await run(
      'solve',
      ...puzzle,
      '--searcher',
      'mcts',
      '--set',
      'exploration=1.2',
      '--budget',
      'expansions=9',
      '--dry-run',
      '--json',
    )
    expect(code).toBe(0)
    expect(json()).toMatchObject({
      dryRun: true,
      most: { expansions: 9 },
      usd: 0,
      spec: { searcher: 'mcts', settings: { exploration: 1.2 } },
    })
    expect((await run('runs', 'list', '--json')).json().runs.length).toBe(before)
  })

  it('takes a preset, which brings searcher, concurrency and budget', async () => {
    const { json } = await run('solve', 'Name a tree.', '--model', 'scripted', '--preset', 'fast', '--seed', '2', '--dry-run', '--json')
    expect(json()).toMatchObject({
      spec: { searcher: 'best-of-n', settings: { n: 4 }, concurrency: 4, seed: 2, budget: { tokens: 2048, calls: 128 } },
    })
    const both = await run('solve', 'Name a tree.', '--model', 'scripted', '--preset', 'fast', '--searcher', 'beam', '--dry-run')
    expect(both.code).toBe(2)
    expect(both.stderr).toContain('a preset names its searcher')
  })

  it('gives the same tree for the same seed', async () => {
    const twice = await Promise.all(
      [1, 2].map(() => run('solve', ...puzzle, '--budget', 'expansions=50', '--set', 'continueWhenSolved=true', '--seed', '3', '--json')),
    )
    expect(twice[0]!.json().digest).toBe(twice[1]!.json().digest)
  })
})

describe('a service that speaks to the terminal', () => {
  it('cannot steer it, and gets the key only where it is meant to', async () => {
    const { createServer } = await import('node:http')
    const keys: (string | undefined)[] = []
    const server = createServer((request, response) => {
      keys.push(request.headers.authorization)
      request.resume().on('end', () => {
        response.setHeader('content-type', 'application/json')
        const content = 'Yes. red \u001b[31mRED\u001b[0m \u202eback\u202c bell\u0007 \u009b2Jend. The answer is 42.'
        response.end(
          JSON.stringify({
            id: '1',
            object: 'chat.completion',
            created: 1,
            model: 'm',
            choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
            usage: { prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 },
          }),
        )
      })
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const address = `http://127.0.0.1:${(server.address() as { port: number }).port}/v1`
    try {
      const key = 'sk-canary-0123456789abcdef'
      const ask = (args: string[], environment: Record<string, string>) =>
        banyan(
          folder.path,
          ['solve', 'What is it?', '--searcher', 'best-of-n', '--set', 'n=1', '--proposer', 'whole', ...args],
          environment,
        )
      const typed = await ask(['--model', 'm', '--base-url', address, '--run-id', 'hosted'], { BANYAN_API_KEY: key })
      expect(typed.code, typed.stderr).toBe(0)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
      expect(typed.stdout + typed.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
      expect(typed.stdout).toContain('RED')
      expect(typed.stderr).toMatch(/price is not known: calls=32/)
      expect(keys[0]).toBe(`Bearer ${key}`)
      const kept = await run('runs', 'export', 'hosted')
      expect(kept.stdout).not.toContain(key)

      writeFileSync(join(folder.path, 'banyan.config.json'), JSON.stringify({ models: { mine: { baseUrl: address, id: 'm' } } }))
      keys.length = 0
      const configured = await ask(['--model', 'mine', '--json'], { BANYAN_API_KEY: key })
      expect(configured.code, configured.stderr).toBe(0)
      expect(configured.json().model).toBe('mine')
      expect(keys[0]).toBeUndefined()
      await ask(['--model', 'mine', '--json'], { BANYAN_API_KEY: key, BANYAN_BASE_URL: address })
      expect(keys.at(-1)).toBe(`Bearer ${key}`)

      const priced = await ask(['--model', 'mine', '--budget', 'usd=0.1'], {})
      expect(priced.code).toBe(2)
      expect(priced.stderr).toMatch(/price of mine is not known/)
    } finally {
      server.close()
      writeFileSync(join(folder.path, 'banyan.config.json'), '{}')
    }
  })
})

describe('a run that is interrupted', () => {
  it('is kept, refuses a second writer, and is finished by resume', async () => {
    const uninterrupted = run('solve', ...slow, '--run-id', 'whole', '--json')
    const first = start(folder.path, ['solve', ...slow, '--run-id', 'slow'])
    await first.says('trial 1:')
    const second = await run('resume', 'slow')
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(/is being written/)
    expect((await run('runs', 'show', 'slow', '--json')).json().status).toBe('running')

    first.process.kill('SIGINT')
    const stopped = await first.ended
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toContain('npx banyan resume slow')
    expect((await run('runs', 'show', 'slow', '--json')).json().status).toBe('interrupted')

    const resumed = await run('resume', 'slow', '--json')
    expect(resumed.code, resumed.stderr).toBe(0)
    const whole = await uninterrupted
    expect(resumed.json()).toMatchObject({ stopped: 'budget', unit: 'tokens', digest: whole.json().digest })
    expect(resumed.json().calls.made).toBeLessThan(whole.json().calls.made)

    const replayed = await run('runs', 'replay', 'slow', '--json')
    expect(replayed.json()).toMatchObject({ matches: true, calls: 0, digest: whole.json().digest })

    const forked = await run('fork', 'slow', '--budget', 'tokens=1600', '--run-id', 'longer', '--json')
    expect(forked.code, forked.stderr).toBe(0)
    expect(forked.json().calls.reused).toBeGreaterThan(forked.json().calls.made)
    expect((await run('runs', 'show', 'longer', '--json')).json().parent).toEqual({ runId: 'slow', relation: 'fork' })

    const again = await run('resume', 'slow', '--json')
    expect(again.json()).toMatchObject({ digest: whole.json().digest, calls: { made: 0 } })
  })

  it('shares its file with other processes', async () => {
    const many = await Promise.all(
      [1, 2, 3].map((seed) =>
        run('solve', 'Say a word.', '--model', 'scripted', '--budget', 'tokens=200', '--seed', String(seed), '--db', 'shared.db', '--json'),
      ),
    )
    expect(many.map(({ code }) => code)).toEqual([0, 0, 0])
    const { runs } = (await run('runs', 'list', '--db', 'shared.db', '--json')).json()
    expect(runs.map((one: { id: string }) => one.id).sort()).toEqual(many.map((one) => one.json().runId).sort())
    for (const one of many)
      expect((await run('runs', 'replay', one.json().runId, '--db', 'shared.db', '--json')).json()).toMatchObject({ matches: true })
  })
})

describe('runs', () => {
  it('are listed, shown, drawn, computed again and exported', async () => {
    expect((await run('runs', 'list')).stdout).toMatch(/first +.*game24 +mcts/)
    expect((await run('runs', 'show', 'first')).stdout).toMatch(/budget +\{"expansions":200\}/)
    const drawn = await run('runs', 'tree', 'first', '--lines', '12')
    expect(drawn.stdout).toMatch(/^· numbers 4, 9, 10, 13/)
    expect(drawn.stdout).toMatch(/✓/)
    expect((await run('runs', 'tree', 'first', '--json')).json()).toMatchObject({
      run: 'first',
      root: { id: 0, children: expect.any(Array) },
    })
    expect((await run('runs', 'replay', 'first', '--json')).json()).toMatchObject({ matches: true, calls: 0, computed: false })
    expect(JSON.parse((await run('runs', 'export', 'first')).stdout)).toMatchObject({ format: 'banyan-run' })
    expect((await run('runs', 'export', 'first', '--format', 'svg', '-o', 'tree.svg')).code).toBe(0)
    expect(readFileSync(join(folder.path, 'tree.svg'), 'utf8')).toMatch(/^<svg/)
    expect((await run('runs', 'export', 'first', '--format', 'sgv')).code).toBe(2)
  })

  it('that keep their seed alone are computed again', async () => {
    await run(
      'solve',
      '--environment',
      'connect-four',
      '--task',
      '{"moves":"44"}',
      '--budget',
      'expansions=300',
      '--run-id',
      'pure',
      '--json',
    )
    expect((await run('runs', 'replay', 'pure', '--json')).json()).toMatchObject({ matches: true, calls: 0, computed: true })
    expect((await run('runs', 'tree', 'pure')).stdout).toMatch(/^· moves 44 /)
    expect((await run('runs', 'export', 'pure', '--format', 'svg')).stdout).toMatch(/^<svg/)
  })

  it('are erased for good', async () => {
    await run('solve', ...puzzle, '--run-id', 'gone', '--json')
    expect((await run('runs', 'rm', 'gone', '--json')).json()).toEqual({ erased: ['gone'] })
    const { code, stderr } = await run('runs', 'show', 'gone')
    expect(code).toBe(2)
    expect(stderr).toMatch(/no run of that name/)
  })

  it('need a file that is ours', async () => {
    expect((await run('runs', 'show', 'first', '--db', 'nowhere.db')).code).toBe(2)
    writeFileSync(join(folder.path, 'other.db'), 'no database at all, but long enough to be looked at: '.repeat(100))
    const { code, stderr } = await run('runs', 'list', '--db', 'other.db')
    expect(code).toBe(1)
    expect(stderr).toMatch(/other\.db/)
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
  })
})

describe('compare', () => {
  const lines = ['{"numbers":[4,9,10,13]}', '{"numbers":[1,1,4,6]}', '{"numbers":[2,3,4,6]}', '{"numbers":[1,1,1,1]}']
  const options = ['--environment', 'game24', '--format', 'game24', '--tasks', 'puzzles.jsonl', '--budget', 'expansions=40']
  beforeAll(() => writeFileSync(join(folder.path, 'puzzles.jsonl'), `${lines.join('\n')}\n`))

  it('grades arms at equal budgets, and knows its cells again', async () => {
    const args = ['compare', ...options, '--arms', 'best-first,mcts', '--seeds', '1,2', '--json']
    const { code, json, stderr } = await run(...args)
    expect(code, stderr).toBe(0)
    const result = json()
    expect(result).toMatchObject({
      arms: [
        {
          name: 'best-first',
          tasks: 4,
          solved: expect.any(Number),
          rate: expect.any(Number),
          interval: [expect.any(Number), expect.any(Number)],
          tokens: { generated: 0, evaluated: 0 },
          calls: 0,
        },
        { name: 'mcts' },
      ],
      budget: { expansions: 40 },
      model: null,
      seeds: [1, 2],
      complete: true,
    })
    expect(result.pairs[0]).toMatchObject({
      first: 'best-first',
      second: 'mcts',
      difference: expect.any(Number),
      interval: [expect.any(Number), expect.any(Number)],
    })
    // The last puzzle has no solution, which the grader alone cannot be talked out of.
    expect(result.arms[1].solved).toBeLessThanOrEqual(6)
    const again = await run(...args)
    expect(again.stderr).toMatch(/16 known from before/)
    expect(again.json()).toEqual(result)
    expect((await run(...args, '--fresh')).stderr).not.toMatch(/known from before/)
  })

  it('names arms by their proposers, and says whether the prior helps', async () => {
    const { code, stdout, stderr } = await run(
      'compare',
      ...options,
      '--limit',
      '3',
      '--arms',
      'mcts',
      '--proposers',
      'model,uniform',
      '--model',
      'scripted',
    )
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/mcts\/model +3/)
    expect(stdout).toMatch(/mcts\/uniform +3/)
    expect(stdout).toMatch(/the model's prior (helps|does not help)/)
  })

  it('tells a broken line by its number, or leaves it out', async () => {
    writeFileSync(join(folder.path, 'broken.jsonl'), `${lines[0]}\n{"numbers":\n{"numbers":["x"]}\n${lines[1]}\n`)
    const args = [
      'compare',
      '--environment',
      'game24',
      '--format',
      'game24',
      '--tasks',
      'broken.jsonl',
      '--budget',
      'expansions=40',
      '--arms',
      'mcts',
      '--json',
    ]
    const refused = await run(...args)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(/broken\.jsonl, line 2/)
    const { code, json, stderr } = await run(...args, '--skip-bad')
    expect(code, stderr).toBe(0)
    expect(json().arms[0].tasks).toBe(2)
    expect(json().skipped.map((one: { line: number }) => one.line)).toEqual([2, 3])
  })

  it('stops cleanly, reports what is done, and goes on where it stopped', async () => {
    const args = [
      'compare',
      '--environment',
      'reasoning',
      '--tasks',
      'questions.jsonl',
      '--model',
      'scripted-slow',
      '--arms',
      'best-of-n',
      '--budget',
      'tokens=60',
      '--jobs',
      '1',
      '--json',
    ]
    const questions = Array.from({ length: 8 }, (_, i) =>
      JSON.stringify({ task: { prompt: `What is ${i} + 1?`, answerBy: 'number' }, reference: String(i + 1) }),
    )
    writeFileSync(join(folder.path, 'questions.jsonl'), questions.join('\n'))
    const first = start(folder.path, args)
    await first.says('1 of 8')
    first.process.kill('SIGINT')
    const stopped = await first.ended
    expect(stopped.code).toBe(130)
    expect(stopped.json().complete).toBe(false)
    expect(stopped.stderr).toMatch(/the same command goes on where it stopped/)
    const done = await run(...args)
    expect(done.code, done.stderr).toBe(0)
    expect(done.json()).toMatchObject({ complete: true, arms: [{ runs: 8 }] })
    expect(done.stderr).toMatch(/[1-7] known from before/)
  })

  it('refuses what cannot be compared', async () => {
    const refusals = await Promise.all([
      run('compare', ...options, '--arms', 'mcts,mctss'),
      run('compare', ...options, '--arms', 'mcts', '--format', 'gsm8k'),
      run('compare', ...options, '--arms', 'mcts', '--seeds', '1,1'),
      run('compare', ...options, '--arms', 'mcts,mcts'),
    ])
    expect(refusals.map(({ code }) => code)).toEqual([2, 2, 2, 2])
  })
})

describe('doctor and models', () => {
  it('say what is there', async () => {
    const [looked, listed] = await Promise.all([run('doctor', '--json'), run('models', 'list', '--json')])
    expect(looked.code, looked.stdout).toBe(0)
    expect(looked.json().findings.find((one: { name: string }) => one.name === 'SQLite').state).toBe('ok')
    expect(listed.json().models.map((one: { name: string }) => one.name)).toContain('smollm2-135m')
  })

  it('say which line fetches a model that is missing', async () => {
    const missing = { BANYAN_CACHE: join(folder.path, 'no-cache') }
    const { code, stderr } = await banyan(folder.path, ['solve', 'x', '--model', 'smollm2-135m'], missing)
    expect(code).toBe(1)
    expect(stderr).toContain('npx banyan models pull smollm2-135m')
    writeFileSync(join(folder.path, 'broken.gguf'), 'GGUF')
    expect((await run('models', 'check', 'broken.gguf')).code).toBe(1)
  })
})
