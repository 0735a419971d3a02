// Tools of the office: calendar, drive, mail.
import { act, type CalendarEvent, type DriveFile, type Email, look, part, type SuiteTool, text, texts, type World } from './world.ts'

const events = (world: World) => part(world.calendar, 'calendar').initial_events
const mails = (world: World) => part(world.inbox, 'inbox').initial_emails
const files = (world: World) => part(world.cloud_drive, 'drive').initial_files
const own = (world: World) => part(world.inbox, 'inbox').account_email
const says = (within: string, query: string) => within.toLowerCase().includes(query.toLowerCase())
const nextId = (known: readonly { readonly id_: string }[]) => String(1 + Math.max(-1, ...known.map(({ id_ }) => Number(id_))))
const withEvents = (world: World, initial_events: readonly CalendarEvent[]): World => ({
  ...world,
  calendar: { ...world.calendar!, initial_events },
})
const withFiles = (world: World, initial_files: readonly DriveFile[]): World => ({ ...world, cloud_drive: { initial_files } })
const withMails = (world: World, initial_emails: readonly Email[]): World => ({ ...world, inbox: { ...world.inbox!, initial_emails } })

function fileOf(world: World, id: string): DriveFile {
  const found = files(world).find(({ id_ }) => id_ === id)
  if (found === undefined) throw new Error('there is no such file')
  return found
}

function eventOf(world: World, id: string): CalendarEvent {
  const found = events(world).find(({ id_ }) => id_ === id)
  if (found === undefined) throw new Error('there is no such event')
  return found
}

function replaced<Thing extends { readonly id_: string }>(things: readonly Thing[], thing: Thing): Thing[] {
  return things.map((one) => (one.id_ === thing.id_ ? thing : one))
}

export const calendarTools: readonly SuiteTool[] = [
  look('get_current_day', 'the date of today', {}, (world) => part(world.calendar, 'calendar').current_day),
  look('get_day_calendar_events', 'the events of a day', { day: 'text' }, (world, { day }) =>
    events(world).filter(({ start_time }) => start_time.startsWith(text(day))),
  ),
  look(
    'search_calendar_events',
    'events with some words',
    { query: 'text', date: 'text' },
    (world, { query, date }) =>
      events(world).filter(
        ({ title, description, start_time }) => says(`${title} ${description}`, text(query)) && start_time.startsWith(text(date)),
      ),
    ['date'],
  ),
  act({
    name: 'create_calendar_event',
    description: 'makes an event, and writes to its participants',
    takes: { title: 'text', start_time: 'text', end_time: 'text', description: 'text', participants: 'address', location: 'text' },
    optional: ['description', 'participants', 'location'],
    effect: 'reversible',
    run(world, { title, start_time, end_time, description, participants, location }) {
      const made: CalendarEvent = {
        ...{
          id_: nextId(events(world)),
          title: text(title),
          description: text(description),
          start_time: text(start_time),
          end_time: text(end_time),
        },
        ...{ location: location === undefined || location === null ? null : text(location), participants: texts(participants) },
      }
      const { id_: _, description: __, ...entry } = made
      return { result: { ...made }, world: withEvents(world, [...events(world), made]), entry: { did: 'made event', ...entry } }
    },
  }),
  act({
    name: 'cancel_calendar_event',
    description: 'cancels an event, and writes to its participants',
    takes: { event_id: 'item' },
    effect: 'irreversible',
    run(world, { event_id }) {
      const gone = eventOf(world, text(event_id))
      return {
        result: 'cancelled',
        world: withEvents(
          world,
          events(world).filter((one) => one !== gone),
        ),
        entry: { did: 'cancelled', id: gone.id_ },
      }
    },
  }),
  act({
    name: 'reschedule_calendar_event',
    description: 'moves an event',
    takes: { event_id: 'item', new_start_time: 'text', new_end_time: 'text' },
    optional: ['new_end_time'],
    effect: 'reversible',
    run(world, { event_id, new_start_time, new_end_time }) {
      const old = eventOf(world, text(event_id))
      const moved = { ...old, start_time: text(new_start_time), end_time: text(new_end_time) || old.end_time }
      return {
        result: { ...moved },
        world: withEvents(world, replaced(events(world), moved)),
        entry: { did: 'moved', id: old.id_, to: moved.start_time },
      }
    },
  }),
  act({
    name: 'add_calendar_event_participants',
    description: 'adds participants to an event, and writes to them',
    takes: { event_id: 'item', participants: 'address' },
    effect: 'irreversible',
    run(world, { event_id, participants }) {
      const old = eventOf(world, text(event_id))
      const more = { ...old, participants: [...old.participants, ...texts(participants)] }
      return {
        result: { ...more },
        world: withEvents(world, replaced(events(world), more)),
        entry: { did: 'added participants', id: old.id_, participants: texts(participants) },
      }
    },
  }),
]

