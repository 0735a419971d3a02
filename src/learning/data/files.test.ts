import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { afterAll, describe, expect, it } from 'vitest'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { memory } from '../../traces/memory.ts'
import { banyanRows } from './banyan-rows.ts'
import { linesOf } from './lines.ts'
import { manifestPath, readManifest, sha256Of } from './manifest.ts'
import { outcomeLabels } from './outcome-labels.ts'
import { preferenceTrees } from './preference-trees.ts'
import { readRows } from './read-rows.ts'
import { rolloutGroups } from './rollout-groups.ts'
import type { DatasetFormat, OutcomeRow, TrainingRow } from './rows.ts'
import { stepLabels } from './step-labels.ts'
import { stepPairs } from './step-pairs.ts'
import { stepValues } from './step-values.ts'
import { giveRun, rowsIn } from './testing/given-run.ts'
import { verifiedTraces } from './verified-traces.ts'
import { writeDataset } from './write-dataset.ts'
import { writeParquet } from './write-parquet.ts'

const folder = mkdtempSync(join(tmpdir(), 'banyan-files-'))
let files = 0
const fresh = (ending: string) => join(folder, `file-${files++}.${ending}`)
afterAll(() => rmSync(folder, { recursive: true }))

async function store() {
  const made = memory()
  const end = { terminal: true, certain: true }
  const tokens = { ids: [1, 2], logProbs: [-0.5, -1.25], model: 'm' }
  await giveRun(made, {
    root: {
      value: 0.5,
      children: [
        { text: 'rïght\u2028 "1"', value: 1, tokens, ...end },
        { text: 'wrong', value: 0, ...end },
      ],
    },
  })
  return made
}

/** Outcome rows alone, as a format of somebody else would take them. */
const completions: DatasetFormat<OutcomeRow> = {
  name: 'completions',
  accepts: ['outcome'],
  files: ['jsonl', 'json', 'parquet'],
  encode: ({ prompt, completion, right, value }) => {
    if (completion === 'wrong') throw new BanyanError('E_DATASET_ROW', 'the field "completion" is wrong')
    return [{ prompt: prompt as Json, completion, right, value }]
  },
  problem: (row) =>
    (row as { completion?: Json }).completion === 'bad' ? { field: 'completion', seen: '"bad"', wanted: 'a good one' } : undefined,
}

const outcome = (completion: string, more: Partial<OutcomeRow> = {}): OutcomeRow => ({
  row: 'outcome',
  source: { runId: 'run', node: 1, task: 'task' },
  prompt: 'What?',
  completion,
  right: true,
  value: 1,
  ...more,
})
async function* stream<Row>(...rows: readonly (Row | Error)[]): AsyncGenerator<Row> {
  for (const row of rows) {
    if (row instanceof Error) throw row
    yield row
  }
}

