// Countdown puzzles: {"id": 2, "numbers": [76, 41, 59], "target": 24}; each number is used at most once.
import { z } from 'zod'
import type { TaskFormat } from './format.ts'
import { readLine } from './read-line.ts'

const line = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  numbers: z.array(z.int()),
  target: z.int(),
})

export const countdownFormat: TaskFormat = {
  name: 'countdown',
  environment: 'countdown',
  parse(json, index) {
    const { id, numbers, target } = readLine('countdown', line, json)
    return { id: `countdown-${id ?? index + 1}`, task: { numbers, target } }
  },
}
