// Chats in the form of ChatML, as SmolLM2 and others were trained on them: `<|im_start|>role`, the text, `<|im_end|>`. Templates of other forms
// are refused, since templates are programs. It knows no net.
import { BanyanError } from '../../core/errors.ts'
import type { Message } from '../../models/model.ts'
import type { BytePair } from '../tokenisers/byte-pair.ts'

/** Chats as a model was trained to read them. */
export interface Chat {
  /** The text that the answer goes on from. */
  text(messages: readonly Message[]): string
  /** Its tokens. Names of control tokens within a message stay plain text. */
  tokens(messages: readonly Message[]): Int32Array
}

/**
 * Chats by a model's own template.
 *
 * @param template in Jinja, as GGUF files hold it: ChatML, with or without a system message for chats that begin without one.
 * @throws BanyanError E_GGUF_TEMPLATE for one of another form.
 * @example
 * const chat = chatOf(file.metadata.text('tokenizer.chat_template'), tokeniser)
 * chat.tokens([{ role: 'user', content: 'Hello' }])
 */
export function chatOf(template: string, tokeniser: BytePair): Chat {
  const found = chatMl.exec(template.replaceAll('\\n', '\n'))
  if (found === null)
    throw new BanyanError('E_GGUF_TEMPLATE', 'the chat template is not of a known form', {
      seen: template,
      wanted: 'ChatML, with or without a system message of its own',
      hint: 'Write the text of the chat yourself',
    })
  const [, system] = found
  const turns = (messages: readonly Message[]) => {
    const first: readonly Message[] = system !== undefined && messages[0]?.role !== 'system' ? [{ role: 'system', content: system }] : []
    return [...first, ...messages].map(({ role, content }) => `${role}\n${content}`)
  }
  return {
    text: (messages) =>
      `${turns(messages)
        .map((turn) => `${start}${turn}${end}\n`)
        .join('')}${start}assistant\n`,
    tokens(messages) {
      const control = (name: string) => [...tokeniser.encode(name)]
      const plain = (text: string) => [...tokeniser.encode(text, { specials: false })]
      const all = turns(messages).flatMap((turn) => [...control(start), ...plain(turn), ...control(end), ...plain('\n')])
      return Int32Array.of(...all, ...control(start), ...plain('assistant\n'))
    },
  }
}

const start = '<|im_start|>'
const end = '<|im_end|>'

/** The whole template; what is caught is the system message of its own. */
const chatMl = new RegExp(
  [
    `^\\{% for message in messages %\\}`,
    `(?:\\{% if loop\\.first and messages\\[0\\]\\['role'\\] != 'system' %\\}\\{\\{ ?'<\\|im_start\\|>system\\n([^']*)<\\|im_end\\|>\\n' ?\\}\\}\\{% endif %\\})?`,
    `\\{\\{ ?'<\\|im_start\\|>' \\+ message\\['role'\\] \\+ '\\n' \\+ message\\['content'\\] \\+ '<\\|im_end\\|>' \\+ '\\n' ?\\}\\}`,
    `\\{% endfor %\\}\\{% if add_generation_prompt %\\}\\{\\{ ?'<\\|im_start\\|>assistant\\n' ?\\}\\}\\{% endif %\\}\\s*$`,
  ].join(''),
)
