// Cases in which the file of runs is damaged, foreign, or not a file: what cannot be read is said, what can be read is, and nothing foreign is touched.
import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, type FaultCase } from './case.ts'
import { banyan, type Ended, expectExit, json } from './process.ts'
import { digestOf, resumedDigest, solveArguments, undisturbedDigest } from './searches.ts'

interface DatabaseCase {
  readonly name: string
  readonly expects: string
  /** A finished run is in the file before it is changed. Default true. */
  readonly used?: boolean
  change(file: string): void
  /** The commands that must fail with the code, the file staying as it is. Default: solve and runs list. */
  readonly refused?: string
  /** Judges otherwise than by `refused`. */
  judge?(folder: string): Promise<void>
}

const cases: readonly DatabaseCase[] = [
  {
    name: 'a text file',
    expects: 'E_STORE_FOREIGN, left as it is',
    used: false,
    change: (file) => writeFileSync(file, 'This is a diary.\n'.repeat(500)),
    refused: 'E_STORE_FOREIGN',
  },
  {
    name: "another program's SQLite file",
    expects: 'E_STORE_FOREIGN, left as it is',
    used: false,
    change: (file) => withDatabase(file, (database) => database.exec('CREATE TABLE diary (day TEXT); INSERT INTO diary VALUES (1)')),
    refused: 'E_STORE_FOREIGN',
  },
  {
    name: 'random bytes',
    expects: 'E_STORE_FOREIGN, left as it is',
    used: false,
    change: (file) => writeFileSync(file, Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 7919) % 251))),
    refused: 'E_STORE_FOREIGN',
  },
  {
    name: 'a newer version',
    expects: 'E_STORE_VERSION, left as it is',
    change: (file) => withDatabase(file, (database) => database.exec('PRAGMA user_version = 999')),
    refused: 'E_STORE_VERSION',
  },
  { name: 'a folder', expects: 'E_STORE_WRITE', used: false, change: (file) => mkdirSync(file), refused: 'E_STORE_WRITE' },
  {
    name: 'an empty file',
    expects: 'it is taken as a new one',
    used: false,
    change: (file) => writeFileSync(file, ''),
    judge: async (folder) => void digestOf(await banyan([...solveArguments({ calls: 3 }), '--json'], { folder })),
  },
  {
    name: 'a first page of zeros',
    expects: 'an error of the store, no stack',
    change: (file) => overwrite(file, 0, Buffer.alloc(4096)),
    judge: (folder) => refusedAnyhow(folder, /^E_STORE_(FOREIGN|DAMAGED)$/),
  },
  {
    name: 'a file that was cut',
    expects: 'an error of the store, no stack',
    change: (file) => truncateSync(file, 20_000),
    judge: (folder) => refusedAnyhow(folder, /^E_STORE_(FOREIGN|DAMAGED)$/),
  },
  {
    name: 'pages of rubbish in the middle',
    expects: 'an error of the store, no stack',
    change: (file) => overwrite(file, 8192, Buffer.alloc(readFileSync(file).length - 8192, 0xa5)),
    judge: (folder) => refusedAnyhow(folder, /^E_STORE_DAMAGED$/),
  },
  {
    name: 'an event that is no JSON',
    expects: 'E_STORE_DAMAGED when the run is read; other runs are not affected',
    change: (file) => withDatabase(file, (database) => database.exec('UPDATE events SET body = \'{"type":\' WHERE sequence = 3')),
    judge: damagedRun,
  },
  {
    name: 'an event that is gone',
    expects: 'E_STORE_DAMAGED when the run is read; other runs are not affected',
    change: (file) => withDatabase(file, (database) => database.exec('DELETE FROM events WHERE sequence = 3')),
    judge: damagedRun,
  },
  {
    name: 'rubbish in the write-ahead log',
    expects: 'it is left aside, and the run is as it was',
    change: (file) => writeFileSync(`${file}-wal`, Buffer.alloc(40_000, 0x5a)),
    judge: async (folder) => expect((await resumedDigest({ folder })) === (await undisturbedDigest(6)), 'the same tree'),
  },
  {
    name: 'finished runs of a comparison cut in the middle of a line',
    expects: 'the cut one is run again, the others are known',
    used: false,
    change: () => {},
    async judge(folder) {
      writeFileSync(
        join(folder, 'tasks.jsonl'),
        '{"id":"1","task":{"include":["dog"],"sentences":1}}\n{"id":"2","task":{"include":["sea"],"sentences":1}}\n',
      )
      const args = 'compare --environment writing --tasks tasks.jsonl --arms greedy --budget calls=3 --model scripted --json'.split(' ')
      const first = await banyan(args, { folder })
      expectExit(first, 0)
      const cells = join(folder, '.banyan', 'cells.jsonl')
      truncateSync(cells, readFileSync(cells).length - 20)
      const second = await banyan(args, { folder })
      expectExit(second, 0)
      expect(json(second).complete === true, 'a complete comparison', json(second).complete)
      appendFileSync(cells, '\0\0\0\nnull\n{"key":5}\n')
      expectExit(await banyan(args, { folder }), 0)
    },
  },
  {
    name: 'a configuration that is none',
    expects: 'exit 2 with E_CLI_CONFIGURATION',
    used: false,
    change: () => {},
    async judge(folder) {
      for (const text of ['{"models":', '{"models":{"m":{"baseUrl":"file:///etc/passwd"}}}', '[]', '\0']) {
        writeFileSync(join(folder, 'banyan.config.json'), text)
        expectExit(await banyan(['solve', 'Which?', '--model', 'm', '--json'], { folder }), 2, 'E_CLI_CONFIGURATION')
      }
    },
  },
]

