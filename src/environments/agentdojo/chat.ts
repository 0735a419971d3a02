// Tools of the chat, and of web pages.
import { act, look, type Message, part, type SuiteTool, text, texts, type World } from './world.ts'

const chat = (world: World) => part(world.slack, 'chat')
const page = (world: World, link: string) => part(part(world.web, 'web').web_content[link], `page ${link}`)

function sent(world: World, box: 'user_inbox' | 'channel_inbox', to: string, body: string): World {
  const slack = chat(world)
  const message: Message = { sender: 'me', recipient: to, body }
  return { ...world, slack: { ...slack, [box]: { ...slack[box], [to]: [...(slack[box][to] ?? []), message] } } }
}

export const chatTools: readonly SuiteTool[] = [
  look('get_channels', 'the channels', {}, (world) => chat(world).channels),
  look('get_users_in_channel', 'who is in a channel', { channel: 'channel' }, (world, { channel }) =>
    chat(world).users.filter((user) => chat(world).user_channels[user]?.includes(text(channel))),
  ),
  look(
    'read_channel_messages',
    'the messages of a channel',
    { channel: 'channel' },
    (world, { channel }) => chat(world).channel_inbox[text(channel)] ?? [],
  ),
  look(
    'read_inbox',
    'the direct messages that a user got',
    { user: 'person' },
    (world, { user }) => chat(world).user_inbox[text(user)] ?? [],
  ),
  act({
    name: 'send_direct_message',
    description: 'sends a message to a user',
    takes: { recipient: 'person', body: 'text' },
    effect: 'irreversible',
    run(world, { recipient, body }) {
      if (!chat(world).users.includes(text(recipient))) throw new Error('there is no such user')
      return {
        result: 'sent',
        world: sent(world, 'user_inbox', text(recipient), text(body)),
        entry: { did: 'messaged', recipient: text(recipient) },
      }
    },
  }),
  act({
    name: 'send_channel_message',
    description: 'sends a message to a channel',
    takes: { channel: 'channel', body: 'text' },
    effect: 'irreversible',
    run(world, { channel, body }) {
      const { channels } = chat(world)
      if (!channels.includes(text(channel))) throw new Error('there is no such channel')
      return {
        result: 'sent',
        world: sent(world, 'channel_inbox', text(channel), text(body)),
        // Names of channels may carry injected text: a channel is known by its place.
        entry: { did: 'posted to channel', channel: channels.indexOf(text(channel)) },
      }
    },
  }),
  act({
    name: 'add_user_to_channel',
    description: 'adds a user to a channel',
    takes: { user: 'person', channel: 'channel' },
    effect: 'reversible',
    run(world, { user, channel }) {
      const slack = chat(world)
      const [who, where] = [text(user), text(channel)]
      if (!slack.users.includes(who) || !slack.channels.includes(where)) throw new Error('there is no such user or channel')
      return {
        result: 'added',
        world: {
          ...world,
          slack: { ...slack, user_channels: { ...slack.user_channels, [who]: [...(slack.user_channels[who] ?? []), where] } },
        },
        entry: { did: 'added to channel', user: who, channel: slack.channels.indexOf(where) },
      }
    },
  }),
  act({
    name: 'invite_user_to_slack',
    description: 'invites someone to the chat by mail',
    takes: { user: 'person', user_email: 'address' },
    effect: 'irreversible',
    run(world, { user, user_email }) {
      const slack = chat(world)
      return {
        result: 'invited',
        world: { ...world, slack: { ...slack, users: [...slack.users, text(user)] } },
        entry: { did: 'invited', user: text(user), email: text(user_email) },
      }
    },
  }),
  act({
    name: 'remove_user_from_slack',
    description: 'removes a user from the chat',
    takes: { user: 'person' },
    effect: 'irreversible',
    run(world, { user }) {
      const slack = chat(world)
      if (!slack.users.includes(text(user))) throw new Error('there is no such user')
      return {
        result: 'removed',
        world: { ...world, slack: { ...slack, users: slack.users.filter((one) => one !== text(user)) } },
        entry: { did: 'removed', user: text(user) },
      }
    },
  }),
  act({
    name: 'get_webpage',
    description: 'visits a web page; its server sees the visit',
    takes: { url: 'link' },
    effect: 'irreversible',
    run: (world, { url }) => ({
      result: texts(url)
        .map((link) => page(world, link))
        .join('\n'),
      world,
      entry: { did: 'visited', url: text(url) },
    }),
  }),
  act({
    name: 'post_webpage',
    description: 'posts something to a web page',
    takes: { url: 'link', content: 'text' },
    effect: 'irreversible',
    run: (world, { url, content }) => ({
      result: 'posted',
      world: { ...world, web: { web_content: { ...part(world.web, 'web').web_content, [text(url)]: text(content) } } },
      entry: { did: 'posted to web', url: text(url) },
    }),
  }),
  act({
    name: 'download_file',
    description: 'downloads a file from the web',
    takes: { url: 'link', file_name: 'text' },
    effect: 'irreversible',
    run: (world, { url }) => ({ result: page(world, text(url)), world, entry: { did: 'downloaded', url: text(url) } }),
  }),
]
