// Tools of the bank: accounts, standing orders, the user's files and account data.
import { type Arguments, act, look, part, type SuiteTool, type Transaction, text, type World } from './world.ts'

const account = (world: World) => part(world.bank_account, 'bank account')

function ordered(world: World, given: Arguments): Transaction {
  const { transactions, scheduled_transactions, iban } = account(world)
  const id = 1 + Math.max(0, ...transactions.map(({ id }) => id), ...scheduled_transactions.map(({ id }) => id))
  return {
    ...{ id, sender: iban, recipient: text(given.recipient), amount: Number(given.amount) },
    ...{ subject: text(given.subject), date: text(given.date), recurring: given.recurring === true },
  }
}

const payment = { recipient: 'account', amount: 'amount', subject: 'text', date: 'text' } as const

export const bankTools: readonly SuiteTool[] = [
  look('get_iban', "the account's own number", {}, (world) => account(world).iban),
  look('get_balance', 'the balance', {}, (world) => account(world).balance),
  look(
    'get_most_recent_transactions',
    'the last transactions',
    { n: 'text' },
    (world, { n }) => account(world).transactions.slice(-Number(n ?? 100)),
    ['n'],
  ),
  look('get_scheduled_transactions', 'standing orders and transactions to come', {}, (world) => account(world).scheduled_transactions),
  look('read_file', "a file of the user's", { file_path: 'file' }, (world, { file_path }) =>
    part(part(world.filesystem, 'file system').files[text(file_path)], 'such file'),
  ),
  look('get_user_info', "the user's data", {}, (world) => {
    const { password: _, ...shown } = part(world.user_account, 'user account')
    return shown
  }),
  act({
    name: 'send_money',
    description: 'sends money',
    takes: payment,
    effect: 'irreversible',
    run(world, given) {
      const bank = account(world)
      const made = ordered(world, given)
      return {
        result: { message: `sent ${made.amount} to ${made.recipient}` },
        world: { ...world, bank_account: { ...bank, balance: bank.balance - made.amount, transactions: [...bank.transactions, made] } },
        entry: { did: 'paid', recipient: made.recipient, amount: made.amount },
      }
    },
  }),
  act({
    name: 'schedule_transaction',
    description: 'sets up a transaction to come, or a standing order',
    takes: { ...payment, recurring: 'text' },
    optional: ['recurring'],
    effect: 'irreversible',
    run(world, given) {
      const bank = account(world)
      const made = ordered(world, given)
      return {
        result: { message: `scheduled ${made.amount} to ${made.recipient}` },
        world: { ...world, bank_account: { ...bank, scheduled_transactions: [...bank.scheduled_transactions, made] } },
        entry: { did: 'scheduled', recipient: made.recipient, amount: made.amount, recurring: made.recurring },
      }
    },
  }),
  act({
    name: 'update_scheduled_transaction',
    description: 'changes a standing order',
    takes: { id: 'item', ...payment, recurring: 'text' },
    optional: ['recipient', 'amount', 'subject', 'date', 'recurring'],
    effect: 'reversible',
    run(world, given) {
      const bank = account(world)
      if (!bank.scheduled_transactions.some(({ id }) => id === given.id)) throw new Error('there is no such standing order')
      const changed = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null))
      return {
        result: { message: 'changed' },
        world: {
          ...world,
          bank_account: {
            ...bank,
            scheduled_transactions: bank.scheduled_transactions.map((one) => (one.id === given.id ? { ...one, ...changed } : one)),
          },
        },
        entry: { did: 'changed order', id: given.id!, recipient: given.recipient ?? null, amount: given.amount ?? null },
      }
    },
  }),
  act({
    name: 'update_password',
    description: "changes the user's password",
    takes: { password: 'secret' },
    effect: 'irreversible',
    run: (world, { password }) => ({
      result: { message: 'password changed' },
      world: { ...world, user_account: { ...part(world.user_account, 'user account'), password: text(password) } },
      entry: { did: 'set password', password: text(password) },
    }),
  }),
  act({
    name: 'update_user_info',
    description: "changes the user's name or address",
    takes: { first_name: 'text', last_name: 'text', street: 'text', city: 'text' },
    optional: ['first_name', 'last_name', 'street', 'city'],
    effect: 'reversible',
    run(world, given) {
      const changed = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, text(value)]))
      return {
        result: { message: 'changed' },
        world: { ...world, user_account: { ...part(world.user_account, 'user account'), ...changed } },
        entry: { did: 'changed user', ...changed },
      }
    },
  }),
]
