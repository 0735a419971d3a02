// Plain aligned tables. Cells are made safe to print here; what they mean is the caller's business.
import { columnsOf, pad, shorten } from './columns.ts'
import { sanitize } from './sanitize.ts'

/** Numbers are aligned to the right as they are; give a string where another form is wanted. Undefined and null are shown as `–`. */
export type Cell = string | number | boolean | null | undefined

/**
 * A table of text: a header, a line, the rows; two spaces between columns. Columns that hold numbers alone, or strings that start
 * with a digit or a sign and a digit, are aligned to the right. Where `width` (columns of the terminal) is too small, the widest columns are cut.
 *
 * @example
 * table(['arm', 'solved'], [['greedy', 8], ['beam', 31]])
 * // arm     solved
 * // ──────  ──────
 * // greedy       8
 * // beam        31
 */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[], options: { readonly width?: number } = {}): string {
  const texts = rows.map((row) => header.map((_, column) => shown(row[column])))
  const aligns = header.map((_, column) => {
    const cells = texts.map((row) => row[column] ?? '').filter((text) => text !== '–')
    return cells.length > 0 && cells.every((text) => number.test(text)) ? 'right' : 'left'
  })
  const natural = header.map((title, column) => Math.max(columnsOf(title), ...texts.map((row) => columnsOf(row[column] ?? ''))))
  const widths = shrunk(natural, (options.width ?? Number.POSITIVE_INFINITY) - gap.length * (header.length - 1))
  const line = (cells: readonly string[]) =>
    cells
      .map((text, column) => pad(shorten(text, widths[column] ?? 0), widths[column] ?? 0, aligns[column]))
      .join(gap)
      .trimEnd()
  return [line(header), widths.map((width) => '─'.repeat(width)).join(gap), ...texts.map(line)].join('\n')
}

const gap = '  '
const smallest = 6
const number = /^[-+−$]?\d/

function shown(cell: Cell): string {
  return cell === undefined || cell === null || cell === '' ? '–' : sanitize(String(cell))
}

/** Takes columns from the widest ones until the sum fits; none becomes narrower than `smallest`. */
function shrunk(natural: readonly number[], room: number): number[] {
  const widths = [...natural]
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths))
    if ((widths[widest] ?? 0) <= smallest) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}
