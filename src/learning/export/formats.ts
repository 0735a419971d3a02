// All formats of other programs by name, with what each may be told on a command line. A new format adds its entry here.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import { fieldProblem } from '../data/field-problem.ts'
import type { DatasetFormat } from '../data/rows.ts'
import { mathAps } from './math-aps.ts'
import { mathShepherd } from './math-shepherd.ts'
import { openRlhf } from './open-rlhf.ts'
import { prm800k } from './prm800k.ts'
import { toolBench } from './toolbench/index.ts'
import { trl } from './trl/index.ts'
import { verl } from './verl.ts'

/** A format that can be named, and made with settings. */
export interface FormatEntry {
  readonly name: string
  /** One line. */
  readonly summary: string
  /** What it may be told, by name. */
  readonly settings: readonly string[]
  /**
   * The format with settings; without them its defaults.
   * @throws BanyanError E_FORMAT_SETTING for an unknown setting, or a value that it cannot have.
   */
  make(settings?: Readonly<Record<string, Json>>): DatasetFormat
}

const form = { form: z.enum(['standard', 'conversational']) }
const threshold = z.number().positive().max(1)
const exchange = {
  ...form,
  separator: z.string(),
  answerStart: z.string(),
}

/** The formats, by name: `trl.dpo` … */
export const datasetFormats: Readonly<Record<string, FormatEntry>> = listed([
  entry('TRL, supervised: right answers as one text', trl.languageModelling, exchange),
  entry('TRL, GRPO and its kin: prompts, with what is right where it is known', trl.promptOnly, form),
  entry('TRL, supervised: prompts and right answers', trl.promptCompletion, exchange),
  entry('TRL, DPO: pairs with their prompt', trl.dpo, exchange),
  entry('TRL, reward models: pairs with the prompt on both sides', trl.reward, { ...exchange, margin: z.boolean() }),
  entry('TRL, KTO: answers with verdicts', trl.kto, exchange),
  entry('TRL, process reward models: steps with verdicts', trl.stepwise, { answerStart: z.string(), threshold }),
  entry('OpenRLHF, supervised', openRlhf.sft, exchange),
  entry('OpenRLHF, reward models and DPO: pairs with margins', openRlhf.preference, exchange),
  entry('OpenRLHF, PPO and GRPO: prompts', openRlhf.prompts, form),
  entry('OpenRLHF until March 2026, KTO', openRlhf.kto, exchange),
  entry('OpenRLHF until March 2026, process reward models', openRlhf.prm, {
    separator: z.string(),
    answerStart: z.string(),
    threshold,
    placeholder: z.string().min(1),
    labels: z.enum(['tokens', 'soft']),
  }),
  entry('verl, PPO and GRPO: prompts with what is right', verl.rl, {
    dataSource: z.string().min(1),
    ability: z.string().min(1),
    split: z.string().min(1),
    style: z.enum(['rule', 'model']),
    agentName: z.string().min(1),
  }),
  entry('verl, supervised: chats with right answers', verl.sft, { separator: z.string() }),
  entry('verl, reward models: pairs', verl.rewardModel, { separator: z.string(), answerStart: z.string() }),
  entry('Math-Shepherd, process reward models: steps with verdicts in one text', mathShepherd, {
    layout: z.enum(['texts', 'process']),
    tag: z.string().min(1),
    task: z.string().min(1),
    threshold,
  }),
  entry('PRM800K: rated candidates at each step', prm800k, {
    threshold,
    neutral: z.number().min(0).max(1),
    labeler: z.uuid(),
    timestamp: z.iso.datetime({ local: true, offset: true }),
  }),
  entry('MATH-APS: prefixes of solutions with the share of right ends', mathAps.flat, { separator: z.string() }),
  entry('MATH-APS: trees of steps with the share of right ends', mathAps.tree),
  entry('ToolBench: whole answer trees, one document a query', toolBench.answerTree, { threshold, system: z.string().min(1) }),
  entry('ToolLLaMA: calls on the way to a right answer', toolBench.toolLlama, { threshold, system: z.string().min(1) }),
])

/** An entry for a factory; the name is the format's own. */
function entry<Options>(summary: string, factory: (options?: Options) => DatasetFormat, shape: z.ZodRawShape = {}): FormatEntry {
  const schema = z.strictObject(shape).partial()
  const { name } = factory()
  return {
    name,
    summary,
    settings: Object.keys(shape),
    make(settings = {}) {
      for (const setting of Object.keys(settings))
        if (!Object.hasOwn(shape, setting)) throw unknownName('E_FORMAT_SETTING', `setting of ${name}`, setting, Object.keys(shape))
      const problem = fieldProblem(schema, settings)
      if (problem === undefined) return factory(settings as Options)
      throw new BanyanError('E_FORMAT_SETTING', `the setting ${JSON.stringify(problem.field)} of ${name} cannot be used`, {
        seen: settings[problem.field],
        wanted: problem.wanted,
      })
    },
  }
}

function listed(entries: readonly FormatEntry[]): Readonly<Record<string, FormatEntry>> {
  return Object.fromEntries(entries.map((one) => [one.name, one]))
}
