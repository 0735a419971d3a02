// Cases in which a signal arrives: SIGINT and SIGTERM at each stage of solve, resume and compare. Whatever the stage, the process ends soon and
// without a stack, and the same line (or resume) goes on to the result that it would have had.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, type FaultCase } from './case.ts'
import { banyan, type Ended, expectExit, json, type Started, start } from './process.ts'
import { digestOf, resumedDigest, solveArguments, undisturbedDigest } from './searches.ts'

type Signal = 'SIGINT' | 'SIGTERM'
type Stage = 'before' | 'during a call' | 'between calls' | 'at the end'

const codes: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143 }
const stages: readonly Stage[] = ['before', 'during a call', 'between calls', 'at the end']

/** Most seconds between a signal and the end of the process. */
const patience = 5

export function signalCases(): readonly FaultCase[] {
  const signals: readonly Signal[] = ['SIGINT', 'SIGTERM']
  return [
    ...signals.flatMap((signal) => stages.flatMap((stage) => [solveCase(signal, stage), resumeCase(signal, stage)])),
    ...signals.flatMap((signal) => [
      compareCase(signal, 'before'),
      compareCase(signal, 'during a call'),
      compareCase(signal, 'between calls'),
    ]),
    ...signals.map(twiceCase),
    killCase(),
  ]
}

function solveCase(signal: Signal, stage: Stage): FaultCase {
  return {
    name: `signal: ${signal} to solve, ${stage}`,
    expects: `it ends within ${patience} s, keeps what it has, and the same line goes on to the same tree`,
    async run(folder) {
      const started = start(solveArguments(), { folder })
      judge(await signalled(started, signal, stage), signal, stage)
      expect(
        digestOf(await banyan([...solveArguments(), '--json'], { folder })) === (await undisturbedDigest()),
        'the same tree as in peace',
      )
    },
  }
}

function resumeCase(signal: Signal, stage: Stage): FaultCase {
  return {
    name: `signal: ${signal} to resume, ${stage}`,
    expects: `it ends within ${patience} s, and a second resume gives the same tree`,
    async run(folder) {
      const first = start(solveArguments({ calls: 16 }), { folder })
      judge(await signalled(first, 'SIGINT', 'during a call'), 'SIGINT', 'during a call')
      judge(await signalled(start(['resume', 'run'], { folder }), signal, stage), signal, stage)
      expect((await resumedDigest({ folder })) === (await undisturbedDigest(16)), 'the same tree as in peace')
    },
  }
}

function compareCase(signal: Signal, stage: Stage): FaultCase {
  const args = [
    ...'compare --environment writing --tasks tasks.jsonl --arms beam,best-of-n --budget calls=4 --model scripted-slow --jobs 1 --json'.split(
      ' ',
    ),
  ]
  const tasks = ['dog', 'tree', 'sea', 'hand'].map((word, id) =>
    JSON.stringify({ id: String(id), task: { include: [word], sentences: 1 } }),
  )
  return {
    name: `signal: ${signal} to compare, ${stage}`,
    expects: `it ends within ${patience} s, keeps the finished runs, and the same line does the rest`,
    async run(folder) {
      writeFileSync(join(folder, 'tasks.jsonl'), `${tasks.join('\n')}\n`)
      const started = start(args, { folder })
      const ended = await signalled(started, signal, stage)
      judge(ended, signal, stage)
      if (ended.stdout !== '') expect(json(ended).complete === false, 'a comparison that is not complete', ended.stdout.slice(0, 200))
      const done = await banyan(args, { folder })
      expectExit(done, 0)
      const { complete, arms } = json(done)
      expect(complete === true && arms.every(({ runs }: { runs: number }) => runs === tasks.length), 'all runs', arms)
    },
  }
}

function twiceCase(signal: Signal): FaultCase {
  return {
    name: `signal: ${signal} twice`,
    expects: 'the second one ends it at once; resume gives the same tree',
    async run(folder) {
      const started = start(solveArguments(), { folder })
      await started.says('trial 1:')
      started.process.kill(signal)
      started.process.kill(signal)
      await wait(5)
      started.process.kill(signal)
      const ended = await started.ended
      expect(
        ended.code === codes[signal] || ended.signal === signal,
        `exit code ${codes[signal]} or the signal itself`,
        ended.code ?? ended.signal,
      )
      expect((await resumedDigest({ folder })) === (await undisturbedDigest()), 'the same tree as in peace')
    },
  }
}

function killCase(): FaultCase {
  return {
    name: 'signal: SIGKILL during a call',
    expects: 'resume gives the same tree, although nothing could be tidied up',
    async run(folder) {
      const started = start(solveArguments(), { folder })
      await started.says('trial 1:')
      started.process.kill('SIGKILL')
      const ended = await started.ended
      expect(ended.signal === 'SIGKILL', 'killed', ended.code)
      expect((await resumedDigest({ folder })) === (await undisturbedDigest()), 'the same tree as in peace')
    },
  }
}

/** Sends the signal at a stage, and waits for the end. */
async function signalled(started: Started, signal: Signal, stage: Stage): Promise<Ended> {
  if (stage === 'before') await wait(120)
  // The first remark is made when the first trial ends, or the first run: the next call is under way.
  else if (stage === 'during a call')
    await Promise.race([started.says('trial 1:'), started.says('runs '), started.says('stopped')]).then(() => wait(30))
  else if (stage === 'between calls') await Promise.race([started.says('trial 1:'), started.says('runs '), started.says('stopped')])
  else await started.says('stopped ')
  const sent = performance.now()
  started.process.kill(signal)
  const ended = await started.ended
  const seconds = (performance.now() - sent) / 1000
  expect(seconds < patience, `the end within ${patience} s`, `${seconds.toFixed(1)} s`)
  return ended
}

/** Before the search begins the system ends the process; at the end it may be done already. */
function judge(ended: Ended, signal: Signal, stage: Stage): void {
  const stopped = ended.code === codes[signal] || ended.signal === signal
  const right = stopped || (stage === 'at the end' && ended.code === 0)
  expect(right, `exit code ${codes[signal]} or the signal itself`, `${ended.code ?? ended.signal}: ${ended.stderr.slice(-300)}`)
  expect(!/\n\s+at .+:\d+:\d+/.test(ended.stderr), 'no stack on stderr', ended.stderr.slice(-600))
  if (stage === 'during a call')
    expect(/go on with|goes on where/.test(ended.stderr), 'the line that goes on with it', ended.stderr.slice(-300))
}
