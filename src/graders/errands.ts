// Whether a plan has done an errand: its calls are made in a fresh world, and what the database then holds is compared with what it should hold.
import { database } from '../environments/errands/database.ts'
import { drafts } from '../environments/errands/drafts.ts'
import type { Change, ErrandCall } from '../environments/errands/families.ts'
import { errandTools } from '../environments/errands/tools.ts'
import { readTools, toolRun } from '../environments/tools/tool.ts'
import type { Grade, Grader } from './grader.ts'

/** As much of a plan as is graded. */
interface Calls {
  readonly calls: readonly { readonly tool: string; readonly input: unknown }[]
}

/** Grades plans for the tasks of a seed, and knows one that is right for each. */
export interface ErrandsGrader extends Grader<{ readonly id: string }, Calls> {
  grade(task: { readonly id: string }, answer: Calls | undefined): Promise<Grade>
  /** Calls that solve a task, those that only look among them. Training data and scripted policies are made of them. */
  solution(id: string): readonly ErrandCall[]
  [Symbol.dispose](): void
}

/**
 * A plan is right when the rows that its calls add and remove are those that its task wants, and no others. Calls that the world refuses change
 * nothing. Each family says by itself which rows it wants.
 *
 * @param options as those of `errands`.
 *
 * @example
 * using grader = errandsGrader({ seed: 7 })
 * await grader.grade({ id: 'dinner-0' }, { calls: grader.solution('dinner-0') }) // { correct: true }
 */
export function errandsGrader({ seed = 1, count = 100 }: { readonly seed?: number; readonly count?: number } = {}): ErrandsGrader {
  const world = database(seed)
  const known = readTools(errandTools(world))
  const tasks = new Map(drafts(world, { seed, count }).map((draft) => [draft.id, draft]))
  const before = new Set(rowsOf(world.contents()))
  const draftOf = (id: string) => {
    const draft = tasks.get(id)
    if (draft === undefined) throw new RangeError(`there is no errand ${id}`)
    return draft
  }
  return {
    name: 'errands',
    solution: (id) => draftOf(id).calls,
    async grade({ id }, answer) {
      const { added, removed } = draftOf(id)
      if (answer === undefined) return { correct: false, reason: 'no plan' }
      const after = await world.rehearse(async () => {
        for (const { tool, input } of answer.calls) await made(tool, input)
        return new Set(rowsOf(world.contents()))
      })
      const missing = differs(added, without(after, before)) ?? differs(removed, without(before, after))
      return missing === undefined ? { correct: true } : { correct: false, reason: missing }
    },
    [Symbol.dispose]: () => world.close(),
  }

  async function made(name: string, input: unknown): Promise<void> {
    const tool = known.get(name)
    const checked = await tool?.check(input as never)
    if (checked === undefined || 'problem' in checked) return
    try {
      await tool!.execute(checked.value, toolRun('grade', new AbortController().signal))
    } catch {
      // What the world refuses changes nothing.
    }
  }
}

/** Rows of all tables, each once for each time that it is there. */
function rowsOf(contents: string): string[] {
  let table = ''
  const times = new Map<string, number>()
  return contents.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) {
      table = line
      return []
    }
    const row = `${table} ${line}`
    const nth = (times.get(row) ?? 0) + 1
    times.set(row, nth)
    return [`${row} ${nth}`]
  })
}

/** The first row of which only one side knows. */
function differs(wanted: readonly Change[], found: readonly string[]): string | undefined {
  const rows = (lines: readonly string[]) => new Set(lines.map((line) => line.slice(0, line.lastIndexOf(' '))))
  const [want, have] = [rows(wanted.map(([table, row]) => `${table} ${JSON.stringify(row)} 1`)), rows(found)]
  if (want.size !== wanted.length || have.size !== found.length) return 'a row is there twice'
  return [...without(want, have), ...without(have, want)][0]
}

function without(rows: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  return [...rows].filter((row) => !others.has(row))
}
