// Finds `\boxed{…}` and writes its content in one usual form. Pure, one pass, never throws.

/** The content of the last closed `\boxed{…}` (or `\fbox{…}`, or `\boxed 5`), innermost where they nest; undefined when there is none. */
export function lastBox(text: string): string | undefined {
  const open: { readonly at: number; readonly boxed: boolean }[] = []
  let content: string | undefined
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '\\' && text[at + 1] !== undefined && '{}\\'.includes(text[at + 1] as string)) at++
    else if (character === '{') open.push({ at: at + 1, boxed: boxCommandBefore(text, at) })
    else if (character === '}') {
      const opened = open.pop()
      if (opened?.boxed === true) content = text.slice(opened.at, at)
    }
  }
  if (content === undefined) return bareBox(text)
  const inner = content.includes('boxed') || content.includes('fbox') ? lastBoxOnce(content) : undefined
  return tidyBox(inner ?? content)
}

/** A box's content without what only changes its looks: dollar signs, `\left`, `\dfrac`, thin spaces, an ending full stop. */
export function tidyBox(content: string): string {
  return content
    .replaceAll('$', '')
    .replace(/\\(?:left|right)(?![a-zA-Z])/g, '')
    .replace(/\\[dt]frac(?![a-zA-Z])/g, '\\frac')
    .replace(/\\(\\|[!,;: ])/g, (whole, next: string) => (next === '\\' ? whole : ' '))
    .replace(/\\(?:quad|qquad)(?![a-zA-Z])/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '')
    .trim()
}

// A box in a box closes before it, so the first closed box of the content is the innermost; one more look is enough in practice.
function lastBoxOnce(content: string): string | undefined {
  const start = Math.max(content.lastIndexOf('\\boxed{'), content.lastIndexOf('\\fbox{'))
  if (start < 0) return undefined
  const from = content.indexOf('{', start) + 1
  let depth = 1
  for (let at = from; at < content.length; at++) {
    if (content[at] === '{') depth++
    else if (content[at] === '}' && --depth === 0) return content.slice(from, at)
  }
  return undefined
}

function boxCommandBefore(text: string, brace: number): boolean {
  let at = brace
  while (at > 0 && brace - at < 4 && text[at - 1] === ' ') at--
  return text.startsWith('\\boxed', at - 6) || text.startsWith('\\fbox', at - 5)
}

// `\boxed 5` and `\boxed5`: one token without braces.
function bareBox(text: string): string | undefined {
  const at = text.lastIndexOf('\\boxed')
  if (at < 0) return undefined
  const token = /^\s{0,4}([^\s{}$\\]{1,40})/.exec(text.slice(at + 6, at + 60))?.[1]
  return token === undefined ? undefined : tidyBox(token)
}
