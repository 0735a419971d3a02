// Families of errands: each draws a task from the world, with calls that solve it and, written by itself, what the database is to hold afterwards.
// Long because it is a table. It calls no tool.
import type { Json } from '../../core/common.ts'
import type { Random } from '../../core/random.ts'
import { cities, cuisines, type Database, days, kinds, people, type Row } from './database.ts'

/** A row that is there in the end and was not at first, or the other way round. */
export type Change = readonly [table: string, row: Row]

/** A call as it stands in a plan. */
export interface ErrandCall {
  readonly tool: string
  readonly input: Readonly<Record<string, Json>>
}

/** A task with all that is known of it. What searches may see is `goal` alone. */
export interface Draft {
  readonly goal: string
  readonly calls: readonly ErrandCall[]
  readonly added: readonly Change[]
  readonly removed: readonly Change[]
}

interface Draw {
  readonly db: Database
  any<Value>(values: readonly Value[]): Value
  /** A whole number from `least` to `most`. */
  number(least: number, most: number): number
  /** Some of them, each once, in random order. */
  some<Value>(values: readonly Value[], count: number): Value[]
  flip(): boolean
}

const call = (tool: string, input: ErrandCall['input']): ErrandCall => ({ tool, input })
const first = (name: string) => name.split(' ')[0]!

/** The cheapest product of a kind: [id, price]. */
function cheapest({ db }: Draw, kind: string): [string, number] {
  const [row] = db.rows('SELECT id, price FROM products WHERE kind = ? ORDER BY price LIMIT 1', kind)
  return [row!.id as string, row!.price as number]
}

function emailOf({ db }: Draw, name: string): string {
  return db.rows('SELECT email FROM contacts WHERE name = ?', name)[0]!.email as string
}

/** A message to somebody whose address is to be found first. */
function message(draw: Draw, to: string, text: string) {
  const email = emailOf(draw, to)
  return {
    goal: `Then find ${to}'s address and send the message "${text}".`,
    calls: [call('find_contacts', { name: to }), call('send_message', { to: email, text })],
    added: [['messages', { recipient: email, text }]] as Change[],
  }
}

const nothing = { goal: '', calls: [] as ErrandCall[], added: [] as Change[] }

