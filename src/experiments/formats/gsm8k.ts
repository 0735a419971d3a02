// Grade-school mathematics: {"id": "test-0", "question": "…", "answer": "18"}; in the original files `answer` is the solution, with
// `#### 18` at its end. The number is the reference.
import { z } from 'zod'
import type { TaskFormat } from './format.ts'
import { readLine } from './read-line.ts'

const line = z.object({
  id: z.string().optional(),
  question: z.string().min(1),
  answer: z.string().regex(/\d/, 'a number, or a solution that ends with "#### number"'),
})

export const gsm8kFormat: TaskFormat = {
  name: 'gsm8k',
  environment: 'reasoning',
  parse(json, index) {
    const { id, question, answer } = readLine('gsm8k', line, json)
    const reference = (answer.split('####').at(-1) ?? answer).replaceAll(',', '').trim()
    return { id: id ?? `gsm8k-${index + 1}`, task: { prompt: question, answerBy: 'number' }, reference }
  },
}
