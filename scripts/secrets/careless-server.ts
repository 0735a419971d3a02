// A model server that tells everything it was given: key, headers and address stand in its errors, in its answers, and in its headers.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { canaries } from './canaries.ts'

export interface CarelessServer {
  readonly origin: string
  /** Keys that came to the server to which it redirects. */
  readonly stray: readonly string[]
  close(): void
}

/** What it does, by the first part of the path. */
export const manners = [
  'answers',
  '400',
  '401',
  '403',
  '429',
  'quota',
  '500',
  'page',
  'half',
  'shape',
  'in-200',
  'redirect',
  'reset',
] as const

export async function carelessServer(): Promise<CarelessServer> {
  const stray: string[] = []
  const other = createServer((request, response) => {
    stray.push(JSON.stringify(request.headers))
    response.end('{}')
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/v1/chat/completions`
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => answer(request, response, elsewhere))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stray,
    close() {
      for (const one of [server, other]) {
        one.closeAllConnections()
        one.close()
      }
    },
  }
}

function answer(request: IncomingMessage, response: ServerResponse, elsewhere: string): void {
  const manner = (request.url ?? '').split('/')[1]
  const told = `Bad request to http://${request.headers.host}${request.url} with ${JSON.stringify(request.headers)}; ${request.headers.authorization}`
  const headers = {
    'content-type': 'application/json',
    'set-cookie': `session=${canaries['answer header']}`,
    'x-api-key': canaries['answer header'],
  }
  const send = (body: unknown, status = 200): void => {
    response.writeHead(status, headers)
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
  const error = { error: { message: told, type: told, code: 'error', param: told } }
  // An answer repeats what every writer of a log knows to be secret: the keys of the environment.
  const content = `Answer: your key is ${canaries['environment key']} and ${canaries['environment token']}`
  const good = {
    id: told,
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 9, completion_tokens: 9, [told]: told },
  }
  if (manner === 'reset') response.destroy()
  else if (manner === 'redirect') {
    response.writeHead(307, { ...headers, location: `${elsewhere}?${told.replace(/\W/g, '')}` })
    response.end()
  } else if (manner === 'quota') send({ error: { message: told, code: 'insufficient_quota' } }, 429)
  else if (manner === 'page') send(`<html>${told}</html>`, 502)
  else if (manner === 'half') send(JSON.stringify(good).slice(0, -40))
  else if (manner === 'shape') send({ choices: told, usage: told })
  else if (manner === 'in-200') send(error)
  else if (manner === 'answers') send(good)
  else send(error, Number(manner))
}
