// Reads how long a provider asks to wait, from the headers of its answer (RFC 9110, section 10.2.3).

/**
 * The wait in milliseconds: from `retry-after-ms`, else from `retry-after` in seconds or as an HTTP date; 0 for a date that has passed,
 * undefined when there is none that can be read.
 * @param now milliseconds since 1970.
 */
export function readRetryAfter(headers: Readonly<Record<string, string | undefined>> | undefined, now: number): number | undefined {
  const milliseconds = number(header(headers, 'retry-after-ms'))
  if (milliseconds !== undefined) return milliseconds
  const text = header(headers, 'retry-after')
  const seconds = number(text)
  if (seconds !== undefined) return seconds * 1000
  const date = text === undefined || !text.includes(':') ? Number.NaN : Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function header(headers: Readonly<Record<string, string | undefined>> | undefined, name: string): string | undefined {
  const key = Object.keys(headers ?? {}).find((candidate) => candidate.toLowerCase() === name)
  const value: unknown = key === undefined ? undefined : headers?.[key]
  return typeof value === 'string' ? value.trim() : undefined
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined
}
