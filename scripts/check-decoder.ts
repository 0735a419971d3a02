// Random nets, random texts and random schedules through the decoder, with every set of kernels that this machine has. A row must have the same
// bits whatever else is decoded with it, however its prefix is shared, and after any forks and rewinds; the scorer and the tape must agree.
//   npm run check:decoder -- --json
import { parseArgs } from 'node:util'
import { BanyanError } from '../src/core/errors.ts'
import { Random } from '../src/core/random.ts'
import type { Kernels } from '../src/learning/tensor/kernels.ts'
import { buildLibrary } from '../src/learning/tensor/native/build-library.ts'
import { availableInstructions, openKernels } from '../src/learning/tensor/open-kernels.ts'
import { referenceKernels } from '../src/learning/tensor/reference/reference.ts'
import { type Check, checks, randomNet, runTrial } from './decoder/trial.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    trials: { type: 'string', default: '25' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(
    'npm run check:decoder -- [--trials 25] [--seed 1] [--json]\n\nBuilds the native kernels where there is a compiler. Exits 1 when bits differ.\n',
  )
  process.exit(0)
}
const [seed, trials] = [Number(values.seed), Number(values.trials)]
if (!(Number.isInteger(seed) && seed >= 0 && Number.isInteger(trials) && trials >= 1)) {
  process.stderr.write(`--seed ${values.seed} --trials ${values.trials}: whole numbers are wanted, trials from 1\n`)
  process.exit(2)
}

const kinds: Kernels[] = [referenceKernels]
const native = await nativeOrReason()
if (native === undefined)
  for (const instructions of availableInstructions())
    for (const threads of [1, 2]) kinds.push(openKernels({ kind: 'native', instructions, threads }))

const counts = Object.fromEntries(checks.map((check) => [check, 0])) as Record<Check, number>
const failures = new Map<string, number>()
for (const kernels of kinds)
  for (let trial = 0; trial < trials; trial++) {
    const random = new Random(seed, trial)
    await runTrial(randomNet(random), kernels, random, (check, held) => {
      counts[check]++
      const what = `${check}, ${kernels.name}, ${kernels.threads} ${kernels.threads === 1 ? 'thread' : 'threads'}, trial ${trial}`
      if (!held) failures.set(what, (failures.get(what) ?? 0) + 1)
    })
  }

const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
const failed = [...failures.values()].reduce((sum, count) => sum + count, 0)
const report = {
  ...{ seed, trials, kernels: kinds.map(({ name, threads }) => `${name}, ${threads}`), checks: total, failed, counts },
  ...(native !== undefined && { native }),
  failures: [...failures.keys()],
}
process.stdout.write(
  values.json
    ? `${JSON.stringify(report)}\n`
    : [
        `${kinds.length} kernels, ${trials} trials each, ${total} checks, ${failed} failed`,
        ...Object.entries(counts).map(([check, count]) => `  ${check}: ${count}`),
        ...(native === undefined ? [] : [`  native kernels were not checked: ${native}`]),
        ...[...failures.keys()].map((line) => `✗ ${line}`),
        '',
      ].join('\n'),
)
process.exitCode = failed === 0 ? 0 : 1

/** Why there are no native kernels; undefined when there are. */
async function nativeOrReason(): Promise<string | undefined> {
  try {
    await buildLibrary()
    return undefined
  } catch (error) {
    if (BanyanError.isInstance(error)) return error.message
    throw error
  }
}
