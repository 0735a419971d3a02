// What the drawing parts need to know of the stream they draw on.

/** A stream that may be a terminal: `process.stderr`, `process.stdout`, or a fake in tests. */
export interface Terminal extends NodeJS.WritableStream {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}
