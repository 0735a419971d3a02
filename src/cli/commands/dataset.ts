// `banyan dataset`: rows for training out of kept runs, and files of them.
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { setupNamed, setupNames } from '../../front/setups/index.ts'
import {
  linesOf,
  type Manifest,
  type RunsOptions,
  readManifest,
  readRows,
  type WrittenDataset,
  writeDataset,
} from '../../learning/data/index.ts'
import type { DatasetFormat } from '../../learning/data/rows.ts'
import type { WrittenRecipe } from '../../learning/export/index.ts'
import { builderLines, builderNames, builtBy, commonSettings } from '../dataset/builders.ts'
import { checkFile } from '../dataset/check-file.ts'
import { datasetFormatNamed, datasetFormatNames, formatLines, formatSettings, knownSettings } from '../dataset/formats.ts'
import { heldOutOf, referencesOf } from '../dataset/known-tasks.ts'
import { recipeFor, recipeNames } from '../dataset/recipes.ts'
import { untilInterrupted } from '../interrupt.ts'
import { amountsText, print, printJson, remark } from '../output.ts'
import { readSettings, readWhole } from '../read-values.ts'
import { shorten } from '../render/columns.ts'
import { progress } from '../render/progress.ts'
import { sanitize } from '../render/sanitize.ts'
import { db, json } from '../shared-arguments.ts'
import { openStore } from '../stored-run.ts'
import { verb, verbs } from '../verb.ts'

const output = {
  type: 'string',
  description: 'where to write; its ending says how: .jsonl, .parquet, .json, or a folder/',
  valueHint: 'file',
  alias: 'o',
} as const
const format = { type: 'string', description: `${datasetFormatNames.join(', ')}; default banyan-rows`, valueHint: 'name' } as const
const formatSet = {
  type: 'string',
  description: `a setting of the format (${formatSettings.join(', ')}), as form=conversational; may be repeated`,
  valueHint: 'name=value',
  repeatable: true,
} as const
const recipe = {
  type: 'string',
  description: `write a configuration and a command line for a trainer beside the data: ${recipeNames.join(', ')}`,
  valueHint: 'name',
} as const
const model = { type: 'string', description: 'the model that the recipe trains; default: a small one', valueHint: 'name' } as const
const skipInvalid = { type: 'boolean', description: 'leave out rows that the format cannot hold, and count them' } as const
const dataFile = { type: 'positional', description: 'a data file', required: true } as const

const build = verb({
  name: 'build',
  summary: `make rows out of kept runs: ${builderNames.join(', ')}`,
  args: {
    kind: { type: 'positional', description: builderLines.join('; '), required: true },
    output,
    format,
    'format-set': formatSet,
    recipe,
    model,
    set: {
      type: 'string',
      description: `a setting of the builder, its own or one of ${commonSettings.join(', ')}; may be repeated`,
      valueHint: 'name=value',
      repeatable: true,
    },
    run: { type: 'string', description: 'only this run; may be repeated', valueHint: 'id', repeatable: true },
    environment: { type: 'string', description: `only runs of it: ${setupNames.join(', ')}`, valueHint: 'name', alias: 'e' },
    references: { type: 'string', description: 'a file of tasks with right answers, which then decide what is right', valueHint: 'file' },
    'held-out': { type: 'string', description: 'a file of tasks of which no row may be', valueHint: 'file' },
    'tasks-format': { type: 'string', description: 'of these two files, as for `banyan compare`; default jsonl', valueHint: 'name' },
    'skip-held-out': { type: 'boolean', description: 'leave out runs of held-out tasks and count them, instead of refusing' },
    running: { type: 'boolean', description: 'also runs that are being written, up to their last record' },
    'skip-invalid': skipInvalid,
    db,
    json,
  },
  examples: [
    'banyan dataset build step-pairs --set margin=0.2 -o pairs.jsonl',
    'banyan dataset build step-pairs --set margin=0.2 --format trl.dpo --recipe trl -o dpo.parquet',
    'banyan dataset build step-labels --set label=first-error --format trl.stepwise -o steps.jsonl',
    'banyan dataset build step-values --set value=inferred --environment reasoning --references train.jsonl --tasks-format gsm8k -o values.jsonl',
    'banyan dataset build verified-traces --environment game24 --held-out test.jsonl --skip-held-out -o right.jsonl --json',
  ],
  async run(values) {
    const file = needed(values.output, '-o with the file to write')
    const chosen = formatOf(values)
    const writeRecipe = recipeFor(values.recipe, chosen.name, values.model)
    if (values.environment !== undefined) setupNamed(values.environment)
    await using store = openStore(values.db, { readOnly: true })
    using interrupt = untilInterrupted()
    const options: RunsOptions = {
      running: values.running ? 'read' : 'skip',
      skipHeldOut: values['skip-held-out'],
      signal: interrupt.signal,
      ...(await tasksOf(values)),
      ...runsOf(values),
    }
    const rows = builtBy(values.kind, readSettings(values.set), store, options)
    const line = progress({ title: values.kind, unit: 'rows' })
    const written = await unlessInterrupted(interrupt.signal, file, () =>
      writeDataset(rows, chosen, file, {
        invalid: values['skip-invalid'] ? 'skip' : 'refuse',
        onRow: (count) => line.update(count),
        signal: interrupt.signal,
      }),
    )
    line.end()
    if (written !== undefined) reportWritten(written, writeRecipe?.(written), values.json)
  },
})

