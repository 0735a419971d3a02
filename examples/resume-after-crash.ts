// A search that is killed in the middle, and goes on as if nothing had happened: no call that was recorded is made again.
// Run without arguments, it starts itself twice over the same store; the first time it kills itself.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bestOf, scripted } from 'banyan'
import { sqlite } from 'banyan/traces/sqlite'

const [file, killAfter] = process.argv.slice(2)

if (file === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-'))
  const start = (calls: number) =>
    spawnSync(process.execPath, [import.meta.filename, join(folder, 'runs.db'), String(calls)], { encoding: 'utf8' })
  const first = start(5)
  console.log(`first: ${first.signal === 'SIGKILL' ? 'killed' : `ended by itself\n${first.stdout}${first.stderr}`}`)
  console.log(`second: ${start(Number.POSITIVE_INFINITY).stdout.trim()}`)
  rmSync(folder, { recursive: true, maxRetries: 3 })
} else {
  await using store = sqlite(file)
  const model = scripted({
    answers: ['heron', 'stork', 'kingfisher', 'egret'],
    fail: ({ call }) => {
      if (call === Number(killAfter)) process.kill(process.pid, 'SIGKILL')
      return undefined
    },
  })
  const { answer, usage } = await bestOf({
    model,
    prompt: 'Name a bird.',
    n: 12,
    concurrency: 1,
    verify: ({ answer }) => answer.length / 20,
    store,
    runId: 'birds',
  })
  console.log(`${answer}; ${usage.calls} calls in all, ${model.calls} of them now`)
}
