// What is asked of a model, as the body of a request. It knows the fields of the protocol; those in which servers differ come from the server.
import type { GenerateRequest, ModelRun } from '../model.ts'
import type { Fields, Server } from './servers.ts'

export interface Body {
  readonly path: 'chat/completions' | 'completions'
  readonly fields: Fields
}

export interface BodyOptions {
  /** The server's name of the model. */
  readonly id: string
  readonly server: Server
  readonly seed: boolean
  /** Sent with every request. */
  readonly extra: Fields
}

export function bodyOf(request: GenerateRequest, run: Pick<ModelRun, 'seed'>, { id, server, seed, extra }: BodyOptions): Body {
  const chat = request.prompt === undefined
  const { count = 1, prefix = '', stop = [] } = request
  return {
    path: chat ? 'chat/completions' : 'completions',
    fields: {
      model: id,
      ...(chat
        ? { messages: [...(request.messages ?? []), ...(prefix === '' ? [] : [{ role: 'assistant', content: prefix }])].map(message) }
        : { prompt: request.prompt + prefix }),
      ...(chat && prefix !== '' ? server.continuing : {}),
      max_tokens: request.maxTokens,
      temperature: request.temperature ?? 1,
      ...(count > 1 ? { n: count } : {}),
      ...(stop.length === 0 ? {} : { stop: stop.slice(0, server.mostStopTexts) }),
      // The low 31 bits: some servers keep seeds in signed integers.
      ...(seed ? { seed: run.seed & 0x7fffffff } : {}),
      ...server.sampling(request),
      ...(request.logProbs === true ? server.logProbs(chat) : {}),
      ...server.constraint(request, chat),
      ...extra,
    },
  }
}

function message({ role, content }: { readonly role: string; readonly content: string }): Fields {
  return { role, content }
}
