// Thirty-three tools over the database of errands: they look up, filter, book, order, write cells and keep a calendar. Long because it is a table.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import type { Effect } from '../../core/environment.ts'
import { type Tools, tool } from '../tools/tool.ts'
import { cities, cuisines, type Database, days, kinds } from './database.ts'

const text = z.string().min(1).max(200)
const city = z.enum(cities)
const day = z.enum(days)
const hour = z.int().min(0).max(23)
const amount = z.int().min(1).max(20)
const cell = z.string().regex(/^[A-Z][1-9]\d?$/)

/**
 * The tools of a world, bound to its database. Input schemas are zod's; what a tool refuses is an error that says why, and changes nothing.
 *
 * @example
 * const world = database(1)
 * const environment = tools({ tools: errandTools(world), rehearse: world.rehearse })
 */
export function errandTools(db: Database) {
  const look = <Shape extends z.ZodRawShape>(description: string, shape: Shape, execute: (input: z.infer<z.ZodObject<Shape>>) => Json) =>
    tool({ description, inputSchema: z.strictObject(shape), effect: 'none', execute })
  const act = <Shape extends z.ZodRawShape>(
    description: string,
    effect: Effect,
    shape: Shape,
    execute: (input: z.infer<z.ZodObject<Shape>>) => void,
  ) =>
    tool({
      description,
      inputSchema: z.strictObject(shape),
      effect,
      execute: (input) => {
        execute(input)
        return { done: true }
      },
    })
  const one = (what: string, sql: string, ...values: (string | number)[]) => {
    const [row] = db.rows(sql, ...values)
    if (row === undefined) throw new Error(`there is no such ${what}`)
    return row
  }
  const changed = (what: string, count: number): void => {
    if (count === 0) throw new Error(`there is no such ${what}`)
  }
  const fresh = (what: string, sql: string, ...values: (string | number)[]): void => {
    if (db.rows(sql, ...values).length > 0) throw new Error(`there is such ${what} already`)
  }
  const openOrder = (order: string) => {
    if (one('order', 'SELECT status FROM orders WHERE id = ?', order).status !== 'open') throw new Error('the order is not open')
  }

  return {
    find_contacts: look('finds people by name and city', { name: text.optional(), city: city.optional() }, ({ name = '', city = '' }) =>
      db.rows("SELECT * FROM contacts WHERE instr(name, ?) > 0 AND (? = '' OR city = ?) ORDER BY name", name, city, city),
    ),
    add_contact: act('adds a person', 'reversible', { name: text, city, email: text }, ({ name, city, email }) => {
      fresh('a contact', 'SELECT 1 FROM contacts WHERE name = ? OR email = ?', name, email)
      db.change('INSERT INTO contacts VALUES (?, ?, ?)', name, city, email)
    }),
    find_restaurants: look(
      'finds restaurants of a city, the cheapest first',
      { city, cuisine: z.enum(cuisines).optional() },
      ({ city, cuisine = '' }) =>
        db.rows(
          "SELECT id, cuisine, price FROM restaurants WHERE city = ? AND (? = '' OR cuisine = ?) ORDER BY price",
          city,
          cuisine,
          cuisine,
        ),
    ),
    free_tables: look('tells how many tables are free', { restaurant: text, day, hour }, ({ restaurant, day, hour }) => {
      const { tables } = one('restaurant', 'SELECT tables FROM restaurants WHERE id = ?', restaurant)
      const taken = db.rows('SELECT 1 FROM bookings WHERE restaurant = ? AND day = ? AND hour = ?', restaurant, day, hour).length
      return { free: Number(tables) - taken }
    }),
    list_bookings: look('lists the tables that a guest has booked', { guest: text }, ({ guest }) =>
      db.rows('SELECT restaurant, day, hour, people FROM bookings WHERE guest = ? ORDER BY day, hour', guest),
    ),
    book_table: act(
      'books a table',
      'reversible',
      { restaurant: text, day, hour, guest: text, people: amount },
      ({ restaurant, day, hour, guest, people }) => {
        const { tables } = one('restaurant', 'SELECT tables FROM restaurants WHERE id = ?', restaurant)
        const taken = db.rows('SELECT guest FROM bookings WHERE restaurant = ? AND day = ? AND hour = ?', restaurant, day, hour)
        if (taken.length >= Number(tables) || taken.some((row) => row.guest === guest))
          throw new Error('no table is free, or it is booked already')
        db.change('INSERT INTO bookings VALUES (?, ?, ?, ?, ?)', restaurant, day, hour, guest, people)
      },
    ),
    cancel_table: act('gives a booked table back', 'reversible', { restaurant: text, day, guest: text }, ({ restaurant, day, guest }) =>
      changed('booking', db.change('DELETE FROM bookings WHERE restaurant = ? AND day = ? AND guest = ?', restaurant, day, guest)),
    ),
    find_hotels: look(
      'finds hotels of a city, the cheapest first',
      { city, least_stars: z.int().min(1).max(5).optional() },
      ({ city, least_stars = 1 }) =>
        db.rows('SELECT id, stars, price FROM hotels WHERE city = ? AND stars >= ? ORDER BY price', city, least_stars),
    ),
    list_stays: look('lists the rooms that a guest has booked', { guest: text }, ({ guest }) =>
      db.rows('SELECT hotel, day, nights FROM stays WHERE guest = ? ORDER BY day', guest),
    ),
    book_room: act('books a room', 'reversible', { hotel: text, day, guest: text, nights: amount }, ({ hotel, day, guest, nights }) => {
      one('hotel', 'SELECT 1 AS found FROM hotels WHERE id = ?', hotel)
      fresh('a stay', 'SELECT 1 FROM stays WHERE hotel = ? AND day = ? AND guest = ?', hotel, day, guest)
      db.change('INSERT INTO stays VALUES (?, ?, ?, ?)', hotel, day, guest, nights)
    }),
    cancel_room: act('gives a room back', 'reversible', { hotel: text, day, guest: text }, ({ hotel, day, guest }) =>
      changed('stay', db.change('DELETE FROM stays WHERE hotel = ? AND day = ? AND guest = ?', hotel, day, guest)),
    ),
    find_trains: look('finds trains, the earliest first', { origin: city, destination: city, day }, ({ origin, destination, day }) =>
      db.rows(
        'SELECT id, hour, price FROM trains WHERE origin = ? AND destination = ? AND day = ? ORDER BY hour',
        origin,
        destination,
        day,
      ),
    ),
    list_tickets: look('lists the tickets of a passenger', { passenger: text }, ({ passenger }) =>
      db.rows('SELECT train FROM tickets WHERE passenger = ? ORDER BY train', passenger),
    ),
    buy_ticket: act('buys a train ticket', 'irreversible', { train: text, passenger: text }, ({ train, passenger }) => {
      one('train', 'SELECT 1 AS found FROM trains WHERE id = ?', train)
      fresh('a ticket', 'SELECT 1 FROM tickets WHERE train = ? AND passenger = ?', train, passenger)
      db.change('INSERT INTO tickets VALUES (?, ?)', train, passenger)
    }),
    refund_ticket: act('gives a ticket back', 'irreversible', { train: text, passenger: text }, ({ train, passenger }) =>
      changed('ticket', db.change('DELETE FROM tickets WHERE train = ? AND passenger = ?', train, passenger)),
    ),
    list_events: look('lists the calendar of a day', { day }, ({ day }) =>
      db.rows('SELECT title, hour FROM events WHERE day = ? ORDER BY hour, title', day),
    ),
    add_event: act('adds to the calendar', 'reversible', { title: text, day, hour }, ({ title, day, hour }) => {
      fresh('an event', 'SELECT 1 FROM events WHERE title = ? AND day = ?', title, day)
      db.change('INSERT INTO events VALUES (?, ?, ?)', title, day, hour)
    }),
    move_event: act(
      'moves an event to another day and hour',
      'reversible',
      { title: text, day, to_day: day, to_hour: hour },
      ({ title, day, to_day, to_hour }) => {
        if (day !== to_day) fresh('an event', 'SELECT 1 FROM events WHERE title = ? AND day = ?', title, to_day)
        changed('event', db.change('UPDATE events SET day = ?, hour = ? WHERE title = ? AND day = ?', to_day, to_hour, title, day))
      },
    ),
    delete_event: act('deletes from the calendar', 'reversible', { title: text, day }, ({ title, day }) =>
      changed('event', db.change('DELETE FROM events WHERE title = ? AND day = ?', title, day)),
    ),
    invite: act('invites somebody to an event', 'irreversible', { title: text, day, email: text }, ({ title, day, email }) => {
      one('event', 'SELECT 1 AS found FROM events WHERE title = ? AND day = ?', title, day)
      fresh('an invitation', 'SELECT 1 FROM invitations WHERE title = ? AND day = ? AND email = ?', title, day, email)
      db.change('INSERT INTO invitations VALUES (?, ?, ?)', title, day, email)
    }),
    find_products: look('finds products of a kind, the cheapest first', { kind: z.enum(kinds) }, ({ kind }) =>
      db.rows('SELECT id, price, stock FROM products WHERE kind = ? ORDER BY price', kind),
    ),
    list_orders: look('lists the orders of a customer', { customer: text }, ({ customer }) =>
      db.rows('SELECT id, status FROM orders WHERE customer = ? ORDER BY id', customer),
    ),
    show_order: look('shows what is in an order', { order: text }, ({ order }) =>
      db.rows('SELECT product, quantity FROM lines WHERE order_id = ? ORDER BY product', order),
    ),
    create_order: act('opens an order under a name of its own', 'reversible', { order: text, customer: text }, ({ order, customer }) => {
      fresh('an order', 'SELECT 1 FROM orders WHERE id = ?', order)
      db.change("INSERT INTO orders VALUES (?, ?, 'open')", order, customer)
    }),
    add_to_order: act('puts a product into an open order', 'reversible', { order: text, product: text, quantity: amount }, (input) => {
      const { order, product, quantity } = input
      openOrder(order)
      const { stock } = one('product', 'SELECT stock FROM products WHERE id = ?', product)
      if (Number(stock) < quantity) throw new Error(`only ${stock} are in stock`)
      fresh('a line', 'SELECT 1 FROM lines WHERE order_id = ? AND product = ?', order, product)
      db.change('INSERT INTO lines VALUES (?, ?, ?)', order, product, quantity)
    }),
    remove_from_order: act('takes a product out of an open order', 'reversible', { order: text, product: text }, ({ order, product }) => {
      openOrder(order)
      changed('line', db.change('DELETE FROM lines WHERE order_id = ? AND product = ?', order, product))
    }),
    pay_order: act('pays an open order', 'irreversible', { order: text }, ({ order }) => {
      openOrder(order)
      db.change("UPDATE orders SET status = 'paid' WHERE id = ?", order)
    }),
    cancel_order: act('cancels an open order', 'irreversible', { order: text }, ({ order }) => {
      openOrder(order)
      db.change("UPDATE orders SET status = 'cancelled' WHERE id = ?", order)
    }),
    read_cells: look('reads the cells of a sheet', { sheet: text }, ({ sheet }) =>
      db.rows('SELECT cell, value FROM cells WHERE sheet = ? ORDER BY cell', sheet),
    ),
    write_cell: act('writes a cell of a sheet', 'reversible', { sheet: text, cell, value: text }, ({ sheet, cell, value }) => {
      db.change('INSERT INTO cells VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value', sheet, cell, value)
    }),
    send_message: act('sends a message', 'irreversible', { to: text, text }, ({ to, text }) => {
      one('address', 'SELECT 1 AS found FROM contacts WHERE email = ?', to)
      db.change('INSERT INTO messages VALUES (?, ?)', to, text)
    }),
    list_todos: look('lists what is to be done', {}, () => db.rows('SELECT text FROM todos WHERE done = 0 ORDER BY text')),
    finish_todo: act('marks something as done', 'reversible', { text }, ({ text }) =>
      changed('thing to be done', db.change('UPDATE todos SET done = 1 WHERE text = ? AND done = 0', text)),
    ),
  } satisfies Tools
}
