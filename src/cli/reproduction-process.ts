// Runs one cell of a reproduction in a process of its own, so that several run at once and none slows another's memory. This file is both
// sides: who asks, and, when it is started as a process, who does it.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { BanyanError } from '../core/errors.ts'
import type { Scale } from '../experiments/experiment.ts'
import { type Cell, type CellOptions, type KeptCell, runCell } from '../experiments/reproduction/cell.ts'
import { systemNamed } from './catalogue.ts'

const own = fileURLToPath(import.meta.url)

interface Order {
  readonly slug: string
  readonly scale: Scale
  readonly folder: string
  readonly cell: Cell
}

type Told =
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'done'; readonly kept: KeptCell }
  | { readonly type: 'error'; readonly code: string | undefined; readonly message: string }

/**
 * @throws BanyanError E_EXPERIMENT_PROCESS when the process ends without a word; the error that it told; E_EXPERIMENT_ABORTED when it was
 * stopped.
 */
export function runApart(order: Order, { signal, progress }: CellOptions): Promise<KeptCell> {
  return new Promise((resolve, reject) => {
    // In a group of its own, so that Ctrl-C reaches it through us alone.
    const child = fork(own, [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      detached: true,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    const stop = () => child.kill('SIGTERM')
    signal.addEventListener('abort', stop, { once: true })
    let end: (() => void) | undefined
    child.on('message', (told: Told) => {
      if (told.type === 'progress') progress(told.text)
      else if (told.type === 'done') end = () => resolve(told.kept)
      else end = () => reject(new BanyanError(told.code ?? 'E_EXPERIMENT_PROCESS', told.message, {}))
    })
    child.on('error', reject)
    child.on('exit', (code, killed) => {
      signal.removeEventListener('abort', stop)
      if (end !== undefined) return end()
      const why = signal.aborted ? 'E_EXPERIMENT_ABORTED' : 'E_EXPERIMENT_PROCESS'
      reject(new BanyanError(why, 'the process of a cell ended', { seen: killed ?? code }))
    })
    child.send(order)
  })
}

async function carryOut({ slug, scale, folder, cell }: Order): Promise<void> {
  const tell = (told: Told) => process.send!(told)
  const controller = new AbortController()
  process.once('SIGTERM', () => {
    controller.abort()
    // Kernels block; what does not look at the signal soon is ended.
    setTimeout(() => process.exit(1), 2000).unref()
  })
  // Whoever asked is gone: nobody waits for this.
  process.once('disconnect', () => process.exit(1))
  try {
    const system = await systemNamed(slug)
    const progress = (text: string) => tell({ type: 'progress', text })
    tell({ type: 'done', kept: await runCell({ system, scale, folder }, cell, { signal: controller.signal, progress }) })
  } catch (error) {
    const { message, stack } = error as Error
    const code = BanyanError.isInstance(error) ? error.code : undefined
    tell({ type: 'error', code, message: code === undefined ? (stack ?? message) : message })
  }
  process.disconnect()
}

if (process.argv[1] === own && process.send !== undefined) process.once('message', (order) => void carryOut(order as Order))
