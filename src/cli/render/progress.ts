// Progress of long work: one line that is drawn again on a terminal, a plain line every few seconds elsewhere. Goes to stderr,
// so that results on stdout stay clean. It knows nothing of the work.
import { createLogUpdate } from 'log-update'
import { shorten } from './columns.ts'
import { sanitize } from './sanitize.ts'
import type { Terminal } from './terminal.ts'

export interface ProgressOptions {
  readonly title: string
  /** How much there is to do; absent when not known: then no share and no time left are shown. */
  readonly total?: number
  /** What is counted, as a plural; `bytes` are shown as kB, MB, GB. Default: nothing is named. */
  readonly unit?: string
  /** Default: stderr. */
  readonly stream?: Terminal
  /** Milliseconds, any origin. Default: the process's monotonic clock. */
  readonly now?: () => number
}

export interface Progress {
  /** `done` of the total, in all; `note` is shown at the end of the line. What the first call says was there before counts as done, not as speed. */
  update(done: number, note?: string): void
  /** Draws the last state once more and leaves it. */
  end(note?: string): void
}

/**
 * A progress line with rate and time left.
 *
 * @example
 * const line = progress({ title: 'smollm2-135m', total: 98_362_432, unit: 'bytes' })
 * line.update(0)
 * line.update(1_000_000)
 * line.end()
 */
export function progress(options: ProgressOptions): Progress {
  const { title, total, unit = '', stream = process.stderr, now = () => performance.now() } = options
  const live = stream.isTTY === true
  const draw = live ? createLogUpdate(stream) : undefined
  const pause = live ? 100 : 5_000
  let first: { readonly at: number; readonly done: number } | undefined
  let drawn = Number.NEGATIVE_INFINITY
  let done = 0
  let note = ''

  const show = (at: number) => {
    drawn = at
    const line = describe({ title, total, unit, done, note, fresh: done - (first?.done ?? 0), seconds: (at - (first?.at ?? at)) / 1000 })
    if (draw === undefined) stream.write(`${line}\n`)
    else draw(shorten(line, (stream.columns || 80) - 1))
  }

  return {
    update(next, text = note) {
      const at = now()
      first ??= { at, done: next }
      done = next
      note = text
      if (at - drawn >= pause) show(at)
    },
    end(text = note) {
      note = text
      show(now())
      draw?.done()
    },
  }
}

interface Snapshot {
  readonly title: string
  readonly total: number | undefined
  readonly unit: string
  readonly done: number
  readonly note: string
  readonly fresh: number
  readonly seconds: number
}

function describe({ title, total, unit, done, note, fresh, seconds }: Snapshot): string {
  const rate = seconds > 0 && fresh > 0 ? fresh / seconds : undefined
  const parts = [total === undefined ? amount(done, unit) : `${share(done, total)}  ${amount(done, unit)} of ${amount(total, unit)}`]
  if (rate !== undefined) parts.push(`${amount(rate, unit)}/s`)
  if (rate !== undefined && total !== undefined && done < total) parts.push(`${duration((total - done) / rate)} left`)
  else if (seconds >= 1) parts.push(duration(seconds))
  if (note !== '') parts.push(note)
  return sanitize(`${title}  ${parts.join(' · ')}`)
}

function share(done: number, total: number): string {
  return `${String(total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 100).padStart(3)} %`
}

/** A count in words: `12 tasks`, `98.4 MB`, `0.25 tasks`. */
function amount(value: number, unit: string): string {
  if (unit === 'bytes') {
    const step = value >= 1e9 ? ['GB', 1e9] : value >= 1e6 ? ['MB', 1e6] : ['kB', 1e3]
    return `${(value / Number(step[1])).toFixed(1)} ${step[0]}`
  }
  const text = Number.isInteger(value) ? String(value) : value >= 100 ? value.toFixed(0) : value.toPrecision(2)
  return unit === '' ? text : `${text} ${unit}`
}

/** A length of time for people: `8 s`, `2 min 5 s`, `1 h 3 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
