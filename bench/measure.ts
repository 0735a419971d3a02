// Measures one entry in a process of its own. Run by `main.ts` as a child: the entry's file and name and the number of repetitions come as
// arguments, the figures go back as a message. The child loads that file alone: what other entries load would be in the garbage collector's way.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Entry } from './entry.ts'

const own = fileURLToPath(import.meta.url)

/**
 * The figures of an entry, one for each repetition, from a new process.
 * @throws Error when that process fails; its own message is on stderr.
 */
export async function measureApart(entry: Entry, repetitions: number): Promise<readonly number[]> {
  const { fileOf } = await import('./entries.ts')
  const { name } = entry
  return new Promise((resolve, reject) => {
    const child = fork(own, [fileOf(entry), name, String(repetitions)], {
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

async function measureHere(file: string, name: string, repetitions: number): Promise<void> {
  const { entries } = (await import(file)) as { readonly entries: readonly Entry[] }
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

if (process.argv[1] === own && process.send !== undefined) await measureHere(process.argv[2]!, process.argv[3]!, Number(process.argv[4]))
