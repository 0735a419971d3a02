// The demo as a user sees it, through real processes: without a model, with one that knows nothing, and with the embedded one where it is.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requirement } from '../../src/testing/requirements.ts'
import { banyan, start, temporaryFolder } from './banyan-process.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

describe('banyan demo without a model', () => {
  it('says so in one line, and shows three puzzles, a table, and where the runs are', async () => {
    const { code, stdout, stderr } = await banyan(folder.path, ['demo', '--model', 'none', '--seed', '101'])
    expect(code).toBe(0)
    expect(stderr).toMatch(/^without a model \(.*\): three puzzles instead/m)
    expect(stderr).toContain('tree search: mcts with uniform')
    expect(stdout.match(/^\d\. Make 24 from/gm)).toHaveLength(3)
    expect(stdout).toMatch(/^tree\s+3 of 3\s/m)
    const line = /npx banyan (runs tree \S+)/.exec(stdout)?.[1] ?? ''
    const tree = await banyan(folder.path, line.split(' '))
    expect(tree).toMatchObject({ code: 0 })
    expect(tree.stdout).toContain('✓')
  })

  it('goes on where the model cannot be fetched', async () => {
    const nowhere = { BANYAN_CACHE: join(folder.path, 'cache'), HF_ENDPOINT: 'http://127.0.0.1:9', PATH: '' }
    const { code, stdout, stderr } = await banyan(folder.path, ['demo', '--seed', '101', '--no-tree'], nowhere)
    expect(code).toBe(0)
    expect(stderr).toMatch(/^without a model \(the model smollm2-135m could not be fetched/m)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stdout).toContain('Make 24')
  })

  it('counts over many seeds', async () => {
    const ended = await banyan(folder.path, ['demo', '--model', 'none', '--seeds', '101-110', '--json'])
    expect(ended.code).toBe(0)
    expect(ended.stderr).toContain('90 of 90')
    const { alone, bestOfN, tree, tasks, model } = ended.json()
    expect({ tasks, model }).toEqual({ tasks: 30, model: null })
    expect(bestOfN).toBeGreaterThan(alone)
    expect(tree).toBeGreaterThan(bestOfN)
    expect(existsSync(join(folder.path, '.banyan'))).toBe(false)
  })
})

describe('banyan demo with a model that knows nothing', () => {
  it('shows sentences too', async () => {
    const { code, stdout } = await banyan(folder.path, ['demo', '--model', 'scripted', '--budget', 'tokens=60,expansions=30'])
    expect(code).toBe(0)
    expect(stdout).toContain('60 generated tokens for a sentence')
    expect(stdout.match(/^\d\. Write one sentence/gm)).toHaveLength(2)
    expect(stdout).toMatch(/^best-of-n\s+\d of 3\s/m)
  })

  it('stops at Ctrl-C, and says how to go on', async () => {
    const started = start(folder.path, ['demo', '--model', 'scripted-slow', '--budget', 'tokens=100000'])
    await started.says('1. Write')
    await started.says('alone')
    started.process.kill('SIGINT')
    const { code, stderr } = await started.ended
    expect(code).toBe(130)
    expect(stderr).toMatch(/go on with: npx banyan resume \S+|stopped/)
  })
})

describe('mistakes', () => {
  it.each([
    [['--seed', 'x'], 'a whole number'],
    [['--seed', '1', '--seeds', '1-2'], '--seeds cannot stand beside --seed'],
    [['--budget', 'tokens=0'], 'tokens'],
    [['--budget', 'calls=3'], 'tokens for sentences, expansions for puzzles'],
    [['--sead', '1'], '--seed'],
    [['--model', 'smollm3'], 'smollm2-135m'],
  ])('%j', async (args, told) => {
    const { code, stderr } = await banyan(folder.path, ['demo', ...args])
    expect(code).toBe(2)
    expect(stderr).toContain(told)
  })

  it('has a help with examples', async () => {
    const { code, stdout } = await banyan(folder.path, ['demo', '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('banyan demo --seeds 1-10 --json')
  })
})

describe.skipIf(!requirement('local-model').available)('banyan demo with the embedded model', () => {
  it('answers three tasks in three ways', async () => {
    const { code, stdout, stderr } = await banyan(folder.path, ['demo', '--seed', '101'])
    expect(code).toBe(0)
    expect(stderr).not.toContain('without a model')
    expect(stdout).toContain('by smollm2-135m')
    expect(stdout).toMatch(/^tree\s+[123] of 3\s/m)
  }, 300_000)
})
