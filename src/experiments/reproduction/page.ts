// The page of a system: what its card says, what was found, pictures, and the command that made it. Made, never written by hand.
import { curvesPicture } from '../../learning/telemetry/curves-picture.ts'
import type { Figure } from '../experiment.ts'
import type { Card } from '../system.ts'
import { intervalsPicture } from './intervals-picture.ts'
import type { Answered, ArmSummary, ClaimResult, Reproduction } from './results.ts'

/** Options of a system's page. */
export interface PageOptions {
  readonly card: Card
  readonly result: Reproduction
  readonly figures: readonly Figure[]
  /** The line that makes the result again. */
  readonly command: string
}

/**
 * Files of the page by their paths: `<slug>.md`, and its pictures beside it in `pictures/`.
 * @example
 * for (const [path, text] of systemPage({ card, result, figures: [], command })) writeFileSync(join('docs/systems', path), text)
 */
export function systemPage({ card, result, figures, command }: PageOptions): ReadonlyMap<string, string> {
  const pictures = picturesOf(card.slug, result, figures)
  const main = result.claims.find((claim) => claim.main)!
  const page = [
    `# ${card.name}`,
    `${card.claim}`,
    `*${card.title}*, ${card.authors.join(', ')}, ${card.year}: <${card.link}>`,
    '## How it works',
    card.mechanism.map((line, at) => `${at + 1}. ${line}`).join('\n'),
    '## What was found',
    `**${capital(main.verdict)}**: ${main.text}.`,
    claimTable(result.claims),
    ...pictures.map(({ path, title }) => `![${title}](${path})`),
    armTable(result.arms),
    `Made by \`${command}\`: ${result.scale}, ${Math.round(result.seconds)} processor seconds, ${versionText(result)}. Intervals are 95 %.`,
    '## What is as in the paper, and what is not',
    card.faithful.map((line) => `- As there: ${line}`).join('\n'),
    card.smaller.map((line) => `- Other: ${line}`).join('\n'),
    `The reference answer is used for: ${card.oracle}.`,
    `Constants: ${card.tuned}.`,
  ]
  return new Map([[`${card.slug}.md`, `${page.join('\n\n')}\n`], ...pictures.map(({ path, svg }) => [path, svg] as const)])
}

/** The table of all systems; those without a recorded result say so. */
export function systemIndex(systems: readonly { readonly card: Card; readonly result: Reproduction | undefined }[]): string {
  const rows = systems.map(({ card, result }) => [
    result === undefined ? card.name : `[${card.name}](${card.slug}.md)`,
    `\`${card.slug}\``,
    card.family,
    card.claim,
    result === undefined ? 'not recorded' : result.verdict,
    result === undefined ? '' : String(Math.round(result.seconds)),
  ])
  const text = [
    '# Systems',
    "Published systems, each an assembly of Banyan's parts: usable on one's own tasks, and reproduced against its paper's baselines at equal budget.",
    table(['system', 'name', 'family', 'what its paper says', 'main claim', 'processor seconds'], rows),
    'How they are made and judged: [write a system](../guide/write-a-system.md). All of this is made by `npm run pages` from cards and recorded results.',
  ]
  return `${text.join('\n\n')}\n`
}

interface Picture {
  readonly path: string
  readonly title: string
  readonly svg: string
}

/** Curves where the experiment has some, and the main claim's metric with its intervals. */
function picturesOf(slug: string, { claims, arms }: Reproduction, figures: readonly Figure[]): Picture[] {
  const metric = claims.find((claim) => claim.main)!.metric
  const rows = arms.flatMap(({ name, metrics }) => (metrics[metric]?.mean == null ? [] : [{ name, ...metrics[metric] }]))
  const title = `${capital(metric)}, means over seeds`
  const intervals = rows.length < 2 ? [] : [{ path: `pictures/${slug}.svg`, title, svg: intervalsPicture(title, metric, rows) }]
  const curves = figures.flatMap(({ title, metric, x, y }, at) => {
    const runs = arms.flatMap(({ name, curves }) => (curves[metric]?.length ? [{ name, curve: curves[metric] }] : []))
    return runs.length === 0 ? [] : [{ path: `pictures/${slug}-${at + 1}.svg`, title, svg: curvesPicture({ title, x, y, runs }) }]
  })
  return [...intervals, ...curves]
}

function claimTable(claims: readonly ClaimResult[]): string {
  const rows = claims.flatMap((claim) =>
    [claim, ...claim.also].map((one, at) => [
      at === 0 ? `${claim.text}${claim.main ? ' (main)' : ''}` : '',
      ...answerCells(one),
      at === 0 ? claim.verdict : '',
    ]),
  )
  return table(['claim', 'compared', 'found', '95 % interval', 'wanted', 'budget each', 'verdict'], rows)
}

function answerCells({ first, second, metric, by, difference, interval, wanted, budget }: Answered): string[] {
  const what = second === null ? first : `${first} ${by === 'ratio' ? '/' : '−'} ${second}`
  const [low, high] = interval.map((bound) => (bound === null ? '∞' : shown(bound)))
  const amount = `${shown((budget.first + budget.second) / 2)} ${budget.unit}`
  return [`${metric}: ${what}`, difference === null ? '' : shown(difference), `${low} to ${high}`, wanted, amount]
}

function armTable(arms: readonly ArmSummary[]): string {
  const metrics = [...new Set(arms.flatMap((arm) => Object.keys(arm.metrics)))]
  const units = [...new Set(arms.flatMap(({ spent }) => Object.keys(spent)))]
  const rows = arms.map(({ name, text, metrics: found, spent, rate }) => [
    `**${name}**: ${text}${rate === undefined ? '' : ` (rate ${rate})`}`,
    ...metrics.map((metric) => (found[metric]?.mean == null ? '' : shown(found[metric].mean))),
    ...units.map((unit) => (spent[unit] === undefined ? '' : shown(spent[unit]))),
  ])
  return table(['arm', ...metrics, ...units.map((unit) => `${unit} spent`)], rows)
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Three digits, without more noise than that. */
export function shown(value: number): string {
  const size = Math.abs(value)
  if (value === 0 || (size >= 1000 && Number.isInteger(value))) return String(value)
  const text = size >= 1000 ? value.toFixed(0) : size >= 0.001 ? String(Number(value.toPrecision(3))) : value.toExponential(1)
  return text.replace('-', '−')
}

function versionText({ versions }: Reproduction): string {
  return Object.entries(versions)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
