// Best of n with tests as the verifier: the model writes a function several times, and the one that passes the tests is taken.
// What a model wrote runs in a process of its own, without the right to touch files or start others, and with little time.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { bestOf, scripted } from 'banyan'

const model = scripted({
  answers: [
    'const median = (xs) => xs[Math.floor(xs.length / 2)]',
    'const median = (xs) => xs.sort()[Math.floor(xs.length / 2)]',
    'const median = (xs) => { while (true); }',
    'const median = (xs) => { const s = [...xs].sort((a, b) => a - b), m = s.length >> 1; return s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2 }',
  ],
})

const tests: readonly (readonly [readonly number[], number])[] = [
  [[1, 2, 3], 2],
  [[10, 9, 1], 9],
  [[4, 1, 3, 2], 2.5],
]

/** The share of tests that the code passes; all of them are a certain solution. */
async function passed(code: string, signal: AbortSignal): Promise<{ value: number; certain: boolean }> {
  const script = `${code}\nprocess.stdout.write(JSON.stringify(${JSON.stringify(tests.map(([input]) => input))}.map((xs) => median(xs))))`
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--permission', '-e', script], { timeout: 2000, signal, env: {} })
    const right = (JSON.parse(stdout) as number[]).filter((result, index) => result === tests[index]?.[1]).length
    return { value: right / tests.length, certain: right === tests.length }
  } catch {
    return { value: 0, certain: true }
  }
}

const { answer, value, solved, usage } = await bestOf({
  model,
  prompt: 'Write a JavaScript function `median(xs)`. Answer with one line of code and nothing else.',
  n: 12,
  verify: ({ answer, signal }) => passed(answer, signal),
})

console.log(answer)
console.log(`passes ${Math.round(value * tests.length)} of ${tests.length} tests${solved ? ', all of them' : ''}; ${usage.calls} calls`)
