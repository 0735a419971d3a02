// Puzzles of the game of 24: {"rank": 3, "puzzle": "1 1 3 8", "numbers": [1, 1, 3, 8], …}. One of `puzzle` and `numbers` is enough.
import { z } from 'zod'
import { BanyanError } from '../../core/errors.ts'
import type { TaskFormat } from './format.ts'
import { readLine } from './read-line.ts'

const line = z.object({
  rank: z.number().optional(),
  numbers: z.array(z.int()).optional(),
  puzzle: z
    .string()
    .regex(/^\s*\d+(\s+\d+)+\s*$/, 'numbers with spaces between them, as in "4 9 10 13"')
    .optional(),
})

export const game24Format: TaskFormat = {
  name: 'game24',
  environment: 'game24',
  parse(json, index) {
    const { rank, numbers, puzzle } = readLine('game24', line, json)
    const values = numbers ?? puzzle?.trim().split(/\s+/).map(Number)
    if (values === undefined)
      throw new BanyanError('E_TASK_FORMAT', 'the line has no puzzle', {
        seen: json,
        wanted: '"numbers", as in [4, 9, 10, 13], or "puzzle", as in "4 9 10 13"',
      })
    return { id: `game24-${rank ?? index + 1}`, task: { numbers: values } }
  },
}
