// Curves of several runs in one picture (SVG): axes with round numbers, a legend, and marks at checkpoints. It opens anywhere and loads nothing.
import { BanyanError } from '../../core/errors.ts'
import { element, label, picture, type Svg, textWidth } from '../../traces/export/svg.ts'
import { type Curve, heightAt, type Run } from './curves.ts'
import { shortAmount, ticksOf } from './ticks.ts'

/** Options of a picture of curves. */
export interface CurvesPictureOptions {
  readonly title: string
  /** What the axes say, with their units: `tokens generated`, `pass@1`. */
  readonly x: string
  readonly y: string
  /** The legend keeps their order. Points that are not finite are left out. */
  readonly runs: readonly Run[]
  /** Places where each curve is marked, at its interpolated height. Default none. */
  readonly checkpoints?: readonly number[]
  /** What the y axis covers at least. Default: what the curves cover. */
  readonly range?: readonly [number, number]
}

const ink = '#1f2a33'
const muted = '#6b7884'
const grid = '#e4eaee'
const font = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"
/** Told apart in grey too: neighbours differ in darkness, and from the seventh run on lines are broken. Okabe and Ito's colours without yellow. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'] as const
const dashes = [undefined, '6 4', '2 3'] as const

const plot = { width: 640, height: 320 }
const margin = { top: 56, right: 24, bottom: 54 }
const fontSize = 12.5
const mostPoints = 600

/**
 * Draws curves.
 *
 * @throws BanyanError E_TELEMETRY when no run has a point, or a range is none.
 * @example
 * const runs = [{ name: 'grpo', curve: curveOf(readTelemetry('runs/grpo/telemetry.jsonl'), 'pass1') }]
 * writeFileSync('pass1.svg', curvesPicture({ title: 'GRPO', x: 'tokens generated', y: 'pass@1', runs, range: [0, 1] }))
 */
export function curvesPicture({ title, x, y, runs, checkpoints = [], range }: CurvesPictureOptions): string {
  const drawn = runs.map(({ name, curve }) => ({
    name: label(name, 40),
    curve: curve.filter((point) => point.every(Number.isFinite)),
  }))
  const points = drawn.flatMap(({ curve }) => curve)
  if (points.length === 0)
    throw new BanyanError('E_TELEMETRY', 'there is nothing to draw', { wanted: 'a run with at least one finite point' })
  if (range !== undefined && !(Number.isFinite(range[0]) && Number.isFinite(range[1]) && range[0] < range[1]))
    throw new BanyanError('E_TELEMETRY', 'the range of the y axis is none', { seen: range, wanted: 'two numbers, the lower one first' })

  const xTicks = ticksOf(...extent(points.map(([at]) => at)), 8)
  const yTicks = ticksOf(...extent([...points.map(([, height]) => height), ...(range ?? [])]), 5)
  const yLabels = yTicks.map(shortAmount)
  const left = 44 + Math.max(...yLabels.map((text) => textWidth(text, fontSize)))
  const width = left + plot.width + margin.right
  const bottom = margin.top + plot.height
  const entries = legendOf(drawn, plot.width)
  const height = bottom + margin.bottom + entries.height
  const toX = scaleOf(xTicks, left, left + plot.width)
  const toY = scaleOf(yTicks, bottom, margin.top)
  const heading = label(title, 90)

  return picture(
    width,
    height,
    `${heading}: ${label(y, 60)} over ${label(x, 60)}`,
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
      text(left, 30, heading, { 'font-size': '17', 'font-weight': '650', fill: ink }),
      ...yTicks.map((tick, at) => text(left - 8, toY(tick) + 4, yLabels[at]!, { 'text-anchor': 'end' })),
      ...xTicks.map((tick) => text(toX(tick), bottom + 18, shortAmount(tick), { 'text-anchor': 'middle' })),
      text(left + plot.width / 2, bottom + 40, label(x, 80), { 'text-anchor': 'middle', fill: ink }),
      element(
        'text',
        { transform: `translate(20 ${margin.top + plot.height / 2}) rotate(-90)`, 'text-anchor': 'middle', fill: ink },
        label(y, 60),
      ),
      element('g', { transform: `translate(${left} ${bottom + margin.bottom + 6})`, fill: ink }, ...entries.items),
    ),
    element(
      'g',
      { stroke: grid, 'stroke-width': 1 },
      ...yTicks.map((tick) => element('line', { x1: left, x2: left + plot.width, y1: toY(tick), y2: toY(tick) })),
      element('line', { x1: left, x2: left, y1: margin.top, y2: bottom, stroke: '#b8c4cc' }),
      element('line', { x1: left, x2: left + plot.width, y1: bottom, y2: bottom, stroke: '#b8c4cc' }),
    ),
    element(
      'g',
      { fill: 'none', 'stroke-width': 2, 'stroke-linejoin': 'round' },
      ...drawn.map(({ curve }, at) => element('path', { d: pathOf(curve, toX, toY), ...strokeOf(at) })),
    ),
    ...drawn.map(({ curve }, at) => marksOf(curve, checkpoints, toX, toY, colourAt(at))),
  )
}

