// Writes SVG: elements with escaped attributes and texts. No scripts, no links, no outside resources. It knows nothing of trees.

export type Attributes = Readonly<Record<string, string | number | undefined>>

/** A piece of finished SVG. */
export type Svg = { readonly svg: string }

/** An element. Strings among its children are text, and escaped. */
export function element(name: string, attributes: Attributes = {}, ...children: readonly (Svg | string)[]): Svg {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? shortNumber(value) : escaped(value as string)}"`)
    .join('')
  if (children.length === 0) return { svg: `<${name}${written}/>` }
  const inside = children.map((child) => (typeof child === 'string' ? escaped(child) : child.svg)).join('')
  return { svg: `<${name}${written}>${inside}</${name}>` }
}

/** A whole picture, `width` × `height` pixels, described by `title` for those who cannot see it. */
export function picture(width: number, height: number, title: string, ...children: readonly Svg[]): string {
  const size = { width: Math.ceil(width), height: Math.ceil(height), viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}` }
  const root = element('svg', { xmlns: 'http://www.w3.org/2000/svg', role: 'img', ...size }, element('title', {}, title), ...children)
  return `${root.svg}\n`
}

/** On one line, without characters that steer a terminal, turn the direction of writing or are no XML; at most `most` characters. */
export function label(text: string, most: number): string {
  const line = text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
    .replaceAll(/[\u0000-\u0020\u007f-\u00a0\u2028\u2029]+/g, ' ')
    .replaceAll(/[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\uffff]/g, '')
    .trim()
  const characters = Array.from(line.slice(0, 4 * most + 8))
  return characters.length <= most
    ? line
    : `${characters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`
}

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]|\p{Extended_Pictographic}/u

/** About how wide a text is in the wider of the usual sans-serif faces, in pixels; wide scripts count double. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0
  for (const character of text) {
    if (/[ijl.,:;'’|!()[\] ]/.test(character)) ems += 0.34
    else if (/[frtsI-]/.test(character)) ems += 0.45
    else if (/[mwMW@%…—]/.test(character)) ems += 0.95
    else if (/[A-Z]/.test(character)) ems += 0.7
    else ems += wide.test(character) ? 1.1 : 0.62
  }
  return ems * fontSize
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}

function shortNumber(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 10) / 10) : '0'
}
