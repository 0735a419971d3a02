// Solved connect-four positions: {"id": "Test_L3_R1-1", "moves": "7422…", "score": 1}. The score is for the side to move: 0 draw, positive:
// it wins with its (22 - score)-th stone, negative: it loses so. It is the reference, which only the grader sees.
import { z } from 'zod'
import type { TaskFormat } from './format.ts'
import { readLine } from './read-line.ts'

const line = z.object({
  id: z.string().optional(),
  moves: z.string().regex(/^[1-7]*$/, 'columns from 1 to 7, as in "4453"'),
  score: z.int().min(-21).max(21).optional(),
})

export const connect4Format: TaskFormat = {
  name: 'connect4',
  environment: 'connect-four',
  parse(json, index) {
    const { id, moves, score } = readLine('connect4', line, json)
    return { id: id ?? `connect4-${index + 1}`, task: { moves }, ...(score === undefined ? {} : { reference: score }) }
  },
}
