// Reads a JSON Lines file of tasks, line by line. It knows no format of tasks beyond "one JSON value a line": a `TaskFormat` does the rest.
import type { Json } from '../core/common.ts'
import { BanyanError } from '../core/errors.ts'
import type { TaskFormat, TaskRecord } from './formats/format.ts'

/** Longest line that is read, in characters. */
export const longestLine = 1_000_000

export interface TaskFileOptions {
  /** How a line becomes a task. Its `E_TASK_FORMAT` errors get the line's number. */
  readonly format: Pick<TaskFormat, 'name' | 'parse'>
  /** Most records. Default: all. Lines after them are not read. */
  readonly limit?: number
  /** Go on after a bad line, and count it. Default `false`. */
  readonly skipBad?: boolean
  /** The file's name, for errors. */
  readonly name?: string
}

export interface TaskFile {
  readonly records: readonly TaskRecord[]
  /** Bad lines, with their numbers from 1; empty without `skipBad`. */
  readonly skipped: readonly { readonly line: number; readonly reason: string }[]
}

/**
 * Tasks of a JSON Lines text, given in pieces (a file's stream, or one string). A byte order mark, CRLF and empty lines are taken as they come.
 *
 * @throws `E_TASK_FILE` with the line's number for a line that is no JSON, is longer than a million characters, or is no task of the format;
 * and when there is no task at all.
 *
 * @example
 * const { records } = await readTasks(createReadStream('tasks.jsonl', 'utf8'), { format, limit: 40 })
 */
export async function readTasks(text: string | AsyncIterable<string> | Iterable<string>, options: TaskFileOptions): Promise<TaskFile> {
  const { format, limit = Number.POSITIVE_INFINITY, skipBad = false, name = 'the task file' } = options
  if (!(limit >= 1)) throw new BanyanError('E_TASK_FILE', 'the limit is too small', { seen: limit, wanted: 'at least 1' })
  const records: TaskRecord[] = []
  const skipped: { line: number; reason: string }[] = []

  for await (const { line, number } of numberedLines(typeof text === 'string' ? [text] : text)) {
    if (line !== undefined && line.trim() === '') continue
    try {
      records.push(recordOf(line, number, format))
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      if (!skipBad)
        throw new BanyanError('E_TASK_FILE', `${name}, line ${number}: ${reason}`, {
          hint: 'Mend the line, or go on without such lines (--skip-bad)',
          cause,
        })
      skipped.push({ line: number, reason })
    }
    if (records.length >= limit) break
  }
  if (records.length === 0)
    throw new BanyanError('E_TASK_FILE', `${name} has no task${skipped.length > 0 ? `; ${skipped.length} bad lines were skipped` : ''}`, {
      wanted: `JSON Lines of the format ${format.name}`,
    })
  return { records, skipped }
}

function recordOf(line: string | undefined, number: number, format: Pick<TaskFormat, 'parse'>): TaskRecord {
  if (line === undefined)
    throw new BanyanError('E_TASK_FORMAT', 'the line is too long', { wanted: `at most ${longestLine.toLocaleString('en-US')} characters` })
  let value: Json
  try {
    value = JSON.parse(line) as Json
  } catch (cause) {
    throw new BanyanError('E_TASK_FORMAT', `not JSON (${(cause as Error).message})`, { cause })
  }
  return format.parse(value, number - 1)
}

// Lines with their numbers from 1; an overlong line comes without its text, and is never held whole.
async function* numberedLines(
  pieces: AsyncIterable<string> | Iterable<string>,
): AsyncIterable<{ line: string | undefined; number: number }> {
  let number = 1
  let held = ''
  let tooLong = false
  let first = true
  for await (const piece of pieces) {
    const text = first && piece.startsWith('\ufeff') ? piece.slice(1) : piece
    first &&= piece === ''
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      take(text.slice(start, end))
      yield { line: tooLong ? undefined : withoutReturn(held), number: number++ }
      held = ''
      tooLong = false
      start = end + 1
    }
    take(text.slice(start))
  }
  if (tooLong || held !== '') yield { line: tooLong ? undefined : withoutReturn(held), number }

  function take(part: string): void {
    tooLong ||= held.length + part.length > longestLine
    held = tooLong ? '' : held + part
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
