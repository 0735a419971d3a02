// Whether a text is the beginning of a JSON value: one pass with a stack, no schema.

/** Why no JSON value begins like this; undefined when one may. White space around the value is free. */
export function jsonBroken(prefix: string): string | undefined {
  const stack: ('{' | '[')[] = []
  let expected: Expected = 'value'
  let i = 0
  while (i < prefix.length) {
    const character = prefix[i] ?? ''
    if (/[ \t\n\r]/.test(character)) {
      i++
      continue
    }
    const wrong = `is not JSON at ${JSON.stringify(prefix.slice(i, i + 12))}`
    if (expected === 'end') return wrong
    const after: Expected = stack.length === 0 ? 'end' : 'comma'
    if (expected === 'value' || expected === 'first value') {
      if (character === '{' || character === '[') {
        stack.push(character)
        expected = character === '{' ? 'first key' : 'first value'
        i++
      } else if (character === ']' && expected === 'first value') {
        stack.pop()
        expected = stack.length === 0 ? 'end' : 'comma'
        i++
      } else {
        const token = character === '"' ? string(prefix, i) : scalar(prefix, i)
        if (token === undefined) return wrong
        expected = after
        i = token
      }
    } else if (expected === 'key' || expected === 'first key') {
      if (character === '}' && expected === 'first key') {
        stack.pop()
        expected = stack.length === 0 ? 'end' : 'comma'
        i++
      } else {
        const token = character === '"' ? string(prefix, i) : undefined
        if (token === undefined) return wrong
        expected = 'colon'
        i = token
      }
    } else if (expected === 'colon') {
      if (character !== ':') return wrong
      expected = 'value'
      i++
    } else {
      const open = stack.at(-1)
      if (character === ',') expected = open === '{' ? 'key' : 'value'
      else if (character === (open === '{' ? '}' : ']')) {
        stack.pop()
        expected = stack.length === 0 ? 'end' : 'comma'
      } else return wrong
      i++
    }
  }
  return undefined
}

type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'end'

/** The place after the string that begins at `start`, or the end of the text where it is cut off; undefined when it is none. */
function string(text: string, start: number): number | undefined {
  const whole = /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
  const cut = /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*(?:\\(?:u[0-9a-fA-F]{0,3})?)?$/y
  for (const pattern of [whole, cut]) {
    pattern.lastIndex = start
    const found = pattern.exec(text)?.[0]
    // Control characters stand escaped in JSON.
    if (found !== undefined) return Array.from(found).some((character) => character < ' ') ? undefined : start + found.length
  }
  return undefined
}

/** The same for a number, `true`, `false` or `null`. */
function scalar(text: string, start: number): number | undefined {
  const token = /[^\s,\]}:"[{]*/y
  token.lastIndex = start
  const found = token.exec(text)?.[0] ?? ''
  if (found === '') return undefined
  const end = start + found.length
  const atEnd = end === text.length
  if (['true', 'false', 'null'].some((word) => word === found || (atEnd && word.startsWith(found)))) return end
  const number = atEnd ? /^-?(?:(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d*)?)?$/ : /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
  return number.test(found) && !/\.[eE]/.test(found) ? end : undefined
}