/** Families by name. Every one has several forms; together they need 3 to 8 calls. */
export const families: Readonly<Record<string, (draw: Draw) => Draft>> = {
  dinner(draw) {
    const { any, number, some } = draw
    const [guest, friend] = some(people, 2) as [string, string]
    const [city, cuisine, day, hour, size] = [any(cities), any(cuisines), any(days), number(17, 22), number(2, 6)]
    const [row] = draw.db.rows('SELECT id FROM restaurants WHERE city = ? AND cuisine = ? ORDER BY price LIMIT 1', city, cuisine)
    const restaurant = row!.id as string
    const title = `Dinner in ${city}`
    const email = emailOf(draw, friend)
    const invited = draw.flip()
    return {
      goal: [
        `Look for the cheapest ${cuisine} restaurant in ${city}, see that a table is free on ${day} at ${hour}, and book it for ${guest}, ${size} people.`,
        `Add "${title}" to the calendar at that time.`,
        invited ? `Find ${friend}'s address and invite ${first(friend)} to it.` : '',
      ]
        .join(' ')
        .trim(),
      calls: [
        call('find_restaurants', { city, cuisine }),
        call('free_tables', { restaurant, day, hour }),
        call('book_table', { restaurant, day, hour, guest, people: size }),
        call('add_event', { title, day, hour }),
        ...(invited ? [call('find_contacts', { name: friend }), call('invite', { title, day, email })] : []),
      ],
      added: [
        ['bookings', { restaurant, day, hour, guest, people: size }],
        ['events', { title, day, hour }],
        ...(invited ? [['invitations', { title, day, email }] as const] : []),
      ],
      removed: [],
    }
  },

  trip(draw) {
    const { any, number, some, db } = draw
    const [origin, destination] = some(cities, 2) as [string, string]
    const [day, passenger, nights, stars] = [any(days), any(people), number(1, 4), number(2, 4)]
    const [wanted, order] = any([
      ['earliest', 'hour'],
      ['latest', 'hour DESC'],
      ['cheapest', 'price'],
    ] as const)
    const [train] = db.rows(
      `SELECT id, hour FROM trains WHERE origin = ? AND destination = ? AND day = ? ORDER BY ${order} LIMIT 1`,
      origin,
      destination,
      day,
    )
    const [hotel] = db.rows('SELECT id FROM hotels WHERE city = ? AND stars >= ? ORDER BY price LIMIT 1', destination, stars)
    const title = `Trip to ${destination}`
    const told = draw.flip() ? message(draw, any(people.filter((name) => name !== passenger)), `I am in ${destination}`) : nothing
    return {
      goal: [
        `Buy ${passenger} a ticket for the ${wanted} train from ${origin} to ${destination} on ${day}.`,
        `Book the cheapest hotel there with at least ${stars} stars for ${nights} nights from that day.`,
        `Add "${title}" to the calendar at the hour of the train.`,
        told.goal,
      ]
        .join(' ')
        .trim(),
      calls: [
        call('find_trains', { origin, destination, day }),
        call('buy_ticket', { train: train!.id!, passenger }),
        call('find_hotels', { city: destination, least_stars: stars }),
        call('book_room', { hotel: hotel!.id!, day, guest: passenger, nights }),
        call('add_event', { title, day, hour: train!.hour! }),
        ...told.calls,
      ],
      added: [
        ['tickets', { train: train!.id!, passenger }],
        ['stays', { hotel: hotel!.id!, day, guest: passenger, nights }],
        ['events', { title, day, hour: train!.hour! }],
        ...told.added,
      ],
      removed: [],
    }
  },

  order(draw) {
    const { any, some, number } = draw
    const customer = any(people)
    const order = `${first(customer).toLowerCase()}-${number(10, 99)}`
    const wanted = some(kinds, number(1, 2)).map((kind) => ({ kind, product: cheapest(draw, kind)[0], quantity: number(1, 2) }))
    return {
      goal: `Open an order named ${order} for ${customer}, put ${wanted.map(({ kind, quantity }) => `${quantity} of the cheapest ${kind}`).join(' and ')} into it, and pay it.`,
      calls: [
        ...wanted.map(({ kind }) => call('find_products', { kind })),
        call('create_order', { order, customer }),
        ...wanted.map(({ product, quantity }) => call('add_to_order', { order, product, quantity })),
        call('pay_order', { order }),
      ],
      added: [
        ['orders', { id: order, customer, status: 'paid' }],
        ...wanted.map(({ product, quantity }) => ['lines', { order_id: order, product, quantity }] as const),
      ],
      removed: [],
    }
  },

  exchange(draw) {
    const { any, db } = draw
    const customer = any(people)
    const order = db.rows('SELECT id FROM orders WHERE customer = ?', customer)[0]!.id as string
    const lines = db.rows('SELECT order_id, product, quantity FROM lines WHERE order_id = ? ORDER BY product', order)
    const gone = any(lines)
    const kindOf = (product: unknown) => String(product).split('-')[0]!
    const kind = any(kinds.filter((kind) => lines.every(({ product }) => kindOf(product) !== kind)))
    const [product] = cheapest(draw, kind)
    const told = draw.flip() ? message(draw, customer, `Your ${kind} is on its way`) : nothing
    return {
      goal: `Take the ${kindOf(gone.product)} out of ${customer}'s open order, put one of the cheapest ${kind} in instead, and pay the order. ${told.goal}`.trim(),
      calls: [
        call('list_orders', { customer }),
        call('show_order', { order }),
        call('remove_from_order', { order, product: gone.product! }),
        call('find_products', { kind }),
        call('add_to_order', { order, product, quantity: 1 }),
        call('pay_order', { order }),
        ...told.calls,
      ],
      added: [['orders', { id: order, customer, status: 'paid' }], ['lines', { order_id: order, product, quantity: 1 }], ...told.added],
      removed: [
        ['orders', { id: order, customer, status: 'open' }],
        ['lines', gone],
      ],
    }
  },

  calendar(draw) {
    const { any, number, db } = draw
    const person = any(people)
    const title = `Call ${first(person)}`
    const [event] = db.rows('SELECT title, day, hour FROM events WHERE title = ?', title)
    const day = event!.day as string
    const [to, hour] = [any(days.filter((other) => other !== day)), number(8, 17)]
    const email = emailOf(draw, person)
    const invited = draw.flip()
    const todo = `Write to ${first(person)}`
    return {
      goal: [
        `Look at the calendar of ${day} and move "${title}" to ${to} at ${hour}.`,
        invited ? `Find ${person}'s address and invite ${first(person)} to it.` : '',
        `Then mark "${todo}" as done.`,
      ]
        .filter((part) => part !== '')
        .join(' '),
      calls: [
        call('list_events', { day }),
        call('move_event', { title, day, to_day: to, to_hour: hour }),
        ...(invited ? [call('find_contacts', { name: person }), call('invite', { title, day: to, email })] : []),
        call('finish_todo', { text: todo }),
      ],
      added: [
        ['events', { title, day: to, hour }],
        ...(invited ? [['invitations', { title, day: to, email }] as const] : []),
        ['todos', { text: todo, done: 1 }],
      ],
      removed: [
        ['events', event!],
        ['todos', { text: todo, done: 0 }],
      ],
    }
  },

  sheet(draw) {
    const { some, number, db } = draw
    const rows = some(kinds, number(1, 3)).map((kind) => {
      const row = 2 + kinds.indexOf(kind)
      return {
        kind,
        cell: `B${row}`,
        value: String(cheapest(draw, kind)[1]),
        old: db.rows('SELECT * FROM cells WHERE sheet = ? AND cell = ?', 'budget', `B${row}`)[0]!,
      }
    })
    const changed = rows.filter(({ old, value }) => old.value !== value)
    return {
      goal: `Read the sheet budget, and write the price of the cheapest ${rows.map(({ kind }) => kind).join(', of the cheapest ')} into column B where its name first stands in column A.`,
      calls: [
        call('read_cells', { sheet: 'budget' }),
        ...rows.flatMap(({ kind, cell, value }) => [call('find_products', { kind }), call('write_cell', { sheet: 'budget', cell, value })]),
      ],
      added: changed.map(({ cell, value }) => ['cells', { sheet: 'budget', cell, value }]),
      removed: changed.map(({ old }) => ['cells', old]),
    }
  },

  rebooking(draw) {
    const { any, db } = draw
    const guest = any(people)
    const [old] = db.rows('SELECT * FROM bookings WHERE guest = ?', guest)
    const { restaurant: given, day, hour, people: size } = old as Record<string, string | number>
    const [city, cuisine] = [any(cities), any(cuisines)]
    const [row] = db.rows(
      'SELECT id FROM restaurants WHERE city = ? AND cuisine = ? AND id <> ? ORDER BY price LIMIT 1',
      city,
      cuisine,
      given!,
    )
    const restaurant = row!.id!
    const told = draw.flip() ? message(draw, guest, `We meet in ${city}`) : nothing
    return {
      goal: `Look up which table ${guest} has booked and give it back. Book for ${guest} the cheapest ${cuisine} restaurant in ${city} that is another one, for the same time and as many people. ${told.goal}`.trim(),
      calls: [
        call('list_bookings', { guest }),
        call('cancel_table', { restaurant: given!, day: day!, guest }),
        call('find_restaurants', { city, cuisine }),
        call('book_table', { restaurant, day: day!, hour: hour!, guest, people: size! }),
        ...told.calls,
      ],
      added: [['bookings', { restaurant, day: day!, hour: hour!, guest, people: size! }], ...told.added],
      removed: [['bookings', old!]],
    }
  },

  acquaintance(draw) {
    const { any, number } = draw
    const [name, city, day, hour] = [
      `${any(['Ida', 'Jon', 'Kim', 'Lea'])} ${any(['Abel', 'Boyd', 'Cruz', 'Dunn'])}`,
      any(cities),
      any(days),
      number(8, 17),
    ]
    const email = `${first(name).toLowerCase()}${number(10, 99)}@post.test`
    const title = `Meet ${first(name)}`
    const other = draw.flip() ? message(draw, any(people), `I met ${first(name)}`) : nothing
    return {
      goal: `Add ${name} of ${city} with the address ${email} to the contacts, add "${title}" to the calendar on ${day} at ${hour}, and invite ${first(name)} to it. ${other.goal}`.trim(),
      calls: [
        call('add_contact', { name, city, email }),
        call('add_event', { title, day, hour }),
        call('invite', { title, day, email }),
        ...other.calls,
      ],
      added: [
        ['contacts', { name, city, email }],
        ['events', { title, day, hour }],
        ['invitations', { title, day, email }],
        ...other.added,
      ],
      removed: [],
    }
  },
}

/** What families draw with. */
export function drawFrom(db: Database, random: Random): Draw {
  return {
    db,
    any: (values) => values[random.below(values.length)]!,
    number: (least, most) => least + random.below(most - least + 1),
    some: (values, count) => random.shuffled(values).slice(0, count),
    flip: () => random.below(2) === 0,
  }
}
