// Finds runs in the runs database, and what is needed to go on with one: its specification and its model.
// A run's header names things; local configuration says what the names mean.
import { existsSync } from 'node:fs'
import { BanyanError } from '../core/errors.ts'
import type { RunHeader } from '../core/events.ts'
import type { LogEntry } from '../core/log.ts'
import { unknownName } from '../core/names.ts'
import { needsModel } from '../front/assemble.ts'
import { type RunSpec, readRunSpec } from '../front/run-spec.ts'
import type { Model } from '../models/model.ts'
import { requireRunId } from '../traces/run-id.ts'
import { sqlite } from '../traces/sqlite.ts'
import type { Store } from '../traces/store.ts'
import type { RunSummary } from '../traces/summary.ts'
import { systemsOf } from './catalogue.ts'
import { chosenModel, openModel } from './open-model.ts'
import { defaultDatabase } from './shared-arguments.ts'

/**
 * The runs database, which must be there.
 * @throws `E_CLI_DATABASE` when it is not.
 */
export function openStore(file: string = defaultDatabase, { readOnly = false }: { readonly readOnly?: boolean } = {}): Store {
  if (existsSync(file)) return sqlite(file, { readOnly })
  throw new BanyanError('E_CLI_DATABASE', 'there is no file with runs', {
    seen: file,
    hint: 'Name it with --db, or make a first run: npx banyan solve --help',
  })
}

export interface StoredRun {
  readonly summary: RunSummary
  readonly header: RunHeader
  readonly entries: readonly LogEntry[]
}

/** @throws `E_RUN_ID`, `E_RUN_UNKNOWN` with the nearest id. */
export async function storedRun(store: Store, runId: string): Promise<StoredRun> {
  requireRunId(runId)
  const summary = await store.summary(runId)
  const entries = summary === undefined ? [] : [...(await store.read(runId))]
  const header = entries.find(({ event }) => event.type === 'run-start')?.event as RunHeader | undefined
  if (summary !== undefined && header !== undefined) return { summary, header, entries }
  const ids = (await store.list({ limit: 20 })).map(({ id }) => id)
  if (ids.length > 0) throw unknownName('E_RUN_UNKNOWN', 'run', runId, ids)
  throw new BanyanError('E_RUN_UNKNOWN', 'there is no run of that name', { seen: runId, wanted: 'a run; none is kept yet' })
}

/** @throws `E_RUN_SPECIFICATION` for runs that were started by a program, which alone knows their parts. */
export function specOf({ header }: StoredRun): RunSpec {
  if (header.spec !== undefined) return readRunSpec(header.spec)
  throw new BanyanError('E_RUN_SPECIFICATION', `the run ${header.runId} was not started by the command line`, {
    hint: 'Go on with it by the program that started it: the same options, the same store and runId.',
  })
}

/** The model that a run needs: the one it names, found by local configuration, or by the options given now. */
export async function modelOf(spec: RunSpec, model: string | undefined, baseUrl: string | undefined): Promise<Model | undefined> {
  if (!needsModel(spec, await systemsOf(spec))) return undefined
  try {
    return await openModel(chosenModel(model ?? spec.model, baseUrl))
  } catch (error) {
    if (model !== undefined || !BanyanError.isInstance(error) || error.code !== 'E_MODEL_UNKNOWN') throw error
    throw new BanyanError('E_MODEL_UNKNOWN', `the run needs the model ${spec.model}, which is not known here`, {
      hint: 'Say where it is: --model with the path of its file, or --model with --base-url.',
      cause: error,
    })
  }
}