const show = verb({
  name: 'show',
  summary: 'what a data file holds, and where it came from',
  args: { file: dataFile, rows: { type: 'string', description: 'so many rows from the top; default 1', valueHint: 'n' }, json },
  examples: ['banyan dataset show pairs.jsonl', 'banyan dataset show pairs.jsonl --rows 3 --json'],
  async run(values) {
    const count = readWhole('--rows', values.rows, 0) ?? 1
    const manifest = await readManifest(values.file)
    const rows: Json[] = []
    if (count > 0 && !/[/]$|[.]parquet$/.test(values.file)) {
      for await (const { line } of linesOf(values.file)) {
        rows.push(parsed(line))
        if (rows.length >= count) break
      }
    }
    if (values.json) return printJson({ file: values.file, manifest: manifest ?? null, rows })
    if (manifest === undefined) remark(`${values.file} has no manifest: it was not written by Banyan, or was moved without it`)
    else print(manifestText(manifest))
    for (const row of rows) print(`\n${sanitize(JSON.stringify(row, undefined, 2), { newlines: true })}`)
  },
})

const check = verb({
  name: 'check',
  summary: 'check every row of a data file in the words of its format, and its bytes against its manifest',
  args: {
    file: dataFile,
    format: { ...format, description: `${datasetFormatNames.join(', ')}; default: that of its manifest, else banyan-rows` },
    'format-set': formatSet,
    most: { type: 'string', description: 'most problems to tell; default 20', valueHint: 'n' },
    json,
  },
  examples: [
    'banyan dataset check pairs.jsonl',
    'banyan dataset check dpo.parquet --format trl.dpo --json',
    'banyan dataset check prm.jsonl --format open-rlhf.prm --format-set labels=soft',
  ],
  async run(values) {
    const manifest = await readManifest(values.file)
    const name = values.format ?? manifest?.format ?? 'banyan-rows'
    const line = progress({ title: values.file, unit: 'rows', ...(manifest === undefined ? {} : { total: manifest.rows }) })
    const most = readWhole('--most', values.most, 1) ?? 20
    const given = readSettings(values['format-set'], '--format-set')
    // As it was written, unless something else is asked for.
    const written = name === manifest?.format ? knownSettings(name, manifest.settings) : {}
    const chosen = datasetFormatNamed(name, { ...written, ...given })
    const { rows, bad, problems } = await checkFile(values.file, chosen, { manifest, most, onRow: line.update })
    line.end()
    if (bad > 0) process.exitCode = 1
    if (values.json) return printJson({ file: values.file, format: name, ok: bad === 0, rows, bad, problems })
    for (const { file, line, field, seen, wanted } of problems)
      print(
        `${file === undefined ? '' : `${file}, `}${line === 0 ? 'the file' : `line ${line}`}${field === '' ? '' : `, field ${JSON.stringify(field)}`}: ${seen}; wanted ${wanted}`,
      )
    print(bad === 0 ? `${rows} rows, all good as ${name}` : `${bad} problems in ${rows} rows of ${name}`)
  },
})

const exportRows = verb({
  name: 'export',
  summary: "write rows in a trainer's own format",
  args: {
    file: { ...dataFile, description: 'rows of the format banyan-rows' },
    output,
    format,
    'format-set': formatSet,
    recipe,
    model,
    'skip-invalid': skipInvalid,
    json,
  },
  examples: [
    'banyan dataset export pairs.jsonl --format trl.dpo --recipe trl -o dpo.jsonl',
    'banyan dataset export pairs.jsonl --format trl.reward --format-set form=conversational --format-set margin=true -o reward.parquet',
    'banyan dataset export steps.jsonl --format open-rlhf.prm --format-set labels=soft -o prm.jsonl --json',
  ],
  async run(values) {
    const file = needed(values.output, '-o with the file to write')
    const chosen = formatOf(values)
    const writeRecipe = recipeFor(values.recipe, chosen.name, values.model)
    using interrupt = untilInterrupted()
    const line = progress({ title: chosen.name, unit: 'rows' })
    const written = await unlessInterrupted(interrupt.signal, file, () =>
      writeDataset(readRows(values.file), chosen, file, {
        invalid: values['skip-invalid'] ? 'skip' : 'refuse',
        from: values.file,
        onRow: (count) => line.update(count),
        signal: interrupt.signal,
      }),
    )
    line.end()
    if (written !== undefined) reportWritten(written, writeRecipe?.(written), values.json)
  },
})

