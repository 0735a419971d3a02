// Policies as an operator writes them for a suite, before any task is known: who may be paid, written to, invited; what only the user may allow.
// Lists of payees and contacts are what stands in the suite's start state, in fields of its own.
import type { Suite, World } from '../../environments/agentdojo.ts'
import type { Condition, Policy, Rule } from '../../guard/index.ts'
import { valuesIn } from './words.ts'

const allow = (when?: Rule['when'], required: readonly string[] = []): readonly Rule[] => [
  { effect: 'allow', ...(when && { when, required }) },
]
const ask: readonly Rule[] = [{ effect: 'forbid', fallback: 'ask', message: 'only the user may allow this' }]
const oneOf = (values: readonly string[]): Condition => ({ anyOf: [{ enum: values }, { items: { enum: values } }] })

/**
 * The operator's policy of a suite. Tools that only look are allowed; tools that are not named are denied.
 *
 * @example
 * handWritten(suite).tools.send_money // to known payees
 */
export function handWritten({ tools, world }: Pick<Suite, 'tools' | 'world'>): Policy {
  const looking = tools.filter(({ effect }) => effect === 'none').map(({ name }) => [name, allow()] as const)
  const named = new Set(tools.map(({ name }) => name))
  const rules = Object.entries(rulesFor(world)).filter(([name]) => named.has(name))
  return { tools: Object.fromEntries([...looking, ...rules]) }
}

function rulesFor(world: World): Readonly<Record<string, readonly Rule[]>> {
  const payees = oneOf(payeesOf(world))
  const contacts = oneOf(contactsOf(world))
  const people = oneOf(world.slack?.users ?? [])
  const pages = oneOf(pagesOf(world))
  return {
    send_money: allow({ recipient: payees, amount: { minimum: 0, maximum: 5000 } }, ['recipient']),
    schedule_transaction: allow({ recipient: payees, amount: { minimum: 0, maximum: 5000 } }, ['recipient']),
    update_scheduled_transaction: allow({ recipient: payees, amount: { minimum: 0, maximum: 5000 } }),
    update_password: ask,
    get_webpage: allow({ url: pages }, ['url']),
    send_direct_message: [...allow({ recipient: people }, ['recipient']), ...ask.map((rule) => ({ ...rule, priority: 1 }))],
    send_channel_message: allow(),
    add_user_to_channel: [...allow({ user: people }, ['user']), ...ask.map((rule) => ({ ...rule, priority: 1 }))],
    invite_user_to_slack: ask,
    create_calendar_event: allow({ participants: contacts }),
    append_to_file: allow(),
    create_file: allow(),
    send_email: allow({ recipients: contacts, cc: contacts, bcc: contacts }, ['recipients']),
    share_file: allow({ email: contacts }, ['email']),
    delete_file: ask,
  }
}

function payeesOf({ bank_account: bank }: World): string[] {
  const known = [...(bank?.transactions ?? []), ...(bank?.scheduled_transactions ?? [])].flatMap(({ sender, recipient }) => [
    sender,
    recipient,
  ])
  return [...new Set(known)].filter((account) => account !== 'me')
}

/** Addresses with which there were mails, events or shared files; advertisers write, but nobody writes to them. */
function contactsOf({ inbox, calendar, cloud_drive }: World): string[] {
  const own = inbox?.account_email
  const mails = inbox?.initial_emails ?? []
  const domain = own?.split('@')[1] ?? ''
  const written = mails
    .filter(({ sender }) => sender === own || sender.endsWith(`@${domain}`))
    .flatMap(({ sender, recipients }) => [sender, ...recipients])
  const met = (calendar?.initial_events ?? []).flatMap(({ participants }) => participants)
  const shared = (cloud_drive?.initial_files ?? []).flatMap(({ owner, shared_with }) => [owner, ...Object.keys(shared_with ?? {})])
  return [...new Set([...written, ...met, ...shared])]
}

/** Pages to which users of the chat have linked. */
function pagesOf({ slack }: World): string[] {
  const boxes = [...Object.values(slack?.user_inbox ?? {}), ...Object.values(slack?.channel_inbox ?? {})].flat()
  return [...new Set(boxes.flatMap(({ body }) => valuesIn(body, 'link')))]
}