describe('rows of our own format', () => {
  it('are read back as they were, all kinds', async () => {
    const runs = await store()
    const builds = [stepValues, stepLabels, stepPairs, verifiedTraces, outcomeLabels, preferenceTrees, rolloutGroups]
    for (const build of builds) {
      const rows = build(runs) as ReturnType<typeof stepValues>
      const file = fresh('jsonl')
      const { rows: count } = await writeDataset(rows, banyanRows, file)
      expect(count).toBeGreaterThan(0)
      expect(await rowsIn(readRows(file))).toEqual(await rowsIn(rows))
    }
  })

  it('come with a manifest that says what they are made of, the same every time', async () => {
    const file = fresh('jsonl')
    const write = async () => writeDataset(stepPairs(await store(), { margin: 0.2, heldOut: ['x'] }), banyanRows, file)
    const { file: name, ...manifest } = await write()
    expect(name).toBe(file)
    expect(await readManifest(file)).toEqual(manifest)
    expect(manifest).toMatchObject({
      format: 'banyan-rows',
      rows: 1,
      kinds: { pair: 1 },
      tasks: 1,
      oracle: false,
      sha256: await sha256Of(file),
      build: { builder: 'stepPairs', options: { margin: 0.2, heldOut: '1 tasks' }, runs: { run: 'tree-run' }, skipped: {} },
    })
    const text = readFileSync(manifestPath(file), 'utf8')
    await write()
    expect(readFileSync(manifestPath(file), 'utf8')).toBe(text)
    const { from } = await writeDataset(readRows(file), banyanRows, fresh('jsonl'), { from: file })
    expect(from).toEqual(manifest)
    expect(manifest).not.toHaveProperty('settings')
    const told = { ...banyanRows, settings: { form: 'standard' } }
    expect((await writeDataset(readRows(file), told, fresh('jsonl'))).settings).toEqual({ form: 'standard' })
    writeFileSync(manifestPath(file), '{"version":1}')
    await expect(readManifest(file)).rejects.toMatchObject({ code: 'E_DATASET_MANIFEST', message: expect.stringContaining('"format"') })
  })

  it.each<[string, (row: Record<string, Json>) => Json, RegExp]>([
    ['a missing field', ({ chosen: _, ...row }) => row, /line 2: field "chosen" is nothing; wanted string/],
    ['a wrong type', (row) => ({ ...row, steps: 'a' }), /line 2: field "steps" is "a"; wanted array/],
    ['a wrong element', (row) => ({ ...row, steps: ['a', 2] }), /field "steps\.1" is 2; wanted string/],
    ['an unknown field', (row) => ({ ...row, extra: 1 }), /field "extra" is 1; wanted no such field/],
    ['an unknown kind', (row) => ({ ...row, row: 'pears' }), /field "row" is "pears"; wanted one of/],
    ['another kind', () => outcome('x') as unknown as Json, /field "row" is "outcome"; wanted "pair"/],
    ['a wrong margin', (row) => ({ ...row, margin: 0.5 }), /field "margin" is 0\.5; wanted chosenValue/],
    ['no margin at all', (row) => ({ ...row, margin: 0 }), /field "margin" is 0/],
    ['no object', () => [1], /line 2 is \[1\]; wanted an object/],
    ['a wrong source', (row) => ({ ...row, source: { runId: 'a', node: -1, task: 'b' } }), /field "source\.node" is -1/],
    ['a wrong prompt', (row) => ({ ...row, prompt: [] }), /field "prompt" is \[\]; wanted a text, or a list of messages/],
  ])('are refused with line and field for %s', async (_, spoil, message) => {
    const [row] = await rowsIn(stepPairs(await store()))
    const good = JSON.stringify(row)
    const file = fresh('jsonl')
    writeFileSync(file, `${good}\n${JSON.stringify(spoil(JSON.parse(good)))}\n`)
    await expect(rowsIn(readRows(file, { kind: 'pair' }))).rejects.toMatchObject({
      code: 'E_DATASET_ROW',
      message: expect.stringMatching(message),
    })
  })

  it('are refused when a line is cut, no UTF-8, not there, or of a held-out task', async () => {
    const file = fresh('jsonl')
    const good = JSON.stringify(outcome('x'))
    writeFileSync(file, `\n${good}\r\n${good.slice(0, -4)}`)
    await expect(rowsIn(readRows(file))).rejects.toMatchObject({ code: 'E_DATASET_ROW', message: expect.stringContaining('line 3') })
    writeFileSync(file, Buffer.from([0x22, 0xff, 0x22]))
    await expect(rowsIn(readRows(file))).rejects.toMatchObject({ code: 'E_DATASET_READ', message: expect.stringContaining('UTF-8') })
    await expect(rowsIn(readRows(`${file}.none`))).rejects.toMatchObject({
      code: 'E_DATASET_READ',
      message: expect.stringContaining('ENOENT'),
    })
    writeFileSync(file, good)
    await expect(rowsIn(readRows(file, { heldOut: ['task'] }))).rejects.toMatchObject({ code: 'E_DATASET_HELD_OUT' })
  })

  it('may have any texts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary', maxLength: 40 })), async (texts) => {
        const rows: TrainingRow[] = texts.map((text) => outcome(text))
        const file = join(folder, 'any.jsonl')
        await writeDataset(stream(...rows), banyanRows, file)
        expect(await rowsIn(readRows(file))).toEqual(rows)
      }),
      { numRuns: 50 },
    )
  })

  it('are cut into lines wherever the chunks of the file end', async () => {
    const file = fresh('txt')
    const lines = Array.from({ length: 3000 }, (_, i) => `${i} ${'ü€𝄞'.repeat(i % 50)}`)
    writeFileSync(file, `\ufeff${lines.join('\n')}`)
    expect((await rowsIn(linesOf(file))).map(({ line }) => line)).toEqual(lines)
  })
})

