// Measures one entry in a process of its own. Run by `main.ts` as a child: the entry's file and name and the number of repetitions come as
// arguments; each figure is measured when it is asked for and goes back as a message. The child loads that file alone: what other entries load
// would be in the garbage collector's way.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Entry } from './entry.ts'

const own = fileURLToPath(import.meta.url)

/**
 * The figures of an entry, one for each repetition, from a new process. Each is measured when it is asked for.
 * @throws Error when that process fails; its own message is on stderr.
 */
export async function* measureApart(entry: Entry, repetitions: number): AsyncGenerator<number> {
  const { fileOf } = await import('./entries.ts')
  const { name } = entry
  const child = fork(own, [fileOf(entry), name], {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = new Promise<never>((_, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`the measurement of ${name} ended with code ${code}`)))
  })
  // An end that nobody waits for is no failure.
  ended.catch(() => {})
  try {
    for (let run = 0; run < repetitions; run++) {
      child.send('next')
      const [figure] = await Promise.race([once(child, 'message'), ended])
      yield figure as number
    }
  } finally {
    child.kill()
  }
}

async function measureHere(file: string, name: string): Promise<void> {
  const { entries } = (await import(file)) as { readonly entries: readonly Entry[] }
  const entry = entries.find((entry) => entry.name === name)
  if (entry === undefined) throw new Error(`there is no entry ${name}`)
  let warm = false
  process.on('message', async () => {
    if (!warm) await entry.measure()
    // Memory is collected when the process itself finds it time, as in any other: asking for it here would shrink the heap and drop compiled code.
    warm = true
    process.send!(await entry.measure())
  })
}

if (process.argv[1] === own && process.send !== undefined) await measureHere(process.argv[2]!, process.argv[3]!)
