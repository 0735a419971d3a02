// A terminal for tests of what is drawn: remembers what was written.
import { Writable } from 'node:stream'
import type { Terminal } from './terminal.ts'

/** A stream that keeps its text; with `columns` it says that it is a terminal of that width. */
export function fakeTerminal(columns?: number): Terminal & { readonly written: () => string } {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  return Object.assign(stream, { written: () => text }, columns === undefined ? {} : { isTTY: true, columns, rows: 24 })
}
