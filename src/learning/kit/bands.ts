// Bands of difficulty: how wrong the demonstrator is, how a base is trained on it, and what the base must then be able to do. Settings were
// measured; a base outside of its band teaches other things than it is meant to.
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import type { Measurement } from './measure.ts'

/** How hard problems are for a base, and how it is made so. */
export interface Band {
  /** [10]: how often the demonstrator takes each pair of verbs the wrong way round. */
  readonly ladder: readonly number[]
  /** Steps of training. */
  readonly steps: number
  /** What the base must reach on the held-out problems: least and most of each rate. */
  readonly wanted: Readonly<Partial<Record<Rate, readonly [number, number]>>>
}

/** `pass16`: solved by at least one of 16 samples. */
export type Rate = 'greedy' | 'pass1' | 'pass16'

/** The bands by name. */
export const bands = {
  /** For policy optimisation: about one sample in four is right. */
  medium: {
    ladder: [0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75],
    steps: 1500,
    wanted: { greedy: [0.35, 0.45], pass1: [0.2, 0.3], pass16: [0.85, 0.92] },
  },
  /** For self-training: about one sample in twelve is right, and half of the problems are never solved by sixteen. */
  hard: {
    ladder: [0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97],
    steps: 1300,
    wanted: { pass1: [0.06, 0.12], pass16: [0.38, 0.55] },
  },
} as const satisfies Record<string, Band>

/** `medium` or `hard`. */
export type BandName = keyof typeof bands
/** Names of the bands. */
export const bandNames = Object.keys(bands) as BandName[]

/** @throws BanyanError E_KIT_BAND for a name that is none. */
export function bandNamed(name: string): BandName {
  if (Object.hasOwn(bands, name)) return name as BandName
  throw unknownName('E_KIT_BAND', 'band', name, bandNames)
}

/** Whether every rate lies where the band wants it. */
export function isInside(name: BandName, measured: Measurement): boolean {
  return firstOutside(name, measured) === undefined
}

/** @throws BanyanError E_KIT_OUTSIDE naming the rate that is outside of the band. */
export function wantInside(name: BandName, measured: Measurement): void {
  const outside = firstOutside(name, measured)
  if (outside === undefined) return
  const [rate, [least, most]] = outside
  throw new BanyanError('E_KIT_OUTSIDE', `the base is outside of the band ${name}: ${rate}`, {
    seen: measured[rate],
    wanted: `${least} to ${most}`,
    hint: 'Bases are trained by fixed settings from fixed seeds; kernels that round in another way give others',
  })
}

function firstOutside(name: BandName, measured: Measurement) {
  const wanted = Object.entries(bands[name].wanted) as [Rate, readonly [number, number]][]
  return wanted.find(([rate, [least, most]]) => !(measured[rate] >= least && measured[rate] <= most))
}
