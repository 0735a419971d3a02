// Reads one named entry of a zip archive, found through the central directory. Stored and deflated entries of archives below 4 GB; what
// is read is not checked here, because whoever asks compares a digest. Format: PKWARE's APPNOTE 6.3.
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createInflateRaw } from 'node:zlib'

/** @throws when the file is no zip archive, has no such entry or several of the name, or packs it in another way. */
export async function* readZipEntry(path: string, name: string): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  let entry: Entry
  try {
    entry = await find(file, name)
  } finally {
    await file.close()
  }
  const packed = createReadStream(path, { start: entry.start, end: entry.start + entry.packed - 1, highWaterMark: 2 ** 18 })
  if (entry.method === stored) return yield* packed as AsyncIterable<Uint8Array>
  const inflated = createInflateRaw()
  packed.on('error', (error) => inflated.destroy(error))
  try {
    yield* packed.pipe(inflated) as AsyncIterable<Uint8Array>
  } finally {
    packed.destroy()
  }
}

interface Entry {
  readonly method: number
  readonly start: number
  readonly packed: number
}

async function find(file: FileHandle, name: string): Promise<Entry> {
  const { size } = await file.stat()
  const tail = await bytes(file, Math.max(0, size - longestTail), Math.min(size, longestTail))
  const end = tail.lastIndexOf(endOfDirectory)
  if (end < 0 || end + 22 > tail.length) throw new Error('the archive is not a zip file')
  const count = tail.readUInt16LE(end + 10)
  const directory = await bytes(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12))
  const found: Entry[] = []
  for (let i = 0, at = 0; i < count; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== directoryEntry) throw new Error('the archive is damaged')
    const nameLength = directory.readUInt16LE(at + 28)
    if (directory.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      const header = await bytes(file, directory.readUInt32LE(at + 42), 30)
      const start = directory.readUInt32LE(at + 42) + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
      found.push({ method: directory.readUInt16LE(at + 10), start, packed: directory.readUInt32LE(at + 20) })
    }
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  const [entry] = found
  if (entry === undefined || found.length > 1) throw new Error(`the archive has ${found.length} entries named ${name}`)
  if (entry.method !== stored && entry.method !== deflated) throw new Error(`the archive packs ${name} by method ${entry.method}`)
  return entry
}

async function bytes(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, start)
  if (bytesRead !== length) throw new Error('the archive is truncated')
  return buffer
}

const stored = 0
const deflated = 8
const directoryEntry = 0x02014b50
const endOfDirectory = Buffer.from([0x50, 0x4b, 0x05, 0x06])
/** The end record, with the longest comment that it can have. */
const longestTail = 22 + 0xffff
