// Makes programs of TypeScript blocks: a block with its hidden lines, and the blocks that continue it. Each line knows where it came from.
import type { Block, Treatment } from './blocks.ts'

export interface Program {
  /** A file name made of the document's name and line. */
  readonly name: string
  readonly text: string
  readonly file: string
  /** Line of the first block. */
  readonly line: number
  readonly treatment: Exclude<Treatment, 'shown'>
  readonly needs: readonly string[]
  /** It calls a contract suite, so vitest runs it. */
  readonly test: boolean
  /** Line of the document for a line of the program, both from 1. */
  lineOf(line: number): number
}

/** The programs of one file's blocks, in order. Blocks that are only shown are left out. */
export function programsOf(blocks: readonly Block[]): Program[] {
  const chains: Block[][] = []
  for (const block of blocks.filter(({ language, treatment }) => language === 'ts' && treatment !== 'shown')) {
    const last = chains.at(-1)
    if (block.continues && last !== undefined) last.push(block)
    else chains.push([block])
  }
  return chains.map(programOf)
}

function programOf(chain: readonly Block[]): Program {
  const { file, line } = chain[0]!
  const text: string[] = []
  const origin: number[] = []
  for (const block of chain) {
    for (const hidden of block.before === '' ? [] : block.before.split('\n')) {
      text.push(hidden)
      origin.push(block.line)
    }
    for (const [i, shown] of block.code.split('\n').entries()) {
      text.push(shown)
      origin.push(block.line + i)
    }
  }
  const code = text.join('\n')
  const test = /\btest(Searcher|Environment|Model|Store|System)\(/.test(code)
  return {
    name: `${file.replace(/\.md$/, '').replace(/[^A-Za-z0-9]+/g, '-')}-${line}${test ? '.test' : ''}.ts`,
    text: /^\s*(import|export)\b/m.test(code) ? code : `${code}\nexport {}`,
    file,
    line,
    treatment: chain.some(({ treatment }) => treatment === 'types') ? 'types' : 'run',
    needs: [...new Set(chain.flatMap(({ needs }) => needs ?? []))],
    test,
    lineOf: (at) => origin[Math.min(at, origin.length) - 1] ?? line,
  }
}
