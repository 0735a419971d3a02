// Cases in which nothing more can be written: a tiny file system that fills up (where one can be mounted), a limit on the size of files, outputs that
// take nothing. What was committed is kept, the error says what happened, and with space again the run goes on.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requirement } from '../../src/testing/requirements.ts'
import { expect, type FaultCase } from './case.ts'
import { banyan, expectExit, json, start } from './process.ts'
import { digestOf, resumedDigest, solveArguments, undisturbedDigest } from './searches.ts'

export function diskCases(): readonly FaultCase[] {
  const tmpfs = requirement('tmpfs')
  const mountable = tmpfs.available ? undefined : tmpfs.reason
  const full = existsSync('/dev/full') ? undefined : 'there is no /dev/full'
  const bash = spawnSync('bash', ['-c', 'ulimit -f 10']).status === 0 ? undefined : 'there is no bash with ulimit -f'
  return [
    {
      name: 'disk: full in the middle of a run',
      expects: 'exit 1 with E_STORE_FULL; resume gives the same tree once there is space',
      skip: mountable,
      run: (folder) =>
        mounted(folder, 320, async (place) => {
          const db = join(place, 'runs.db')
          const ended = await banyan([...solveArguments({ db, calls: 60 }), '--json'], { folder })
          expectExit(ended, 1, 'E_STORE_FULL')
          expect(json(await banyan(['runs', 'show', 'run', '--db', db, '--json'], { folder })).events > 0, 'the run in the file')
          spawnSync('mount', ['-o', 'remount,size=8m', place])
          expect((await resumedDigest({ folder }, { db })) === (await undisturbedDigest(60)), 'the same tree as in peace')
        }),
    },
    {
      name: 'disk: full from the start',
      expects: 'exit 1 with E_STORE_FULL',
      skip: mountable,
      run: (folder) =>
        mounted(folder, 64, async (place) => {
          fill(place, 4)
          expectExit(await banyan([...solveArguments({ db: join(place, 'runs.db') }), '--json'], { folder }), 1, 'E_STORE_FULL')
        }),
    },
    {
      name: 'disk: full for the finished runs of a comparison',
      expects: 'exit 1 with E_CLI_CELLS',
      skip: mountable,
      run: (folder) =>
        mounted(folder, 64, async (place) => {
          fill(place, 0)
          writeFileSync(join(folder, 'tasks.jsonl'), '{"id":"1","task":{"include":["dog"],"sentences":1}}\n')
          const args = 'compare --environment writing --tasks tasks.jsonl --arms greedy --budget calls=3 --model scripted --json'.split(' ')
          expectExit(await banyan([...args, '--db', join(place, 'runs.db')], { folder }), 1, 'E_CLI_CELLS')
        }),
    },
    {
      name: 'disk: a file system for reading only',
      expects: 'exit 1 with E_STORE_WRITE; runs can still be looked at',
      skip: mountable,
      run: (folder) =>
        mounted(folder, 8192, async (place) => {
          const db = join(place, 'runs.db')
          digestOf(await banyan([...solveArguments({ db, calls: 3 }), '--json'], { folder }))
          spawnSync('mount', ['-o', 'remount,ro', place])
          expectExit(await banyan([...solveArguments({ db, runId: 'other' }), '--json'], { folder }), 1, 'E_STORE_WRITE')
          expectExit(await banyan(['runs', 'tree', 'run', '--db', db], { folder }), 0)
        }),
    },
    {
      name: 'disk: a limit on the size of files',
      expects: 'exit 1 with an error of the store; without the limit the same line gives the same tree',
      skip: bash,
      async run(folder) {
        const limited = await banyan([...solveArguments({ calls: 60 }), '--json'], { folder, before: 'ulimit -f 150' })
        expectExit(limited, 1)
        expect(/^E_STORE_(FULL|FAILED)$/.test(json(limited).error.code), 'an error of the store', limited.stdout)
        expect(
          digestOf(await banyan([...solveArguments({ calls: 60 }), '--json'], { folder })) === (await undisturbedDigest(60)),
          'the same tree',
        )
      },
    },
    {
      name: 'disk: results that cannot be written',
      expects: 'exit 1, one line, no stack; the run is kept',
      skip: full,
      async run(folder) {
        const ended = await banyan([...solveArguments({ calls: 3 }), '--json'], { folder, before: 'exec 1>/dev/full' })
        expectExit(ended, 1)
        expect(ended.stderr.includes('ENOSPC'), 'the reason on stderr', ended.stderr)
        expect(json(await banyan(['runs', 'show', 'run', '--json'], { folder })).status === 'finished', 'a finished run')
      },
    },
    {
      name: 'disk: remarks that cannot be written',
      expects: 'exit 0 and the result: a search does not end because nobody can read its remarks',
      skip: full,
      run: async (folder) =>
        void digestOf(await banyan([...solveArguments({ calls: 3 }), '--json'], { folder, before: 'exec 2>/dev/full' })),
    },
    {
      name: 'disk: a reader that goes away',
      expects: 'no stack, and the run is kept',
      async run(folder) {
        const started = start(solveArguments({ calls: 6 }), { folder })
        started.process.stdout?.destroy()
        started.process.stderr?.destroy()
        await started.ended
        expect(json(await banyan(['runs', 'show', 'run', '--json'], { folder })).status === 'finished', 'a finished run')
      },
    },
  ]
}

/** Does work with a file system of so many kilobytes below the folder. */
async function mounted(folder: string, kilobytes: number, work: (place: string) => Promise<void>): Promise<void> {
  const place = join(folder, 'disk')
  mkdirSync(place)
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', place])
  expect(status === 0, 'a mounted file system')
  try {
    await work(place)
  } finally {
    spawnSync('umount', ['-l', place])
  }
}

/** Fills a file system but for so many kilobytes. */
function fill(place: string, left: number): void {
  const { bavail, bsize } = statfsSync(place)
  writeFileSync(join(place, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - left * 1024)))
}