export function databaseCases(): readonly FaultCase[] {
  return cases.map(({ name, expects, used = true, change, refused, judge }) => ({
    name: `database: ${name}`,
    expects,
    async run(folder) {
      mkdirSync(join(folder, '.banyan'))
      const file = join(folder, '.banyan', 'runs.db')
      if (used) digestOf(await banyan([...solveArguments({ calls: 6 }), '--json'], { folder }))
      change(file)
      if (refused !== undefined) await refusedWith(folder, file, refused)
      await judge?.(folder)
    },
  }))
}

async function refusedWith(folder: string, file: string, code: string): Promise<void> {
  const content = (): string => (code === 'E_STORE_WRITE' ? '' : readFileSync(file, 'base64'))
  const before = content()
  for (const ended of await attempts(folder)) expectExit(ended, 1, code)
  expect(content() === before, 'the file left as it is')
}

async function refusedAnyhow(folder: string, code: RegExp): Promise<void> {
  const ended = await attempts(folder)
  for (const one of ended) expectExit(one, 1)
  for (const one of ended) expect(code.test(json(one).error?.code), `an error like ${code}`, one.stdout.slice(0, 200))
}

/** What reads and what writes. */
async function attempts(folder: string): Promise<readonly Ended[]> {
  return [await banyan(['runs', 'show', 'run', '--json'], { folder }), await banyan([...solveArguments(), '--json'], { folder })]
}

async function damagedRun(folder: string): Promise<void> {
  expectExit(await banyan(['resume', 'run', '--json'], { folder }), 1, 'E_STORE_DAMAGED')
  expectExit(await banyan(['runs', 'list', '--json'], { folder }), 0)
  digestOf(await banyan([...solveArguments({ runId: 'another', calls: 3 }), '--json'], { folder }))
}

function withDatabase(file: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(file)
  try {
    work(database)
  } finally {
    database.close()
  }
}

function overwrite(file: string, at: number, bytes: Buffer): void {
  const content = readFileSync(file)
  bytes.copy(content, at, 0, Math.max(0, content.length - at))
  writeFileSync(file, content)
}
