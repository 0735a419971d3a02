// Turns what is asked into tokens: the chat by the model's own template, a plain text as it is, the beginning of an answer by the tokens
// with which it was said. Control tokens come from the template alone; their names within a message stay plain text.
import type { JinjaTemplateChatWrapper, LlamaModel, LlamaVocabularyType } from 'node-llama-cpp'
import type { Message } from '../model.ts'
import { ModelError } from '../model-error.ts'
import type { AnswerMemory } from './answer-memory.ts'

export interface Question {
  readonly messages?: readonly Message[]
  readonly prompt?: string
  readonly prefix?: string
}

export interface Placed {
  /** Where the answer stands, for the memory. */
  readonly place: string
  /** The tokens before the answer. */
  readonly before: readonly number[]
  /** The beginning of the answer, given or plain text to go on from. */
  readonly beginning: string
  readonly beginningTokens: readonly number[]
}

export interface PromptTokens {
  /** @throws `E_MODEL_REQUEST` (fatal) for a chat with a model that has no template, or for neither chat nor text. */
  place(question: Question): Placed
  /** Tokens of a text said after `text` at a place, and whether the two together were said before. */
  after(placed: Placed, text: string): readonly number[]
}

/** The parts of the library that are used here. */
export interface ChatLibrary {
  readonly JinjaTemplateChatWrapper: typeof JinjaTemplateChatWrapper
  readonly LlamaVocabularyType: typeof LlamaVocabularyType
}

/** @param template A Jinja template instead of the file's own. */
export function promptTokens(model: LlamaModel, library: ChatLibrary, memory: AnswerMemory, template?: string): PromptTokens {
  const jinja = template ?? model.fileInfo.metadata.tokenizer?.chat_template
  let wrapper: JinjaTemplateChatWrapper | undefined
  const sentencePiece = model.vocabularyType === library.LlamaVocabularyType.spm

  /** Tokens of a text that stands after another. */
  const continued = (text: string) => (text === '' ? [] : model.tokenize(text, false, sentencePiece ? 'trimLeadingSpace' : undefined))
  const answerTokens = (place: string, text: string) => {
    const { tokens, characters } = memory.find(place, text)
    return [...tokens, ...continued(text.slice(characters))]
  }

  function chatTokens(messages: readonly Message[]): number[] {
    if (jinja === undefined) {
      throw new ModelError('E_MODEL_REQUEST', `${model.filename ?? 'the model'} has no chat template`, {
        hint: 'Ask it with `prompt` instead of `messages`, or give a Jinja template as the option `chatTemplate`.',
      })
    }
    wrapper ??= new library.JinjaTemplateChatWrapper({
      template: jinja,
      tokenizer: model.tokenizer,
      trimLeadingWhitespaceInResponses: false,
      joinAdjacentMessagesOfTheSameType: false,
    })
    const history = messages.map(({ role, content }) =>
      role === 'assistant' ? { type: 'model' as const, response: [content] } : { type: role, text: content },
    )
    const { contextText } = wrapper.generateContextState({ chatHistory: [...history, { type: 'model', response: [] }] })
    return contextText.tokenize(model.tokenizer)
  }

  return {
    place({ messages, prompt, prefix = '' }) {
      if ((messages === undefined) === (prompt === undefined)) {
        throw new ModelError('E_MODEL_REQUEST', 'a request needs either messages or a prompt', {
          seen: messages === undefined ? 'neither' : 'both',
        })
      }
      if (messages !== undefined) {
        const place = JSON.stringify(messages)
        return { place, before: chatTokens(messages), beginning: prefix, beginningTokens: answerTokens(place, prefix) }
      }
      const start = model.tokens.shouldPrependBosToken && model.tokens.bos !== null ? [model.tokens.bos] : []
      const beginning = prompt + prefix
      const { tokens, characters } = memory.find('', beginning)
      const rest = beginning.slice(characters)
      const beginningTokens = characters > 0 ? [...tokens, ...continued(rest)] : model.tokenize(beginning)
      return { place: '', before: start, beginning, beginningTokens }
    },
    after({ place, beginning, beginningTokens }, text) {
      const { tokens, characters } = memory.find(place, beginning + text)
      const same = characters === beginning.length + text.length && beginningTokens.every((token, index) => tokens[index] === token)
      return same ? tokens.slice(beginningTokens.length) : continued(text)
    },
  }
}
