// Every format in every kind of file that it allows: rows out of real searches are written, read back by Python's `datasets` and `pyarrow` and
// compared with what was written, checked by the format's own validator, and damaged so that it must name line and field.
//   npm run check:formats -- --json
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatPeers } from '../bench/peers/python.ts'
import { checkFile } from '../src/cli/dataset/check-file.ts'
import type { Json } from '../src/core/common.ts'
import { banyanRows, type DatasetFormat, readManifest, writeDataset } from '../src/learning/data/index.ts'
import { datasetFormats, type RecipeData, recipes, writeRecipe } from '../src/learning/export/index.ts'
import { damages } from './formats/damage.ts'
import { readBack, type WrittenFile } from './formats/read-back.ts'
import { rowsOf } from './formats/rows.ts'
import { searchedStore } from './formats/searches.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    'require-python': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(
    'npm run check:formats -- [--seed 1] [--require-python] [--json]\n\nMakes a Python environment with datasets and pyarrow on first use. Where it cannot be had, files are not read back: the report says\n"skipped", and with --require-python the exit code is 1. Exits 1 when anything failed.\n',
  )
  process.exit(0)
}
const seed = Number(values.seed)
if (!(Number.isInteger(seed) && seed >= 0)) {
  process.stderr.write(`--seed ${values.seed}: a whole number from 0 is wanted\n`)
  process.exit(2)
}

interface Variant {
  readonly format: DatasetFormat
  readonly settings: string
  readonly chat: boolean
}

/** A format in both forms where it has them, and as it comes, with texts and with chats as prompts. */
function variantsOf(name: string): Variant[] {
  const entry = datasetFormats[name]
  if (entry === undefined) return [false, true].map((chat) => ({ format: banyanRows, settings: '', chat }))
  const plain = [false, true].map((chat) => ({ format: entry.make(), settings: '', chat }))
  if (!entry.settings.includes('form')) return plain
  return ['standard', 'conversational'].map((form) => ({ format: entry.make({ form }), settings: form, chat: form === 'standard' }))
}

const folder = mkdtempSync(join(tmpdir(), 'banyan-formats-'))
const problems: string[] = []
const files: WrittenFile[] = []
const recipeFiles: WrittenFile[] = []
let damaged = 0
let refused = 0
try {
  const store = await searchedStore(seed)
  const names = [banyanRows.name, ...Object.keys(datasetFormats)]
  for (const variant of names.flatMap(variantsOf))
    for (const kind of variant.format.accepts)
      for (const as of variant.format.files) {
        const { format, settings, chat } = variant
        const name = [format.name, kind, chat ? 'chats' : 'texts', settings, as].filter((part) => part !== '').join(', ')
        const rows: Json[] = []
        const path = join(folder, as === 'json' ? `${files.length}/` : `${files.length}.${as}`)
        const watched: DatasetFormat = {
          ...format,
          encode(row) {
            const encoded = format.encode(row)
            rows.push(...encoded)
            return encoded
          },
        }
        try {
          // Steps after others have no conversational form in formats of single answers: such rows are refused.
          const { rows: count, refused: counts } = await writeDataset(rowsOf(store, kind, chat), watched, path, { invalid: 'skip' })
          refused += Object.values(counts).reduce((sum, one) => sum + one, 0)
          if (count === 0 || count !== rows.length) problems.push(`${name}: ${count} rows were written out of ${rows.length}`)
        } catch (error) {
          problems.push(`${name}: ${(error as Error).message}`)
          continue
        }
        const file: WrittenFile = { name, path, as, rows }
        files.push(file)
        for (const problem of await validated(file, format)) problems.push(`${name}: ${problem}`)
        recipeFiles.push(...recipesOf(name, { file: path, format: format.name, as, rows: rows.length }))
        const spoiled = await damages(file, format)
        damaged += spoiled.damaged
        problems.push(...spoiled.problems)
      }
  await store.close()
  const skipped = await formatPeers.packages.missing()
  if (skipped === undefined) problems.push(...(await readBack(formatPeers.python, [...files, ...recipeFiles], folder)))
  const report = {
    formats: names.length,
    files: files.length,
    rows: files.reduce((sum, { rows }) => sum + rows.length, 0),
    damaged,
    refused,
    failed: problems.length,
    ...(skipped === undefined ? {} : { skipped: `files were not read back by Python: ${skipped}` }),
    ...(problems.length === 0 ? {} : { problems }),
  }
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : reportText(report))
  if (problems.length > 0 || (skipped !== undefined && values['require-python'])) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The files of all recipes that train on the data. */
function recipesOf(name: string, data: RecipeData): WrittenFile[] {
  return Object.values(recipes)
    .filter(({ formats }) => formats.includes(data.format))
    .flatMap((recipe) => writeRecipe(recipe, data).files)
    .map((path) => ({ name: `${name}, ${basename(path)}`, path, as: 'recipe', rows: [] }))
}

/** What the format's validator says of a file that was written in it. */
async function validated({ path, rows }: WrittenFile, format: DatasetFormat): Promise<string[]> {
  const manifest = await readManifest(path)
  const { rows: count, problems: told } = await checkFile(path, format, { manifest, most: 1, onRow: () => {} })
  const found = told.map(({ line, field, seen, wanted }) => `line ${line}, field ${field}: ${seen}; wanted ${wanted}`)
  return count === rows.length ? found : [...found, `${count} rows, ${rows.length} were written`]
}

function reportText({ formats, rows, skipped, ...counts }: { formats: number; rows: number; skipped?: string; files: number }): string {
  const lines = [
    `${formats} formats, ${counts.files} files, ${rows} rows, ${damaged} damaged, ${refused} rows refused; ${problems.length} failed`,
    ...(skipped === undefined ? [] : [`skipped: ${skipped}`]),
    ...problems,
  ]
  return `${lines.join('\n')}\n`
}
