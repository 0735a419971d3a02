// Cases in which the clock jumps (`Date` in the process; durations are measured by another clock): the tree is the same, nothing waits for ever,
// and a run is neither stolen from a living writer nor kept by a dead one.
import { fileURLToPath } from 'node:url'
import { expect, type FaultCase } from './case.ts'
import { banyan, expectExit, json, type ProcessOptions, start } from './process.ts'
import { digestOf, resumedDigest, solveArguments, undisturbedDigest } from './searches.ts'

const day = 86_400_000
const preload = fileURLToPath(new URL('./jumping-clock.ts', import.meta.url))

const at = (folder: string, clock: string): ProcessOptions => ({
  folder,
  nodeOptions: ['--import', preload],
  environment: { BANYAN_FAULT_CLOCK: clock },
})

const jumps: Readonly<Record<string, string>> = {
  'a day back in the middle': `jumps=${-day}`,
  'a year forward in the middle': `jumps=${365 * day}`,
  'standing still': 'still',
  'shaking by an hour': 'shakes=3600000',
  'in the year 1970': `shifted=${-Date.now() + 1000}`,
  'in the year 9999': `shifted=${Date.UTC(9999, 0) - Date.now()}`,
}

export function clockCases(): readonly FaultCase[] {
  return [
    ...Object.entries(jumps).map(([name, clock]) => ({
      name: `clock: ${name}`,
      expects: 'exit 0 and the same tree',
      async run(folder: string) {
        const ended = await banyan([...solveArguments(), '--json'], at(folder, clock))
        expect(digestOf(ended) === (await undisturbedDigest()), 'the same tree')
        expect(json(ended).seconds > 0 && json(ended).seconds < 30, 'a duration that can be', json(ended).seconds)
      },
    })),
    {
      name: 'clock: a limit of time while it stands still',
      expects: 'the search ends in its time all the same',
      async run(folder) {
        const args = solveArguments({ calls: 1000 }).map((word) => (word === 'calls=1000' ? 'seconds=1' : word))
        const ended = await banyan([...args, '--json'], at(folder, 'still'))
        expectExit(ended, 0)
        expect(json(ended).unit === 'seconds' && ended.seconds < 10, 'the end by time', `${json(ended).unit}, ${ended.seconds} s`)
      },
    },
    {
      name: 'clock: a living writer seen from tomorrow',
      expects: 'E_RUN_BUSY: its run is not taken away',
      async run(folder) {
        const first = start(solveArguments({ calls: 40 }), { folder })
        await first.says('trial 1:')
        const second = await banyan([...solveArguments({ calls: 40 }), '--json'], at(folder, `shifted=${day}`))
        expectExit(second, 1, 'E_RUN_BUSY')
        first.process.kill('SIGINT')
        await first.ended
      },
    },
    {
      name: 'clock: a dead writer from the future',
      expects: 'its run can be resumed at once',
      async run(folder) {
        const first = start(solveArguments(), at(folder, `shifted=${10 * day}`))
        await first.says('trial 1:')
        first.process.kill('SIGKILL')
        await first.ended
        expect((await resumedDigest({ folder })) === (await undisturbedDigest()), 'the same tree')
        const { seconds } = json(await banyan(['runs', 'show', 'run', '--json'], { folder }))
        expect(seconds === undefined || seconds === null || seconds >= 0, 'no negative duration', seconds)
      },
    },
  ]
}
