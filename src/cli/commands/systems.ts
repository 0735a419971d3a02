// `banyan systems`: the published systems that are here, what they claim, and what was found.
import type { System, SystemTraining } from '../../experiments/system.ts'
import { allSystems, systemNamed } from '../catalogue.ts'
import { print, printJson } from '../output.ts'
import { recordedReproduction } from '../recorded-reproduction.ts'
import { shorten } from '../render/columns.ts'
import { claimLines } from '../render/reproduction.ts'
import { table } from '../render/table.ts'
import { json } from '../shared-arguments.ts'
import { verb } from '../verb.ts'

const show = verb({
  name: 'show',
  summary: 'one system: its paper, how it works, what is here of it, what was found',
  args: { slug: { type: 'positional', description: 'its name', required: true }, json },
  examples: ['banyan systems show ets', 'banyan systems show ets --json'],
  async run(values) {
    const found = await systemNamed(values.slug)
    const recorded = recordedReproduction(values.slug)
    if (values.json) return printJson({ card: found.card, uses: usesOf(found), recorded: recorded ?? null })
    const { card } = found
    print(`${card.name} (${card.slug}), ${card.family}`)
    print(`${card.authors.join(', ')}: ${card.title}, ${card.year}. ${card.link}\n`)
    print(`${card.claim}\n`)
    for (const [at, line] of card.mechanism.entries()) print(`  ${at + 1}. ${line}`)
    list('As in the paper', card.faithful)
    list('Smaller, or other', card.smaller)
    print(`\nThe reference answer is used for: ${card.oracle}\nConstants: ${card.tuned}`)
    if (found.training !== undefined) print(`\nRows of your own runs: ${rowsLine(found.training)}`)
    for (const use of usesOf(found)) print(`\nOn your own tasks: ${use}`)
    print(`Reproduce it:      banyan reproduce ${card.slug}`)
    if (recorded === undefined) return print('\nNo result is recorded.')
    print(`\nRecorded (${recorded.scale}, seeds ${recorded.seeds.join(', ')}, ${Math.round(recorded.seconds)} processor seconds):`)
    for (const line of recorded.claims.flatMap(claimLines)) print(`  ${line}`)
  },
})

export const systems = verb({
  name: 'systems',
  summary: 'published systems, each an assembly of parts that can be used and reproduced',
  args: { json },
  examples: ['banyan systems', 'banyan systems show ets', 'banyan systems --json'],
  subCommands: { show },
  async run(values) {
    const found = (await allSystems()).map((system) => ({ ...system, recorded: recordedReproduction(system.card.slug) }))
    if (values.json) {
      printJson({
        systems: found.map(({ card, recorded, ...system }) => ({
          ...{ slug: card.slug, family: card.family, claim: card.claim },
          ...{ verdict: recorded?.verdict ?? null, seconds: recorded?.seconds ?? null, uses: usesOf({ card, ...system }), card },
        })),
      })
      return
    }
    const rows = found.map(({ card, recorded }) => [
      ...[card.slug, card.family, shorten(card.claim, 90)],
      ...[recorded?.verdict ?? 'not recorded', recorded === undefined ? '' : String(Math.round(recorded.seconds))],
    ])
    print(table(['system', 'family', 'claim', 'verdict', 'seconds'], rows, { width: process.stdout.columns ?? 160 }))
  },
})

function rowsLine({ rows: { builder, options } }: SystemTraining): string {
  const settings = Object.entries(options).map(([name, value]) => ` --set ${name}=${String(value)}`)
  return `banyan dataset build ${builder}${settings.join('')} -o rows.jsonl`
}

/** Lines that use it on one's own tasks. */
function usesOf({ card, search, training, guard }: System): string[] {
  return [
    ...(search === undefined ? [] : [`banyan solve --system ${card.slug} "…"`]),
    ...(training === undefined ? [] : [`banyan train --system ${card.slug} --data rows.jsonl --out nets/${card.slug}`]),
    ...(guard === undefined ? [] : ['banyan guard check policy.json --tools tools.json']),
  ]
}

function list(title: string, lines: readonly string[]): void {
  print(`\n${title}:`)
  for (const line of lines) print(`  - ${line}`)
}