describe('writing', () => {
  it('leaves what was there when something goes wrong, and nothing beside it', async () => {
    for (const ending of ['jsonl', 'parquet', 'json']) {
      const inner = join(folder, `whole-${ending}`)
      const file = join(inner, `data.${ending}`)
      await writeDataset(stream(outcome('before')), completions, file)
      const before = readFileSync(file)
      const stop = new AbortController()
      async function* aborting() {
        yield outcome('a')
        stop.abort(new Error('stopped'))
        yield outcome('b')
      }
      await expect(writeDataset(stream(outcome('a'), new Error('the store broke')), completions, file)).rejects.toThrow('the store broke')
      await expect(writeDataset(aborting(), completions, file, { signal: stop.signal })).rejects.toThrow('stopped')
      await expect(writeDataset(stream(outcome('a', { value: Number.NaN })), completions, file)).rejects.toMatchObject({
        code: 'E_DATASET_ROW',
      })
      expect(readFileSync(file)).toEqual(before)
      expect(readdirSync(inner).sort()).toEqual([`data.${ending}`, `data.${ending}.manifest.json`])
    }
  })

  it('tells of a full disk, and leaves what was there', async () => {
    if (!existsSync('/dev/full')) return
    const { symlinkSync } = await import('node:fs')
    for (const ending of ['jsonl', 'parquet']) {
      const file = fresh(ending)
      writeFileSync(file, 'before')
      symlinkSync('/dev/full', `${file}.part`)
      await expect(writeDataset(stream(outcome('a')), completions, file)).rejects.toMatchObject({ code: 'E_FILE_WRITE', seen: 'ENOSPC' })
      expect(readFileSync(file, 'utf8')).toBe('before')
      expect(existsSync(`${file}.part`)).toBe(false)
    }
  })

  it('refuses rows that the format cannot hold, or counts them', async () => {
    const rows = () => stream(outcome('a'), outcome('wrong'), outcome('bad'))
    await expect(writeDataset(rows(), completions, fresh('jsonl'))).rejects.toMatchObject({
      code: 'E_DATASET_ROW',
      message: expect.stringMatching(/^row 2 \(run run, node 1\): the field "completion"/),
    })
    const { rows: count, refused } = await writeDataset(rows(), completions, fresh('jsonl'), { invalid: 'skip' })
    expect(count).toBe(1)
    expect(Object.values(refused)).toEqual([1, 1])
    const pairs = stepPairs(await store()) as unknown as AsyncIterable<OutcomeRow>
    await expect(writeDataset(pairs, completions, fresh('jsonl'))).rejects.toMatchObject({ code: 'E_DATASET_FORMAT', seen: 'pair' })
    await expect(writeDataset(rows(), completions, fresh('csv'))).rejects.toMatchObject({ code: 'E_DATASET_FORMAT' })
    await expect(writeDataset(rows(), banyanRows as never, fresh('parquet'))).rejects.toMatchObject({ code: 'E_DATASET_FORMAT' })
    await expect(writeDataset(rows(), completions, fresh('jsonl'), { heldOut: ['task'] })).rejects.toMatchObject({
      code: 'E_DATASET_HELD_OUT',
    })
  })

  it('puts one document into a file, and several into a folder', async () => {
    const rows = [outcome('a'), outcome('b', { source: { runId: 'other', node: 2, task: 'task' } })]
    await expect(writeDataset(stream(...rows), completions, fresh('json'))).rejects.toMatchObject({ code: 'E_DATASET_DOCUMENTS' })
    const path = `${join(folder, 'documents')}/`
    expect(await writeDataset(stream(...rows), completions, path)).toMatchObject({ rows: 2, tasks: 1 })
    expect(readdirSync(path).sort()).toEqual(['other-2.json', 'run-1.json'])
    expect((await readManifest(path))?.rows).toBe(2)
  })
})

describe('Parquet', () => {
  const read = async (file: string): Promise<unknown> => {
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(file) })
    return JSON.parse(JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? Number(value) : (value ?? null))))
  }

  it('holds nested lists and structs, with types that widen until the last row', async () => {
    const file = fresh('parquet')
    const rows = [
      {
        text: 'a',
        whole: 1,
        number: 1,
        list: [[1], []],
        chat: [{ role: 'user', content: 'x' }],
        maybe: null,
        deep: { a: { b: [true] } },
        none: {},
      },
      { text: 'ü', whole: 2 ** 40, number: 1.5, list: [], chat: [], maybe: 'yes', deep: { a: null, c: 'late' }, none: {} },
      { text: '', whole: -3, number: 2, list: [[2, 3]], chat: [{ role: 'system', content: 'y' }] },
    ]
    expect(await writeParquet(rows, file, { groupRows: 2 })).toMatchObject({ rows: 3 })
    expect(await read(file)).toEqual(
      [
        { ...rows[0], none: undefined, deep: { a: { b: [true] }, c: null } },
        { ...rows[1], none: undefined, deep: { a: null, c: 'late' } },
        { ...rows[2], maybe: null, deep: null },
      ].map(({ none: _, ...row }: Record<string, unknown>) => row),
    )
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(file))
    expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([2, 1])
    expect(existsSync(`${file}.rows`)).toBe(false)
  })

  it('gives back any table of texts, numbers and lists', async () => {
    const row = fc.record({
      text: fc.string({ unit: 'grapheme' }),
      whole: fc.maxSafeInteger(),
      number: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
      truths: fc.array(fc.boolean()),
      tree: fc.array(fc.record({ label: fc.string({ maxLength: 3 }), values: fc.array(fc.integer()) })),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 7 }), async (rows, groupRows) => {
        const file = join(folder, 'any.parquet')
        await writeParquet(rows, file, { groupRows })
        expect(await read(file)).toEqual(rows)
      }),
      { numRuns: 30 },
    )
  })

  it('refuses a column of two types by its name, and writes a file without rows', async () => {
    const file = fresh('parquet')
    const mixed = [{ a: { prompt: 'x' } }, { a: { prompt: [] } }]
    await expect(writeParquet(mixed, file)).rejects.toMatchObject({
      code: 'E_DATASET_COLUMN',
      message: expect.stringContaining('"a.prompt"'),
    })
    await expect(writeParquet([[1]], file)).rejects.toMatchObject({ code: 'E_DATASET_ROW' })
    expect(existsSync(file)).toBe(false)
    expect(await writeParquet([], file)).toMatchObject({ rows: 0 })
    expect(await read(file)).toEqual([])
  })
})