const formats = verb({
  name: 'formats',
  summary: 'the formats of data files: what each holds, and how it is written',
  args: { json },
  examples: ['banyan dataset formats', 'banyan dataset formats --json'],
  async run(values) {
    const lines = formatLines()
    if (values.json) return printJson(lines)
    for (const { name, summary, rows, files, settings, recipes } of lines) {
      print(`${name}: ${summary}`)
      print(`  rows ${rows.join(', ')}; files ${files.join(', ')}`)
      if (settings.length > 0) print(`  settings ${settings.join(', ')}`)
      if (recipes.length > 0) print(`  recipe ${recipes.join(', ')}`)
    }
  },
})

export const dataset = verbs(
  'dataset',
  'make rows for training out of kept runs; show, check and export files of them',
  { build, show, check, export: exportRows, formats },
  ['banyan dataset build step-pairs --set margin=0.2 -o pairs.jsonl', 'banyan dataset show pairs.jsonl'],
)

interface TaskFiles {
  readonly environment: string | undefined
  readonly references: string | undefined
  readonly 'held-out': string | undefined
  readonly 'tasks-format': string | undefined
}

async function tasksOf({ environment, references, 'held-out': heldOut, 'tasks-format': format }: TaskFiles): Promise<RunsOptions> {
  if (references === undefined && heldOut === undefined) return {}
  if (environment === undefined)
    throw new BanyanError('E_CLI_ARGUMENT', 'files of tasks need an environment', { hint: 'Name it: --environment reasoning' })
  return {
    ...(references === undefined ? {} : { references: await referencesOf(references, environment, format) }),
    ...(heldOut === undefined ? {} : { heldOut: await heldOutOf(heldOut, environment, format) }),
  }
}

function runsOf({ run, environment }: { readonly run: readonly string[]; readonly environment: string | undefined }): RunsOptions {
  if (run.length > 0) return { runs: run }
  return environment === undefined ? {} : { runs: (summary) => summary.environment === environment }
}

/** Ctrl-C ends the writing; what stood under the name before is as it was. */
async function unlessInterrupted<Result>(signal: AbortSignal, file: string, write: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await write()
  } catch (error) {
    if (!signal.aborted) throw error
    remark(`nothing was written to ${file}; what was there before is untouched`)
    return undefined
  }
}

interface FormatArguments {
  readonly format: string | undefined
  readonly 'format-set': readonly string[]
}

function formatOf({ format, 'format-set': settings }: FormatArguments): DatasetFormat {
  return datasetFormatNamed(format ?? 'banyan-rows', readSettings(settings, '--format-set'))
}

function reportWritten(written: WrittenDataset, recipe: WrittenRecipe | undefined, asJson: boolean): void {
  if (asJson) {
    printJson(recipe === undefined ? written : { ...written, recipe })
    return
  }
  print(`${written.rows} rows written to ${written.file}\n${manifestText(written)}`)
  if (recipe !== undefined) print(`recipe     ${recipe.files.join(', ')}\n\nin the folder of the data:\n  ${recipe.command}`)
}

function manifestText({ format, settings, rows, kinds, tasks, oracle, refused, sha256, build }: Manifest): string {
  const lines: [string, string][] = [
    ['format', `${format}${settings === undefined ? '' : ` ${JSON.stringify(settings)}`}`],
    ['rows', `${rows}${Object.keys(kinds).length === 0 ? '' : ` (${Object.keys(kinds).join(', ')})`}`],
    ['tasks', String(tasks)],
    ['oracle', oracle ? 'yes: some rows were made with the reference answer' : 'no'],
  ]
  if (build !== undefined) {
    lines.push(['builder', `${build.builder} ${JSON.stringify(build.options)}`])
    lines.push(['runs', `${Object.keys(build.runs).length}${build.unfinished > 0 ? `, ${build.unfinished} of them unfinished` : ''}`])
    lines.push(['runs left', countsText(build.skipped)])
    for (const { runId, reason } of build.damaged) lines.push(['damaged', `${runId}: ${shorten(sanitize(reason), 120)}`])
    lines.push(['no rows', countsText(build.left)])
    lines.push(['used', amountsText(build.usage)])
  }
  lines.push(['refused', countsText(refused)], ['sha256', sha256])
  return lines
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${name.padEnd(10)} ${text}`)
    .join('\n')
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ')
}

function needed(value: string | undefined, wanted: string): string {
  if (value !== undefined) return value
  throw new BanyanError('E_CLI_ARGUMENT', 'the file to write is not named', { wanted })
}

function parsed(line: string): Json {
  try {
    return JSON.parse(line) as Json
  } catch {
    return line
  }
}
