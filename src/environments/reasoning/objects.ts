// Finds JSON values in a text that may have prose around them. Pure, linear, never throws; it checks no schema.
import type { Json } from '../../core/common.ts'

const mostValues = 32
const mostRestarts = 32
const deepest = 64

/**
 * The JSON values of a text, the most likely answer first: the whole text, then objects and arrays from the last to the first.
 * At most 32, none nested deeper than 64.
 */
export function* jsonValues(text: string): Iterable<Json> {
  const whole = parse(text.trim())
  if (whole !== undefined) {
    yield whole
    return
  }
  for (const [start, end] of spans(text).slice(-mostValues).reverse()) {
    const value = parse(text.slice(start, end))
    if (value !== undefined) yield value
  }
}

// Outermost balanced {…} and […], quotes respected. A bracket that never closes is skipped, a few times.
function spans(text: string): [number, number][] {
  const found: [number, number][] = []
  let from = 0
  for (let restarts = 0; restarts <= mostRestarts; restarts++) {
    const unclosed = scan(text, from, found)
    if (unclosed === undefined) break
    from = unclosed + 1
  }
  return found
}

// Adds spans from `from` on; returns the place of an outermost bracket that never closes.
function scan(text: string, from: number, found: [number, number][]): number | undefined {
  let depth = 0
  let start = 0
  let quoted = false
  for (let at = from; at < text.length; at++) {
    const character = text[at]
    if (quoted) {
      if (character === '\\') at++
      else if (character === '"') quoted = false
    } else if (character === '"' && depth > 0) quoted = true
    else if (character === '{' || character === '[') {
      if (depth++ === 0) start = at
    } else if ((character === '}' || character === ']') && depth > 0 && --depth === 0) found.push([start, at + 1])
  }
  return depth > 0 ? start : undefined
}

function parse(text: string): Json | undefined {
  if (!/^[[{"\-\dtfn]/.test(text)) return undefined
  try {
    const value = JSON.parse(text) as Json
    return shallow(value, 0) ? value : undefined
  } catch {
    return undefined
  }
}

function shallow(value: Json | undefined, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth < deepest && Object.values(value).every((part) => shallow(part, depth + 1))
}
