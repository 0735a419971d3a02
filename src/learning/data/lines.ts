// Lines of a file with their numbers, one at a time, cut at line feeds alone: JSON may hold other line ends of Unicode.
import { createReadStream } from 'node:fs'
import { BanyanError } from '../../core/errors.ts'

/** Longest line that is read, in bytes. */
const longest = 256_000_000

/**
 * Lines of a UTF-8 file; empty ones are left out, but counted. A byte order mark and carriage returns are taken off.
 * @throws BanyanError E_DATASET_READ when the file cannot be read, is not UTF-8, or has a line of more than 256 MB.
 * @example
 * for await (const { line, number } of linesOf('pairs.jsonl')) JSON.parse(line)
 */
export async function* linesOf(file: string): AsyncGenerator<{ readonly line: string; readonly number: number }> {
  let number = 0
  let held: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      let from = 0
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        const line = textOf([...held, chunk.subarray(from, end)], file, ++number)
        held = []
        size = 0
        from = end + 1
        if (line.trim() !== '') yield { line, number }
      }
      held.push(chunk.subarray(from))
      size += chunk.length - from
      if (size > longest) throw unreadable(file, `line ${number + 1} is longer than ${longest} bytes`)
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw BanyanError.isInstance(cause) || typeof code !== 'string' ? cause : unreadable(file, code, cause)
  }
  const line = textOf(held, file, ++number)
  if (line.trim() !== '') yield { line, number }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf(parts: readonly Buffer[], file: string, number: number): string {
  try {
    const text = decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts))
    const start = number === 1 && text.startsWith('\ufeff') ? 1 : 0
    return text.slice(start, text.endsWith('\r') ? -1 : undefined)
  } catch (cause) {
    throw unreadable(file, `line ${number} is not UTF-8`, cause)
  }
}

function unreadable(file: string, why: string, cause?: unknown): BanyanError {
  return new BanyanError('E_DATASET_READ', `${file} cannot be read: ${why}`, { wanted: 'a text file with one JSON value a line', cause })
}
