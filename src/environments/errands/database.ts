// The world of errands: a small database in memory, the same for the same seed. It knows no tools.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { BanyanError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'

export const cities = ['Arden', 'Belmont', 'Corvo', 'Dunmore'] as const
export const cuisines = ['greek', 'indian', 'thai'] as const
export const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
export const kinds = ['lamp', 'chair', 'desk', 'shelf'] as const
export const people = ['Ada Moss', 'Ben Ortiz', 'Cleo Park', 'Dev Rao', 'Eva Lind', 'Finn Hale', 'Gia Cole', 'Hugo Vann'] as const

const schema = `
CREATE TABLE contacts (name TEXT PRIMARY KEY, city TEXT, email TEXT UNIQUE);
CREATE TABLE restaurants (id TEXT PRIMARY KEY, city TEXT, cuisine TEXT, price INTEGER, tables INTEGER);
CREATE TABLE bookings (restaurant TEXT, day TEXT, hour INTEGER, guest TEXT, people INTEGER, PRIMARY KEY (restaurant, day, hour, guest));
CREATE TABLE hotels (id TEXT PRIMARY KEY, city TEXT, stars INTEGER, price INTEGER);
CREATE TABLE stays (hotel TEXT, day TEXT, guest TEXT, nights INTEGER, PRIMARY KEY (hotel, day, guest));
CREATE TABLE trains (id TEXT PRIMARY KEY, origin TEXT, destination TEXT, day TEXT, hour INTEGER, price INTEGER);
CREATE TABLE tickets (train TEXT, passenger TEXT, PRIMARY KEY (train, passenger));
CREATE TABLE events (title TEXT, day TEXT, hour INTEGER, PRIMARY KEY (title, day));
CREATE TABLE invitations (title TEXT, day TEXT, email TEXT, PRIMARY KEY (title, day, email));
CREATE TABLE products (id TEXT PRIMARY KEY, kind TEXT, price INTEGER, stock INTEGER);
CREATE TABLE orders (id TEXT PRIMARY KEY, customer TEXT, status TEXT);
CREATE TABLE lines (order_id TEXT, product TEXT, quantity INTEGER, PRIMARY KEY (order_id, product));
CREATE TABLE cells (sheet TEXT, cell TEXT, value TEXT, PRIMARY KEY (sheet, cell));
CREATE TABLE messages (recipient TEXT, text TEXT);
CREATE TABLE todos (text TEXT PRIMARY KEY, done INTEGER);`

const tables = [...schema.matchAll(/CREATE TABLE (\w+)/g)].map(([, name]) => name!)

export type Row = Readonly<Record<string, string | number | null>>

/** Rows of a query, a change, and what there is in the end. */
export interface Database {
  rows(sql: string, ...values: SQLInputValue[]): Row[]
  /** @returns how many rows were changed. */
  change(sql: string, ...values: SQLInputValue[]): number
  /** All that is in it, whatever the order in which it came. Equal worlds have equal texts. */
  contents(): string
  /** Does work in a transaction, and takes back whatever it did. One after another. */
  rehearse<Result>(work: () => Promise<Result>): Promise<Result>
  close(): void
}

/**
 * A new database, filled by its seed.
 * @throws BanyanError E_ERRANDS_SQLITE where Node's SQLite is not there.
 */
export function database(seed: number): Database {
  const db = opened()
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  const statement = (sql: string) => {
    const known = prepared.get(sql) ?? db.prepare(sql)
    prepared.set(sql, known)
    return known
  }
  const rows: Database['rows'] = (sql, ...values) =>
    statement(sql)
      .all(...values)
      .map((row) => ({ ...row }) as Row)
  const change: Database['change'] = (sql, ...values) => Number(statement(sql).run(...values).changes)
  let last: Promise<unknown> = Promise.resolve()
  fill(seed, (sql, ...values) => void change(sql, ...values))
  return {
    rows,
    change,
    contents: () =>
      tables
        .map((table) => {
          const lines = rows(`SELECT * FROM ${table}`).map((row) => JSON.stringify(row))
          return `${table}\n${lines.sort().join('\n')}`
        })
        .join('\n'),
    rehearse(work) {
      const made = last.then(async () => {
        db.exec('BEGIN')
        try {
          return await work()
        } finally {
          db.exec('ROLLBACK')
        }
      })
      last = made.catch(() => undefined)
      return made
    },
    close: () => db.close(),
  }
}

