// Recipes: the files beside the data, and a command line that a shell reads as it was meant.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { datasetFormats, recipes, writeRecipe } from './index.ts'
import { yaml } from './yaml.ts'

const folder = mkdtempSync(join(tmpdir(), 'banyan-recipes-'))
afterAll(() => rmSync(folder, { recursive: true }))
const trl = recipes.trl!

it('writes a configuration and a command line for TRL beside the data', () => {
  const file = join(folder, 'pairs.parquet')
  const { files, command } = writeRecipe(trl, { file, format: 'trl.dpo', as: 'parquet', rows: 200, model: 'my/model' })
  expect(files).toEqual([join(folder, 'pairs.trl.yaml'), join(folder, 'pairs.trl.sh')])
  expect(command).toBe('trl dpo --config pairs.trl.yaml')
  expect(readFileSync(files[0]!, 'utf8')).toBe(`# TRL on pairs.parquet: 200 rows of trl.dpo. Paths are from the folder of this file.
model_name_or_path: "my/model"
datasets:
  - path: "parquet"
    data_files: "pairs.parquet"
output_dir: "pairs-trl"
num_train_epochs: 1
per_device_train_batch_size: 8
gradient_accumulation_steps: 1
learning_rate: 0.000001
beta: 0.1
max_length: 1024
logging_steps: 10
seed: 42
`)
})

it.each(Object.values(recipes).flatMap((recipe) => recipe.formats.map((format) => [recipe.name, format] as const)))(
  '%s has a trainer for %s, which is a format',
  (name, format) => {
    expect(datasetFormats).toHaveProperty([format])
    const { files, command } = recipes[name]!.parts({ file: 'some data.jsonl', format, as: 'jsonl', rows: 1 })
    expect(command.length).toBeGreaterThan(1)
    expect(new Set(files.map((file) => file.name)).size).toBe(files.length)
  },
)

describe('for types that TRL has no plain command for', () => {
  const parts = (format: string) => trl.parts({ file: 'out/2 steps.jsonl', format, as: 'jsonl', rows: 5 })

  it('writes a program that trains a process reward model', () => {
    const { files, command } = parts('trl.stepwise')
    expect(command).toEqual(['python', '2 steps.trl.py', '--config', '2 steps.trl.yaml'])
    expect(files.map(({ name }) => name)).toEqual(['2 steps.trl.yaml', '2 steps.trl.py'])
    expect(files[0]!.text).toContain('step_separator: "\\n"')
    expect(files[1]!.text).toContain('step_separator: str = "\\n"')
  })

  it('writes a reward where answers are sampled, as a module that can be imported', () => {
    const { files, command } = parts('trl.prompt-only')
    expect(command).toEqual(['trl', 'grpo', '--config', '2 steps.trl.yaml'])
    expect(files[0]!.text).toContain('reward_funcs: ["_2_steps_reward.solution_reward"]')
    expect(files[1]!.name).toBe('_2_steps_reward.py')
  })
})

it('refuses formats that it has no trainer for, before anything is written', () => {
  expect(() => writeRecipe(trl, { file: join(folder, 'x.jsonl'), format: 'banyan-rows', as: 'jsonl', rows: 1 })).toThrow(
    expect.objectContaining({ code: 'E_RECIPE_FORMAT', message: expect.stringMatching(/banyan-rows.*trl\.dpo/) }),
  )
})

it.skipIf(process.platform === 'win32')('quotes what a shell would read otherwise, and runs in the folder of the data', () => {
  const odd = "it's $HOME `x`.txt"
  const recipe = { name: 'echo', formats: ['f'], parts: () => ({ files: [], command: ['cat', odd] }) }
  const { files } = writeRecipe(recipe, { file: join(folder, 'data.jsonl'), format: 'f', as: 'jsonl', rows: 1 })
  writeFileSync(join(folder, odd), 'read\n')
  expect(execFileSync('sh', [files[0]!], { encoding: 'utf8', cwd: tmpdir() })).toBe('read\n')
})

it('writes YAML with nested values', () => {
  expect(yaml('one\ntwo', { a: 'x: y', list: [1, true], inner: { b: { c: 2 } }, many: [{ d: 1, e: { f: 'g' } }, { d: 2 }] })).toBe(`# one
# two
a: "x: y"
list: [1,true]
inner:
  b:
    c: 2
many:
  - d: 1
    e:
      f: "g"
  - d: 2
`)
})
