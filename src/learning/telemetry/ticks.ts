// Round numbers along an axis. It knows no picture.

/**
 * Steps of 1, 2 or 5 times a power of ten, the first at or below `low`, the last at or above `high`.
 * @param about how many are wished for, from 2; there are up to twice as many.
 */
export function ticksOf(low: number, high: number, about: number): number[] {
  // A flat curve gets an axis around it.
  const reach = high > low ? high - low : Math.max(Math.abs(low), 1)
  const [from, to] = high > low ? [low, high] : [low - reach / 2, low + reach / 2]
  const rough = reach / about
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((times) => times * power >= rough) ?? 10)
  const first = Math.floor(from / step + 1e-9)
  const last = Math.ceil(to / step - 1e-9)
  // Through a text: 3 · 0.1 is 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)))
}

/** `0.25`, `40k`, `1.5M`. */
export function shortAmount(value: number): string {
  const size = Math.abs(value)
  for (const [unit, name] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const)
    if (size >= unit) return `${Number((value / unit).toPrecision(4))}${name}`
  return String(Number(value.toPrecision(4)))
}
