// Sets of words for one round: those of a CommonGen file are held out, and sets to learn from are drawn from its words.
import { readFileSync } from 'node:fs'
import { Random } from '../../src/core/random.ts'
import type { TaskWord } from '../../src/environments/writing/rules/avoid.ts'
import { type WritingTask, writingTask } from '../../src/environments/writing/task.ts'
import { commongenFormat } from '../../src/experiments/formats/commongen.ts'

/** The tasks of a file in CommonGen's format. */
export function tasksOf(path: string): WritingTask[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  return lines.map((line, at) => writingTask(commongenFormat.parse(JSON.parse(line), at).task as never))
}

/**
 * New sets out of the words of others. Each has as many words of each part of speech as one of the given sets, no word twice, and at most two
 * words in common with any given set; no two are the same.
 */
export function drawnTasks(given: readonly WritingTask[], count: number, seed: number): WritingTask[] {
  const random = new Random(seed, 'word sets')
  const words = (task: WritingTask): readonly TaskWord[] => task.include ?? []
  const pool = new Map<string, string[]>()
  for (const { word, part = '' } of given.flatMap(words)) {
    const known = pool.get(part) ?? []
    pool.set(part, known)
    if (!known.includes(word)) known.push(word)
  }
  const others = given.map((task) => new Set(words(task).map(({ word }) => word)))
  const seen = new Set<string>()
  const drawn: WritingTask[] = []
  for (let tries = 0; drawn.length < count && tries < 100 * count; tries++) {
    const form = words(given[random.below(given.length)]!)
    const include = form.map(({ part }) => {
      const known = pool.get(part ?? '')!
      return { word: known[random.below(known.length)]!, ...(part !== undefined && { part }) }
    })
    const own = [...new Set(include.map(({ word }) => word))].sort()
    if (own.length < include.length || seen.has(own.join()) || others.some((other) => own.filter((word) => other.has(word)).length > 2))
      continue
    seen.add(own.join())
    drawn.push(writingTask({ include, sentences: 1 }))
  }
  return drawn
}
