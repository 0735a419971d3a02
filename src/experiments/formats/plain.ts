// Banyan's own task files: {"id": "first", "task": {…}, "reference": …}; `id` and `reference` may be missing. For any environment.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import type { TaskFormat } from './format.ts'
import { readLine } from './read-line.ts'

const line = z.strictObject({
  id: z.union([z.string(), z.number()]).optional(),
  task: z.json(),
  reference: z.json().optional(),
})

/** The plain format, for tasks of the given environment. */
export function plainFormat(environment: string): TaskFormat {
  return {
    name: 'jsonl',
    environment,
    parse(json, index) {
      const { id, task, reference } = readLine('jsonl', line, json)
      return { id: `${id ?? index + 1}`, task: task as Json, ...(reference === undefined ? {} : { reference: reference as Json }) }
    },
  }
}
