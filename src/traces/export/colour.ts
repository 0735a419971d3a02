// Values as colours: one hue from light to dark, so that it reads in grey and to the colour-blind too.
import { nodesOf, type TraceNode } from '../query.ts'

const stops = [
  [0xd8, 0xe2, 0xe8],
  [0x9d, 0xc9, 0xcd],
  [0x4f, 0xa3, 0x9f],
  [0x1b, 0x75, 0x70],
  [0x0a, 0x45, 0x46],
] as const

/** The colours from the lowest value to the highest, evenly apart. */
export const scale: readonly string[] = stops.map((stop) => `#${stop.map(hex).join('')}`)

/** The colour of a share in [0, 1]. */
export function colourOf(share: number): string {
  const position = Math.min(1, Math.max(0, share)) * (stops.length - 1)
  const low = stops[Math.floor(position)] ?? stops[0]
  const high = stops[Math.ceil(position)] ?? low
  const part = position - Math.floor(position)
  return `#${low.map((channel, i) => hex(channel + part * ((high[i] as number) - channel))).join('')}`
}

/** The range that a legend shows: [0, 1] or [-1, 1] where the values lie within, else their own. */
export function valueRange(root: TraceNode): readonly [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const { value } of nodesOf(root)) {
    if (value === undefined || !Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return undefined
  if (low >= 0 && high <= 1) return [0, 1]
  if (low >= -1 && high <= 1) return [-1, 1]
  return low === high ? [low - 1, high + 1] : [low, high]
}

function hex(channel: number): string {
  return Math.round(channel).toString(16).padStart(2, '0')
}
