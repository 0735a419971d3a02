// Measures one entry in a process of its own. Run by `main.ts` as a child: the name of the entry and the number of repetitions come as
// arguments, the figures go back as a message.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { entries } from './entries.ts'
import type { Entry } from './entry.ts'

const own = fileURLToPath(import.meta.url)

/**
 * The figures of an entry, one for each repetition, from a new process.
 * @throws Error when that process fails; its own message is on stderr.
 */
export function measureApart({ name }: Entry, repetitions: number): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const child = fork(own, [name, String(repetitions)], {
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    let figures: readonly number[] | undefined
    child.on('message', (message) => {
      figures = message as readonly number[]
    })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0 && figures !== undefined) resolve(figures)
      else reject(new Error(`the measurement of ${name} ended with code ${code}`))
    })
  })
}

async function measureHere(name: string, repetitions: number): Promise<void> {
  const entry = entries.find((entry) => entry.name === name)
  if (entry === undefined) throw new Error(`there is no entry ${name}`)
  const figures: number[] = []
  await entry.measure()
  for (let run = 0; run < repetitions; run++) {
    globalThis.gc?.()
    figures.push(await entry.measure())
  }
  // Whatever an entry left open is not waited for.
  process.send!(figures, () => process.exit(0))
}

if (process.argv[1] === own && process.send !== undefined) await measureHere(process.argv[2]!, Number(process.argv[3]))