type Scale = (value: number) => number

/** The axis reaches from its first tick to its last. */
function scaleOf(ticks: readonly number[], from: number, to: number): Scale {
  const [low, high] = [ticks[0]!, ticks.at(-1)!]
  return (value) => from + ((to - from) * (value - low)) / (high - low)
}

function extent(values: readonly number[]): [number, number] {
  return [values.reduce((low, value) => Math.min(low, value)), values.reduce((high, value) => Math.max(high, value))]
}

/** At most so many points, evenly chosen, the first and the last among them. A single one becomes a short line. */
function pathOf(curve: Curve, toX: Scale, toY: Scale): string {
  const every = Math.max(1, (curve.length - 1) / (mostPoints - 1))
  const chosen = curve.filter((_, at) => at === curve.length - 1 || Math.floor(at / every) > Math.floor((at - 1) / every))
  const places = chosen.map(([x, y]) => `${rounded(toX(x))} ${rounded(toY(y))}`)
  if (places.length === 0) return 'M0 0'
  return `M${places.join('L')}${places.length === 1 ? 'h2' : ''}`
}

function marksOf(curve: Curve, checkpoints: readonly number[], toX: Scale, toY: Scale, colour: string): Svg {
  const marks = checkpoints.flatMap((x) => {
    const height = heightAt(curve, x)
    return height === undefined ? [] : [element('circle', { cx: toX(x), cy: toY(height), r: 3.5 })]
  })
  return element('g', { fill: '#ffffff', stroke: colour, 'stroke-width': 2 }, ...marks)
}

/** Names with a piece of their line, in as many rows as they need. */
function legendOf(runs: readonly { readonly name: string }[], width: number): { readonly items: Svg[]; readonly height: number } {
  let [x, y] = [0, 0]
  const items: Svg[] = []
  for (const [at, { name }] of runs.entries()) {
    const needed = 50 + textWidth(name, fontSize)
    if (x > 0 && x + needed > width) [x, y] = [0, y + 22]
    items.push(element('line', { x1: x, x2: x + 24, y1: y - 4, y2: y - 4, 'stroke-width': 2.5, ...strokeOf(at) }), text(x + 31, y, name))
    x += needed
  }
  return { items, height: y + 22 }
}

function strokeOf(at: number) {
  return { stroke: colourAt(at), 'stroke-dasharray': dashes[Math.floor(at / colours.length) % dashes.length] }
}

function colourAt(at: number): string {
  return colours[at % colours.length]!
}

function text(x: number, y: number, content: string, attributes: Readonly<Record<string, string>> = {}): Svg {
  return element('text', { x, y, ...attributes }, content)
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10)
}