/** Asked for when it is first needed, so that this may be bundled for where there is no Node. */
function opened(): DatabaseSync {
  const sqlite = globalThis.process?.getBuiltinModule?.('node:sqlite')
  if (sqlite === undefined)
    throw new BanyanError('E_ERRANDS_SQLITE', "errands need Node's SQLite", { wanted: 'Node 22.16 or later', fatal: true })
  const db = new sqlite.DatabaseSync(':memory:')
  db.exec(schema)
  return db
}

function fill(seed: number, insert: (sql: string, ...values: SQLInputValue[]) => void): void {
  const random = new Random(seed, 'errands')
  const any = <Value>(values: readonly Value[]): Value => values[random.below(values.length)]!
  // Prices of things that are compared differ, so that the cheapest is one.
  const prices = random.shuffled(Array.from({ length: 90 }, (_, at) => 10 + at))
  const price = () => prices.pop()!
  insert('BEGIN')
  for (const name of people)
    insert('INSERT INTO contacts VALUES (?, ?, ?)', name, any(cities), `${name.split(' ')[0]!.toLowerCase()}@mail.test`)
  for (const city of cities)
    for (const cuisine of cuisines)
      for (const place of [1, 2])
        insert('INSERT INTO restaurants VALUES (?, ?, ?, ?, 2)', `${city}-${cuisine}-${place}`, city, cuisine, price())
  for (const city of cities)
    for (const stars of [2, 3, 4]) insert('INSERT INTO hotels VALUES (?, ?, ?, ?)', `${city}-hotel-${stars}`, city, stars, price())
  for (const kind of kinds)
    for (const model of ['A', 'B', 'C'])
      insert('INSERT INTO products VALUES (?, ?, ?, ?)', `${kind}-${model}`, kind, price(), 2 + random.below(4))
  for (const origin of cities)
    for (const destination of cities)
      for (const day of days) {
        if (origin === destination) continue
        const first = 6 + random.below(6)
        const fare = 10 + random.below(50)
        for (const [number, hour] of [first, first + 5].entries())
          insert(
            'INSERT INTO trains VALUES (?, ?, ?, ?, ?, ?)',
            `${origin[0]}${destination[0]}-${day}-${hour}`,
            origin,
            destination,
            day,
            hour,
            fare + (number === 0 ? 3 : -3) * (1 + random.below(3)),
          )
      }
  for (const [at, name] of people.entries()) {
    const day = days[at % days.length]!
    insert('INSERT INTO events VALUES (?, ?, ?)', `Call ${name.split(' ')[0]}`, day, 9 + random.below(8))
    insert(
      'INSERT INTO bookings VALUES (?, ?, ?, ?, ?)',
      `${any(cities)}-${any(cuisines)}-1`,
      day,
      18 + random.below(4),
      name,
      2 + random.below(3),
    )
    insert('INSERT INTO orders VALUES (?, ?, ?)', `order-${at + 1}`, name, 'open')
    const kept = random.shuffled(kinds).slice(0, 2)
    for (const kind of kept)
      insert('INSERT INTO lines VALUES (?, ?, ?)', `order-${at + 1}`, `${kind}-${any(['A', 'B', 'C'])}`, 1 + random.below(2))
    insert('INSERT INTO todos VALUES (?, 0)', `Write to ${name.split(' ')[0]}`)
  }
  for (const sheet of ['budget', 'plans'])
    for (let row = 2; row <= 6; row++) {
      insert('INSERT INTO cells VALUES (?, ?, ?)', sheet, `A${row}`, sheet === 'budget' ? kinds[(row - 2) % 4]! : cities[(row - 2) % 4]!)
      insert('INSERT INTO cells VALUES (?, ?, ?)', sheet, `B${row}`, String(10 + random.below(80)))
    }
  insert('COMMIT')
}
