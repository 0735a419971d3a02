// Arms with their mean of one metric and its interval, one line each, in one picture (SVG). It opens anywhere and loads nothing.

import { shortAmount, ticksOf } from '../../learning/telemetry/ticks.ts'
import { element, label, picture, type Svg, textWidth } from '../../traces/export/svg.ts'

export interface IntervalRow {
  readonly name: string
  readonly mean: number | null
  /** At 95 %; null bounds are not drawn. */
  readonly interval: readonly [number | null, number | null]
  /** Values of single seeds, drawn as small marks. */
  readonly perSeed?: readonly (number | null)[]
}

const font = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"
const [ink, muted, grid, mark] = ['#1f2a33', '#6b7884', '#e4eaee', '#0072b2']
const fontSize = 12.5
const rowHeight = 30
const plotWidth = 520

/**
 * Draws intervals.
 * @param rows at least one with a mean; others are left out.
 * @example
 * writeFileSync('solved.svg', intervalsPicture('Solved, 95 % intervals over seeds', 'share solved', rows))
 */
export function intervalsPicture(title: string, x: string, rows: readonly IntervalRow[]): string {
  const drawn = rows.flatMap(({ mean, perSeed = [], ...row }) =>
    mean === null ? [] : [{ ...row, mean, perSeed: perSeed.filter((value) => value !== null) }],
  )
  const bounds = drawn.flatMap(({ mean, interval, perSeed }) => [mean, ...interval.filter((bound) => bound !== null), ...perSeed])
  const ticks = ticksOf(Math.min(...bounds), Math.max(...bounds), 6)
  const left = 28 + Math.max(...drawn.map(({ name }) => textWidth(label(name, 40), fontSize)))
  const top = 52
  const bottom = top + rowHeight * drawn.length
  const toX = (value: number) => left + (plotWidth * (value - ticks[0]!)) / (ticks.at(-1)! - ticks[0]!)
  const width = left + plotWidth + 28
  const height = bottom + 58
  const heading = label(title, 90)
  return picture(
    width,
    height,
    `${heading}: ${drawn.map(({ name, mean }) => `${label(name, 40)} ${shortAmount(mean)}`).join(', ')}`,
    element('rect', {
      x: 0.5,
      y: 0.5,
      width: Math.ceil(width) - 1,
      height: Math.ceil(height) - 1,
      rx: 10,
      fill: '#ffffff',
      stroke: '#e1e7eb',
    }),
    element(
      'g',
      { 'font-family': font, 'font-size': String(fontSize), fill: muted },
      text(20, 30, heading, { 'font-size': '17', 'font-weight': '650', fill: ink }),
      ...ticks.map((tick) => text(toX(tick), bottom + 20, shortAmount(tick), { 'text-anchor': 'middle' })),
      text(left + plotWidth / 2, bottom + 44, label(x, 80), { 'text-anchor': 'middle', fill: ink }),
      ...drawn.map(({ name }, at) => text(left - 12, middle(top, at) + 4, label(name, 40), { 'text-anchor': 'end', fill: ink })),
    ),
    element(
      'g',
      { stroke: grid, 'stroke-width': 1 },
      ...ticks.map((tick) => element('line', { x1: toX(tick), x2: toX(tick), y1: top, y2: bottom })),
    ),
    ...drawn.map((row, at) => rowMarks(row, middle(top, at), toX)),
  )
}

interface DrawnRow extends IntervalRow {
  readonly mean: number
  readonly perSeed: readonly number[]
}

function middle(top: number, at: number): number {
  return top + rowHeight * (at + 0.5)
}

function rowMarks({ mean, interval: [low, high], perSeed }: DrawnRow, y: number, toX: (value: number) => number): Svg {
  const line = low === null || high === null ? [] : [element('line', { x1: toX(low), x2: toX(high), y1: y, y2: y, 'stroke-width': 3 })]
  const seeds = perSeed.map((value) => element('circle', { cx: toX(value), cy: y + 8, r: 2, fill: muted, stroke: 'none' }))
  return element('g', { stroke: mark, fill: mark }, ...line, ...seeds, element('circle', { cx: toX(mean), cy: y, r: 5 }))
}

function text(x: number, y: number, words: string, attributes: Readonly<Record<string, string>>): Svg {
  return element('text', { x, y, ...attributes }, words)
}
