// Telemetry on the disk: a line of JSON for each update, appended while it trains, so that it can be watched and survives a kill.
import { appendFileSync, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { BanyanError } from '../../core/errors.ts'
import { readText } from '../files/read-text.ts'
import { replaceFile } from '../files/replace-file.ts'

/** Numbers of one moment of a training. */
export interface TelemetryPoint {
  /** Updates so far. */
  readonly step: number
  /** Tokens that were generated so far, those of dropped branches too: what runs are compared by. */
  readonly tokens: number
  readonly [name: string]: number | undefined
}

/** A file with one line for each point. */
export interface TelemetryLog {
  readonly file: string
  /**
   * Writes a line at once. Values that are undefined are left out.
   * @throws BanyanError E_TELEMETRY naming a value that is no finite number, or a step that comes before the last one; E_FILE_WRITE when the
   * system cannot write.
   */
  append(point: TelemetryPoint): void
}

/**
 * A log in a file; its folder is made where it is missing. A file that is there is gone on with.
 *
 * @param options.from for a training that goes on from a checkpoint: points of this step and later ones are taken out, as they come again.
 * @throws BanyanError E_TELEMETRY_FILE for a file that is none.
 * @example
 * const log = telemetryLog('runs/grpo/telemetry.jsonl')
 * log.append({ step: 1, tokens: 4_800, entropy: 0.41, gradientNorm: 1.3 })
 */
export function telemetryLog(file: string, { from }: { readonly from?: number } = {}): TelemetryLog {
  const known = existsSync(file) ? readTelemetry(file) : []
  const kept = known.filter(({ step }) => from === undefined || step < from)
  // Also takes out half a line that a kill has left.
  if (existsSync(file)) replaceFile(file, (write) => write(Buffer.from(kept.map(lineOf).join(''))))
  let last = kept.at(-1)
  return {
    file,
    append(point) {
      for (const [name, value] of Object.entries(point))
        if (value !== undefined && !Number.isFinite(value))
          throw new BanyanError('E_TELEMETRY', `telemetry: ${name} of step ${point.step} is not finite`, { seen: String(value) })
      if (last !== undefined && (point.step < last.step || point.tokens < last.tokens))
        throw new BanyanError('E_TELEMETRY', 'telemetry: a point comes before the last one', {
          seen: { step: point.step, tokens: point.tokens },
          wanted: `at least step ${last.step} and ${last.tokens} tokens`,
          hint: 'Open the log with { from } to go on from a checkpoint',
        })
      last = point
      try {
        mkdirSync(dirname(file), { recursive: true })
        appendFileSync(file, lineOf(point))
      } catch (error) {
        throw new BanyanError('E_FILE_WRITE', `${file} cannot be written`, { seen: (error as NodeJS.ErrnoException).code, cause: error })
      }
    },
  }
}

/**
 * The points of a file, in order. Half a line at its end is left out: the training may be writing it.
 *
 * @throws BanyanError E_FILE_READ when it cannot be read; E_TELEMETRY_FILE naming a line that is none.
 */
export function readTelemetry(file: string): TelemetryPoint[] {
  const lines = readText(file).split('\n').slice(0, -1)
  return lines.map((line, at) => {
    const point = parsed(line)
    if (point !== undefined) return point
    throw new BanyanError('E_TELEMETRY_FILE', `${file}, line ${at + 1} is no telemetry`, {
      seen: line.slice(0, 80),
      wanted: 'an object of numbers with step and tokens',
    })
  })
}

function parsed(line: string): TelemetryPoint | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { step, tokens } = value as Partial<TelemetryPoint>
  const good = typeof step === 'number' && typeof tokens === 'number' && Object.values(value).every((one) => typeof one === 'number')
  return good ? (value as TelemetryPoint) : undefined
}

function lineOf(point: TelemetryPoint): string {
  return `${JSON.stringify(point)}\n`
}
