// `banyan self-train`: a small net gets better by what its own search finds, round after round.
import { join } from 'node:path'
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import { type BandName, bandNamed, bandNames } from '../../learning/kit/bands.ts'
import { baseFor, buildBase } from '../../learning/kit/base.ts'
import { wordProblemEncoding } from '../../learning/kit/codec.ts'
import { wordProblemParts } from '../../learning/self-training/word-problems.ts'
import { type RoundReport, selfTrain as runRounds, type SelfTrainingResult, type SelfTrainingStage } from '../../learning/self-training.ts'
import { untilInterrupted } from '../interrupt.ts'
import { print, printJson, remark } from '../output.ts'
import { readWhole } from '../read-values.ts'
import { progress } from '../render/progress.ts'
import { table } from '../render/table.ts'
import { json } from '../shared-arguments.ts'
import { type Values, verb } from '../verb.ts'

const environments = ['word-problems']
const evaluatorSettings = { batch: 64, schedule: { kind: 'linear', rate: 1e-3, end: 0.1 } } as const

const args = {
  environment: { type: 'string', description: `${environments.join(', ')}; default word-problems`, valueHint: 'name', alias: 'e' },
  band: { type: 'string', description: `how good the first net is: ${bandNames.join(', ')}; default hard`, valueHint: 'name' },
  rounds: { type: 'string', description: 'rounds of search and learning; default 3', valueHint: 'n' },
  tasks: { type: 'string', description: 'new tasks each round; default 500', valueHint: 'n' },
  tokens: { type: 'string', description: 'that the search of a round may generate; default 96000', valueHint: 'n' },
  'evaluator-steps': {
    type: 'string',
    description: 'train an evaluator too, for so many steps a round; it weighs the votes of searches. Default: none',
    valueHint: 'n',
  },
  seed: { type: 'string', description: 'default 1', valueHint: 'n' },
  out: {
    type: 'string',
    description: 'folder for rows, nets and manifest; default a new one in .banyan/self-training',
    valueHint: 'folder',
  },
  resume: { type: 'boolean', description: 'go on with what is in the folder' },
  threads: { type: 'string', description: 'of the kernels; no result depends on it. Default 1', valueHint: 'n' },
  json,
} as const
type Given = Values<typeof args>

export const selfTrain = verb({
  name: 'self-train',
  summary: 'let a small net learn from its own search',
  args,
  examples: [
    'banyan self-train --environment word-problems --band hard --rounds 3 --seed 1',
    'banyan self-train --rounds 5 --out runs/hard --resume --json',
  ],
  async run(values) {
    const environment = values.environment ?? 'word-problems'
    if (!environments.includes(environment))
      throw unknownName('E_ENVIRONMENT_UNKNOWN', 'environment to train in', environment, environments)
    if (values.resume && values.out === undefined)
      throw new BanyanError('E_CLI_ARGUMENT', '--out is missing', { wanted: 'the folder of what is to be resumed' })
    const band = bandNamed(values.band ?? 'hard')
    const [rounds, tasks, tokens] = [
      readWhole('--rounds', values.rounds, 1) ?? 3,
      readWhole('--tasks', values.tasks, 1) ?? 500,
      readWhole('--tokens', values.tokens, 1) ?? 96_000,
    ]
    const judged = readWhole('--evaluator-steps', values['evaluator-steps'], 1)
    const seed = readWhole('--seed', values.seed, 0) ?? 1
    const kernels = { threads: readWhole('--threads', values.threads, 1) ?? 1 }
    const out =
      values.out ?? join('.banyan', 'self-training', `${environment}-${band}-${seed}-${new Date().toISOString().replace(/[:.]/g, '-')}`)
    using interrupt = untilInterrupted()
    const base = await madeBase(band, seed, interrupt.signal)
    if (base === undefined) return
    const shown = stages()
    const result = await runRounds(wordProblemParts({ seed, tasks, kernels }), {
      ...{ base, out, rounds, tokens, seed, kernels, encoding: wordProblemEncoding },
      ...(judged !== undefined && { evaluator: { ...evaluatorSettings, limit: { steps: judged } } }),
      resume: values.resume,
      signal: interrupt.signal,
      progress: shown.update,
    })
    shown.end()
    report(result, out, values)
  },
})

/** The first net, trained now where it is not in the cache; undefined when that was interrupted. */
async function madeBase(band: BandName, seed: number, signal: AbortSignal): Promise<string | undefined> {
  let line: ReturnType<typeof progress> | undefined
  try {
    const { path } = await buildBase(baseFor(band, seed), {
      signal,
      progress({ step, steps, loss }) {
        line ??= progress({ title: `first net (${band})`, total: steps, unit: 'steps' })
        line.update(step, `loss ${loss.toFixed(3)}`)
      },
    })
    return path
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  } finally {
    line?.end()
  }
}

/** A line for the training that goes on, and one for each other stage. */
function stages() {
  let line: ReturnType<typeof progress> | undefined
  const names = { search: 'searching', train: 'training', evaluate: 'measuring' }
  const end = () => {
    line?.end()
    line = undefined
  }
  return {
    end,
    update({ round, rounds, stage, training }: SelfTrainingStage) {
      if (training === undefined) {
        end()
        return remark(`round ${round} of ${rounds}: ${names[stage]}`)
      }
      line ??= progress({ title: 'training', total: training.steps, unit: 'steps' })
      line.update(training.step, `loss ${training.loss.toFixed(3)}`)
    },
  }
}

function report({ rounds, aborted, net, manifest }: SelfTrainingResult, out: string, { json: asJson }: Given): void {
  if (asJson) printJson({ rounds, aborted, net, manifest })
  else {
    const rate = ({ rate, interval: [low, high] }: RoundReport['greedy']) => `${percent(rate)} (${percent(low)}–${percent(high)})`
    const rows = rounds.map((one) => [one.round, rate(one.greedy), rate(one.search), one.tokens, one.verified, one.solvedTasks])
    print(table(['round', 'greedy', 'search', 'tokens', 'right traces', 'tasks solved'], rows))
    print(`${net}.safetensors`)
  }
  if (aborted) remark(`stopped; the same command with --out ${out} --resume goes on`)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
