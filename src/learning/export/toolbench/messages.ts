// What a model of function calls is shown and is to say at each step of a path: ToolBench's training messages, and rows of ToolLLaMA.
import type { Json } from '../../../core/common.ts'
import type { Turn } from './turns.ts'

/** What is said before the question where no other text is given. */
export const systemText =
  'Solve the task with the functions that you are given. At each step say what you think, then call one function with its input as ' +
  'JSON. When the task is solved, call Finish with return_type "give_answer" and your final_answer.'

/** ToolBench's function-call messages: one list for each step, up to what the model says in it. */
export function trainMessages(system: string, query: string, turns: readonly Turn[]): Json[] {
  const before: Json[] = [
    { role: 'system', content: system },
    { role: 'user', content: query },
  ]
  return turns.map(({ thought, call, observation }) => {
    if (thought !== undefined) before.push({ role: 'assistant', content: thought })
    if (call !== undefined) before.push({ role: 'assistant', content: '', function_call: { name: call.name, arguments: call.input } })
    const said = [...before]
    if (observation !== undefined) {
      const from = call === undefined ? { role: 'user' } : { role: 'function', name: call.name }
      before.push({ ...from, content: observation })
    }
    return said
  })
}

/** ToolLLaMA's rows: one for each step with a call; thoughts without one stand before the next. Its last message is what is learnt. */
export function toolLlamaRows(system: string, query: string, turns: readonly Turn[]): Json[] {
  const before: Json[] = [
    { from: 'system', value: system },
    { from: 'user', value: query },
  ]
  const rows: Json[] = []
  let thoughts: string[] = []
  for (const [at, { thought, call, observation }] of turns.entries()) {
    if (thought !== undefined) thoughts.push(thought)
    if (call !== undefined) {
      const said = thoughts.length === 0 ? [''] : thoughts
      before.push({
        from: 'assistant',
        value: `${said.map((one) => `\nThought: ${one}`).join('')}\nAction: ${call.name}\nAction Input: ${call.input}`,
      })
      rows.push({ id: `Step ${at + 1}: ${query}`, conversations: [...before] })
      thoughts = []
    }
    if (observation === undefined) continue
    // What came back for a thought alone must have the thought before it.
    if (thoughts.length > 0) before.push({ from: 'assistant', value: thoughts.map((one) => `\nThought: ${one}`).join('') })
    thoughts = []
    before.push({ from: call === undefined ? 'user' : 'function', value: observation })
  }
  return rows
}
