// Reads the fenced code blocks of a Markdown file, and what the comment before a block says of how it is checked. It runs nothing.
//
//   <!-- check: continues -->            goes on from the block before it, as one program
//   <!-- check: types, REASON -->        its types are checked, and it is not run
//   <!-- check: shown, REASON -->        it is only shown
//   <!-- check: needs local-model -->    run where this machine has it; see src/testing/requirements.ts
//   <!-- check: before
//   const model = scripted(…)
//   -->                                  lines that stand before the block and that readers need not see

/** How a block is checked. */
export type Treatment = 'run' | 'types' | 'shown'

export interface Block {
  readonly file: string
  /** Line of its first line of code, from 1. */
  readonly line: number
  /** The first word after the fence: `ts`, `sh`; empty where there is none. */
  readonly language: string
  readonly code: string
  readonly treatment: Treatment
  readonly continues: boolean
  /** What the machine must have for it to be run. */
  readonly needs: string | undefined
  /** Hidden lines before it. */
  readonly before: string
}

/** A wrong comment, at a line. */
export class BlockError extends Error {
  readonly file: string
  readonly line: number
  constructor(file: string, line: number, message: string) {
    super(message)
    this.file = file
    this.line = line
  }
}

/** All fenced blocks of a file, in order. @throws BlockError for a comment that says nothing known, and a fence that does not end. */
export function blocksOf(file: string, text: string): Block[] {
  const blocks: Block[] = []
  const lines = text.split('\n')
  let said = nothingSaid()
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    if (line.startsWith('<!-- check:')) {
      const end = lines.findIndex((other, index) => index >= at && other.trimEnd().endsWith('-->'))
      if (end < 0) throw new BlockError(file, at + 1, 'the comment does not end')
      const words = lines
        .slice(at, end + 1)
        .join('\n')
        .slice('<!-- check:'.length)
        .trimEnd()
        .slice(0, -'-->'.length)
      said = { ...said, ...directive(words.trim(), file, at + 1) }
      at = end
      continue
    }
    const fence = /^(`{3,})(\S*)/.exec(line)
    if (fence === null) {
      if (line.trim() !== '') said = nothingSaid()
      continue
    }
    const end = lines.findIndex((other, index) => index > at && other.trimEnd() === fence[1])
    if (end < 0) throw new BlockError(file, at + 1, 'the fence does not end')
    blocks.push({ file, line: at + 2, language: fence[2]!, code: lines.slice(at + 1, end).join('\n'), ...said })
    said = nothingSaid()
    at = end
  }
  return blocks
}

type Said = Pick<Block, 'treatment' | 'continues' | 'needs' | 'before'>

function nothingSaid(): Said {
  return { treatment: 'run', continues: false, needs: undefined, before: '' }
}

function directive(text: string, file: string, line: number): Partial<Said> {
  if (text === 'continues') return { continues: true }
  const reason = /^(types|shown), \S/.exec(text)
  if (reason !== null) return { treatment: reason[1] as Treatment }
  const needs = /^needs (\S+)$/.exec(text)
  if (needs !== null) return { needs: needs[1] }
  const before = /^before\n([\s\S]+)$/.exec(text)
  if (before !== null) return { before: before[1]! }
  throw new BlockError(file, line, `unknown: check: ${text}; wanted continues, types or shown with a reason, needs, or before with lines`)
}
