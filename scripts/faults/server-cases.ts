// Cases in which the model server misbehaves: what `banyan solve` must make of each, by exit code, error code, answer and number of requests.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type FaultCase } from './case.ts'
import type { ModelServer } from './model-server.ts'
import { banyan, expectExit, json } from './process.ts'

interface Wanted {
  readonly exit: number
  /** Code of the error in the JSON, or of the last failed trial on stderr. */
  readonly error?: string
  /** What the answer must be like. */
  readonly answer?: RegExp
  /** Requests that must have been made; at least and at most. */
  readonly requests?: readonly [number, number]
  /** Seconds it must take, at least. */
  readonly seconds?: number
  readonly estimated?: boolean
  readonly overrun?: boolean
}

const oak = { exit: 0, answer: /^Answer: oak$/ }
/** An error that is fatal: the run keeps what it has and can be resumed. */
const fatal = (error: string, requests: readonly [number, number] = [1, 1]): Wanted => ({ exit: 1, error, requests })
/** Trials that failed: told, and no answer. Three attempts where another try is worth it. */
const failing = (error: string, requests: readonly [number, number] = [3, 3]): Wanted => ({ exit: 1, error, requests })

const cases: Readonly<Record<string, Wanted>> = {
  good: { ...oak, requests: [1, 3] },
  400: fatal('E_MODEL_REQUEST'),
  401: fatal('E_MODEL_AUTH'),
  402: fatal('E_MODEL_AUTH'),
  403: fatal('E_MODEL_AUTH'),
  404: fatal('E_MODEL_REQUEST'),
  408: failing('E_MODEL_TIMEOUT'),
  '429-once': { ...oak, requests: [2, 4] },
  '429-wait': { ...oak, requests: [2, 4], seconds: 1 },
  '429-date': { ...oak, requests: [2, 4] },
  '429-rubbish': { ...oak, requests: [2, 4] },
  // A day is not waited for.
  '429-long': failing('E_MODEL_RATE', [1, 1]),
  '429-always': failing('E_MODEL_RATE'),
  quota: fatal('E_MODEL_AUTH'),
  '500-once': { ...oak, requests: [2, 4] },
  '500-always': failing('E_MODEL_SERVER'),
  '503-page': failing('E_MODEL_SERVER'),
  hang: failing('E_MODEL_TIMEOUT'),
  'hang-once': { ...oak, requests: [2, 4] },
  'hang-body': failing('E_MODEL_TIMEOUT'),
  drip: failing('E_MODEL_TIMEOUT'),
  'slow-but-whole': oak,
  'cut-once': { ...oak, requests: [2, 4] },
  'cut-always': failing('E_MODEL_SERVER'),
  reset: failing('E_MODEL_SERVER'),
  'broken-utf8': { exit: 0, answer: /^Answer: caf\uFFFD \uFFFD\uFFFD$/ },
  megabyte: { exit: 0, answer: /^x{1000000,1048576}$/ },
  endless: failing('E_MODEL_OUTPUT', [1, 1]),
  'no-json': failing('E_MODEL_OUTPUT', [1, 1]),
  'half-json': failing('E_MODEL_OUTPUT', [1, 1]),
  'other-json': failing('E_MODEL_OUTPUT', [1, 1]),
  'nested-json': failing('E_MODEL_OUTPUT', [1, 1]),
  'no-choices': failing('E_MODEL_OUTPUT', [1, 1]),
  empty: failing('E_MODEL_OUTPUT', [1, 1]),
  'error-in-200': failing('E_MODEL_SERVER'),
  refusal: { exit: 0 },
  'usage-none': { ...oak, estimated: true },
  'usage-negative': { ...oak, estimated: true },
  'usage-huge': { ...oak, estimated: true },
  'usage-text': { ...oak, estimated: true },
  'usage-overrun': { ...oak, overrun: true },
  'redirect-elsewhere': fatal('E_MODEL_REQUEST'),
  'redirect-circle': fatal('E_MODEL_REQUEST', [1, 4]),
  'redirect-moved': fatal('E_MODEL_REQUEST'),
  'redirect-inside': oak,
}

const key = 'sk-fault-check-0123456789'

export function serverCases(server: ModelServer): readonly FaultCase[] {
  return Object.entries(cases).map(([fault, wanted]) => ({
    name: `server: ${fault}`,
    expects: `exit ${wanted.exit}${wanted.error === undefined ? '' : ` with ${wanted.error}`}`,
    async run(folder) {
      const baseUrl = server.address(fault, fault)
      const models = { m: { baseUrl, timeout: 1, attempts: 3, prefix: false } }
      writeFileSync(join(folder, 'banyan.config.json'), JSON.stringify({ models }))
      const environment = { BANYAN_API_KEY: key, BANYAN_BASE_URL: new URL(baseUrl).origin }
      const ended = await banyan(
        [
          ...'solve Which? --model m --searcher best-of-n --set n=1 --proposer whole --run-id r --json'.split(' '),
          '--budget',
          'calls=3,tokens=2000',
        ],
        {
          folder,
          environment,
        },
      )
      expectExit(ended, wanted.exit)
      const result = json(ended)
      if (wanted.error !== undefined) {
        const told = result.error?.code === wanted.error || ended.stderr.includes(`the last: ${wanted.error}`)
        expect(told, `the error ${wanted.error}`, `${ended.stdout.slice(0, 300)} ${ended.stderr.slice(-300)}`)
      }
      if (wanted.answer !== undefined)
        expect(wanted.answer.test(result.answer), `an answer like ${wanted.answer}`, String(result.answer).slice(0, 80))
      const [least, most] = wanted.requests ?? [1, 10]
      const made = server.requests(fault)
      expect(made >= least && made <= most, `${least} to ${most} requests`, made)
      expect(ended.seconds >= (wanted.seconds ?? 0), `at least ${wanted.seconds} s`, ended.seconds)
      if (wanted.estimated) expect(result.usage.estimatedTokens > 0 && result.usage.tokens < 100, 'estimated usage', result.usage)
      if (wanted.overrun) expect(result.overrun.tokens > 40_000, 'a reported overrun', result.overrun)
      expect(server.strayKeys.length === 0, 'no request to another origin', server.strayKeys)
      expect(!(ended.stdout + ended.stderr).includes(key), 'the key in no output')
      // What was found is kept: the run is in the database, and what was fatal can be put right and resumed.
      const shown = await banyan(['runs', 'show', 'r', '--json'], { folder })
      expectExit(shown, 0)
      const status = json(shown).status
      const wantedStatus = result.error === undefined ? 'finished' : 'interrupted'
      expect(status === wantedStatus, `a run that is ${wantedStatus}`, status)
    },
  }))
}
