// The searches that the cases disturb: with a practice model, so that the same seed must give the same tree however it is disturbed.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { banyan, type Ended, expectExit, json, type ProcessOptions } from './process.ts'

export interface SolveOptions {
  /** Default `run`. */
  readonly runId?: string
  /** Default 12; about 60 ms each. */
  readonly calls?: number
  /** Default `.banyan/runs.db`. */
  readonly db?: string
}

/** Arguments of a search that takes about a second: slow enough to be disturbed. */
export function solveArguments({ runId = 'run', calls = 12, db }: SolveOptions = {}): string[] {
  return [
    ...'solve --environment writing --searcher beam --set width=2 --set branching=2 --model scripted-slow --seed 5'.split(' '),
    '--task',
    '{"include":["dog","tree","river"],"sentences":2}',
    '--budget',
    `calls=${calls}`,
    '--run-id',
    runId,
    ...dbArguments(db),
  ]
}

function dbArguments(db: string | undefined): string[] {
  return db === undefined ? [] : ['--db', db]
}

/** The digest of a search that ended well and was printed as JSON. */
export function digestOf(ended: Ended): string {
  expectExit(ended, 0)
  return json(ended).digest
}

/** Goes on with a run to its end. */
export async function resumedDigest(options: ProcessOptions, { runId = 'run', db }: SolveOptions = {}): Promise<string> {
  return digestOf(await banyan(['resume', runId, '--json', ...dbArguments(db)], options))
}

const peaceful = new Map<number, Promise<string>>()

/** The digest of the same search left in peace; made once. */
export function undisturbedDigest(calls = 12): Promise<string> {
  const made =
    peaceful.get(calls) ??
    banyan([...solveArguments({ calls }), '--json'], { folder: mkdtempSync(join(tmpdir(), 'banyan-peace-')) }).then(digestOf)
  peaceful.set(calls, made)
  return made
}
