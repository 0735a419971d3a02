// A `fetch` for providers of the AI SDK. The global one follows redirects, and takes headers of one's own along to other origins.

/**
 * Fetches without following redirects: a request that is sent elsewhere fails, and neither keys nor prompts go there.
 * @param send default: the global `fetch`.
 *
 * @example
 * const provider = createOpenAICompatible({ name: 'local', baseURL, headers: { 'x-key': key }, fetch: withoutRedirects() })
 */
export function withoutRedirects(send: typeof fetch = (input, init) => fetch(input, init)): typeof fetch {
  return (input, init) => send(input, { ...init, redirect: 'error' })
}
