// Makes the pages of systems out of their cards and recorded results: docs/systems/*.md with pictures. `--check` writes nothing and fails where
// a page is not what would be made.
//   node scripts/system-pages.ts [--check]
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allSystems } from '../src/cli/catalogue.ts'
import { recordedReproduction } from '../src/cli/recorded-reproduction.ts'
import { systemIndex, systemPage } from '../src/experiments/reproduction/page.ts'

const folder = fileURLToPath(new URL('../docs/systems', import.meta.url))
const systems = (await allSystems()).map((system) => ({ ...system, result: recordedReproduction(system.card.slug) }))
const pages = systems.flatMap(({ card, experiment, result }) =>
  result === undefined
    ? []
    : [
        ...systemPage({
          card,
          result,
          figures: experiment.figures ?? [],
          command: `npx banyan reproduce ${card.slug} --seeds ${result.seeds.join(',')}`,
        }),
      ],
)
const files = new Map([...pages, ['README.md', systemIndex(systems)] as const])

const check = process.argv.includes('--check')
let stale = 0
for (const [name, text] of files) {
  const path = join(folder, name)
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
  stale++
  process.stdout.write(`${check ? 'not as it would be made' : 'made'}: docs/systems/${name}\n`)
  if (check) continue
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
if (check && stale > 0) process.stdout.write('npm run pages makes them\n')
process.exitCode = check && stale > 0 ? 1 : 0