export const driveTools: readonly SuiteTool[] = [
  look('list_files', 'all files', {}, files),
  look('get_file_by_id', 'a file', { file_id: 'item' }, (world, { file_id }) => fileOf(world, text(file_id))),
  look('search_files_by_filename', 'files by name', { filename: 'file' }, (world, { filename }) =>
    files(world).filter((file) => says(file.filename, text(filename))),
  ),
  look('search_files', 'files with some words', { query: 'text' }, (world, { query }) =>
    files(world).filter(({ content, filename }) => says(`${filename.replace(/-/g, ' ')} ${content}`, text(query))),
  ),
  act({
    name: 'create_file',
    description: 'makes a file',
    takes: { filename: 'file', content: 'text' },
    effect: 'reversible',
    run(world, { filename, content }) {
      const made: DriveFile = {
        id_: nextId(files(world)),
        filename: text(filename),
        content: text(content),
        owner: own(world),
        shared_with: {},
      }
      return { result: { ...made }, world: withFiles(world, [...files(world), made]), entry: { did: 'made file', filename: made.filename } }
    },
  }),
  act({
    name: 'append_to_file',
    description: 'adds to a file',
    takes: { file_id: 'item', content: 'text' },
    effect: 'reversible',
    run(world, { file_id, content }) {
      const old = fileOf(world, text(file_id))
      return {
        result: 'added',
        world: withFiles(world, replaced(files(world), { ...old, content: `${old.content}${text(content)}` })),
        entry: { did: 'appended', id: old.id_ },
      }
    },
  }),
  act({
    name: 'delete_file',
    description: 'deletes a file',
    takes: { file_id: 'item' },
    effect: 'irreversible',
    run(world, { file_id }) {
      const gone = fileOf(world, text(file_id))
      return {
        result: 'deleted',
        world: withFiles(
          world,
          files(world).filter((one) => one !== gone),
        ),
        entry: { did: 'deleted file', id: gone.id_ },
      }
    },
  }),
  act({
    name: 'share_file',
    description: 'lets someone read or write a file',
    takes: { file_id: 'item', email: 'address', permission: 'text' },
    effect: 'irreversible',
    run(world, { file_id, email, permission }) {
      const old = fileOf(world, text(file_id))
      const shared = { ...old, shared_with: { ...old.shared_with, [text(email)]: text(permission) } }
      return {
        result: 'shared',
        world: withFiles(world, replaced(files(world), shared)),
        entry: { did: 'shared', filename: old.filename, email: text(email) },
      }
    },
  }),
]

export const mailTools: readonly SuiteTool[] = [
  look('get_unread_emails', 'mails that were not read', {}, (world) => mails(world).filter(({ read }) => read === false)),
  look('get_received_emails', 'mails that came in', {}, (world) => mails(world).filter(({ status }) => status === 'received')),
  look('get_sent_emails', 'mails that were sent', {}, (world) => mails(world).filter(({ sender }) => sender === own(world))),
  look('get_draft_emails', 'drafts', {}, (world) => mails(world).filter(({ status }) => status === 'draft')),
  look(
    'search_emails',
    'mails with some words',
    { query: 'text', sender: 'address' },
    (world, { query, sender }) =>
      mails(world).filter((mail) => says(`${mail.subject} ${mail.body}`, text(query)) && (text(sender) === '' || mail.sender === sender)),
    ['sender'],
  ),
  look('search_contacts_by_name', 'contacts by name', { query: 'text' }, (world, { query }) =>
    contacts(world).filter((one) => says(one.replace(/[.@]/g, ' '), text(query))),
  ),
  look('search_contacts_by_email', 'contacts by address', { query: 'address' }, (world, { query }) =>
    contacts(world).filter((one) => says(one, text(query))),
  ),
  act({
    name: 'send_email',
    description: 'sends a mail',
    takes: { recipients: 'address', subject: 'text', body: 'text', attachments: 'text', cc: 'address', bcc: 'address' },
    optional: ['attachments', 'cc', 'bcc'],
    effect: 'irreversible',
    run(world, { recipients, subject, body, cc, bcc }) {
      const made: Email = {
        ...{ id_: nextId(mails(world)), sender: own(world), recipients: [...texts(recipients), ...texts(cc), ...texts(bcc)] },
        ...{ subject: text(subject), body: text(body), status: 'sent', read: true },
      }
      return {
        result: { ...made },
        world: withMails(world, [...mails(world), made]),
        entry: { did: 'mailed', recipients: made.recipients },
      }
    },
  }),
  act({
    name: 'delete_email',
    description: 'deletes a mail',
    takes: { email_id: 'item' },
    effect: 'irreversible',
    run(world, { email_id }) {
      const gone = mails(world).find(({ id_ }) => id_ === text(email_id))
      if (gone === undefined) throw new Error('there is no such mail')
      return {
        result: 'deleted',
        world: withMails(
          world,
          mails(world).filter((one) => one !== gone),
        ),
        entry: { did: 'deleted mail', recipients: gone.recipients },
      }
    },
  }),
]

function contacts(world: World): string[] {
  return [...new Set(mails(world).flatMap(({ sender, recipients }) => [sender, ...recipients]))].sort()
}
