// What `improve` is given, and the search that it stands for: every choice that was left open is made here. It runs nothing.
import { z } from 'zod'
import type { Amounts, Awaitable, Json } from '../core/common.ts'
import { BanyanError } from '../core/errors.ts'
import type { Evaluator } from '../core/evaluator.ts'
import type { SearchOptions } from '../core/options.ts'
import type { Searcher } from '../core/searcher.ts'
import { searcherNamed } from '../core/searchers/named.ts'
import { vote } from '../core/searchers/vote.ts'
import { reasoningSteps, wholeAnswer } from '../environments/reasoning/proposer.ts'
import {
  type ReasoningAction,
  type ReasoningAnswer,
  type ReasoningState,
  type ReasoningTask,
  reasoning,
  solutionText,
} from '../environments/reasoning.ts'
import { cascade } from '../evaluators/combine.ts'
import { type CheckResult, verify as verifyAnswers } from '../evaluators/verify/answer-check.ts'
import { requirePrice } from '../models/middleware/prices.ts'
import type { Message, Model } from '../models/model.ts'
import { type AnyModel, modelOf } from './model-of.ts'
import { optionError } from './option-error.ts'
import { budgetOf, isFree, type PresetName, presetFor } from './presets.ts'
import { reasoningSetup } from './setups/reasoning.ts'

/** How an answer is read out of what the model writes: the whole text, its number, what stands in `\boxed{}`, or the letter of a choice. */
export type AnswerKind = 'text' | 'number' | 'box' | 'choice'

/** The type of the answers: what the schema makes, else a number or a text. */
export type AnswerOf<Schema extends z.ZodType, Kind extends AnswerKind> = Kind extends 'number' ? number : z.infer<Schema>

/** A check of one answer: a verdict, an estimate in [0, 1], or a value with more to it. */
export type Verify<Answer> = (found: {
  readonly answer: Answer
  /** All that the model wrote, the answer in it. */
  readonly text: string
  /** Aborted when the search stops or the check takes too long. */
  readonly signal: AbortSignal
}) => Awaitable<CheckResult>

/** Options of `improve`. */
export interface ImproveOptions<Schema extends z.ZodType = z.ZodString, Kind extends AnswerKind = 'text'> {
  /** One of ours, or any language model of the AI SDK (its failed calls are then retried). */
  readonly model: AnyModel
  /** What is asked. Either this or `messages`. */
  readonly prompt?: string
  /** A chat that ends with what the user asks. */
  readonly messages?: readonly Message[]
  /** The system prompt. */
  readonly system?: string
  /** Answers are JSON that this schema accepts, with its checks and transforms. */
  readonly schema?: Schema
  /** How answers are read, where there is no `schema`. Default `text`. */
  readonly answer?: Kind
  /** `true` is a solution and ends the search, `false` a dead end, a number in [0, 1] an estimate. What it throws stops nothing but that answer. */
  readonly verify?: Verify<NoInfer<AnswerOf<Schema, Kind>>>
  /** Seconds that one check may take. Default 60. */
  readonly verifySeconds?: number
  /** Who judges what `verify` leaves open: the model itself (`true`), another model, or an evaluator. */
  readonly judge?: true | AnyModel | Evaluator<ReasoningState, ReasoningAction>
  /** Default `balanced`. */
  readonly preset?: PresetName
  /** Instead of the preset's. */
  readonly searcher?: Searcher
  /**
   * Search among steps of answers instead of whole ones. Default: for free models that go on from a given beginning, where a judge or
   * likelihood values unfinished answers, unless the searcher samples chains.
   */
  readonly steps?: boolean
  /** Limits by unit. Default: the preset's; the result's `settings` say so. */
  readonly budget?: Amounts
  /** Trials in flight. Default: the preset's. */
  readonly concurrency?: number
  /** A whole number in [0, 2^53). Default 0. */
  readonly seed?: number
  /** Most tokens of an answer, or of a step. Default 512 for an answer, 96 or 256 for a step. */
  readonly maxTokens?: number
  /** Above 0: equal samples are of no use. Default 0.8. */
  readonly temperature?: number
  /** In (0, 1]. Default 0.95. */
  readonly topP?: number
  /** Where the run is logged. Default: in memory, forgotten afterwards. */
  readonly store?: NonNullable<SearchOptions<never, never, never, never>['store']>
  /** In a store that knows it, the run is resumed, or its recorded result returned. Default: a random one. */
  readonly runId?: string
  /** Stops the search; what was found by then is returned. */
  readonly signal?: AbortSignal
}

/** All that was chosen, as plain JSON. */
export interface Chosen {
  readonly model: string
  /** Absent where a searcher was given. */
  readonly preset?: PresetName
  readonly searcher: { readonly name: string; readonly settings: Json }
  readonly proposer: { readonly name: string; readonly settings: Json }
  readonly evaluator?: { readonly name: string; readonly settings: Json }
  readonly budget: Amounts
  readonly concurrency: number
  readonly seed: number
  /** What was filled in and should be known: a budget that was not given. */
  readonly notes: readonly string[]
}

export interface Improvement {
  readonly options: SearchOptions<ReasoningState, ReasoningAction, ReasoningTask, ReasoningAnswer>
  readonly chosen: Chosen
  readonly model: Model
}

/**
 * The search that the options stand for.
 * @throws `E_FRONT_OPTION`, `E_PRESET_UNKNOWN`, `E_MODEL_REQUEST`, `E_MODEL_PRICE`.
 */
export function improvement<Schema extends z.ZodType, Kind extends AnswerKind>(options: ImproveOptions<Schema, Kind>): Improvement {
  const { schema, answer: kind = 'text', seed = 0, runId, signal, store } = options
  const model = modelOf(options.model)
  const preset = presetFor(options.preset ?? 'balanced', 'reasoning')
  const { budget, note } = budgetOf(options.budget, preset, model)
  if (budget.usd !== undefined) requirePrice(model)
  const environment = reasoning(schema === undefined ? {} : { output: schema })
  const judged = evaluatorOf(options, environment, model)
  // Without anyone to judge, answers that can be compared are counted: the one that most samples agree on.
  const counted = options.searcher === undefined && judged === undefined && schema === undefined && kind !== 'text'
  const samples = typeof preset.settings.n === 'number' ? preset.settings.n : 8
  const searcher = options.searcher ?? (counted ? vote({ n: samples }) : searcherNamed(preset.searcher, preset.settings))
  const evaluator = counted ? undefined : (judged ?? reasoningSetup.evaluators.auto!({ model }))
  const concurrency = options.concurrency ?? preset.concurrency
  // Only who can value an unfinished answer guides a search among steps, and each step costs a call.
  const guided = evaluator !== undefined && (options.verify === undefined || options.judge !== undefined)
  const steps = options.steps ?? (guided && model.capabilities.prefix && isFree(model) && !samplesChains.includes(searcher.name))
  const proposer = (steps ? reasoningSteps : wholeAnswer)({ model, ...sampling(options) })
  return {
    model,
    chosen: {
      model: model.name,
      ...(options.searcher === undefined ? { preset: options.preset ?? 'balanced' } : {}),
      searcher: identity(searcher),
      proposer: identity(proposer),
      ...(evaluator === undefined ? {} : { evaluator: identity(evaluator) }),
      budget,
      concurrency,
      seed,
      notes: note === undefined ? [] : [note],
    },
    options: {
      environment,
      task: taskOf(options, schema, kind),
      searcher,
      proposer,
      ...(evaluator === undefined ? {} : { evaluator }),
      budget,
      concurrency,
      seed,
      ...(store === undefined ? {} : { store }),
      ...(runId === undefined ? {} : { runId }),
      ...(signal === undefined ? {} : { signal }),
    },
  }
}

/** Searchers whose chains have nothing to choose between steps: a whole answer is one call instead of many. */
const samplesChains = ['best-of-n', 'vote', 'greedy']

function sampling({ maxTokens, temperature, topP }: Pick<ImproveOptions, 'maxTokens' | 'temperature' | 'topP'>) {
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens >= 1))
    throw optionError('maxTokens', maxTokens, 'a whole number of at least 1')
  if (temperature !== undefined && !(temperature > 0 && Number.isFinite(temperature)))
    throw optionError('temperature', temperature, 'a number above 0', 'At 0 all samples are equal, and there is nothing to search among.')
  if (topP !== undefined && !(topP > 0 && topP <= 1)) throw optionError('topP', topP, 'a number above 0 and at most 1')
  return {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
  }
}

function taskOf(
  { prompt, messages, system }: Pick<ImproveOptions, 'prompt' | 'messages' | 'system'>,
  schema: z.ZodType | undefined,
  kind: AnswerKind,
): ReasoningTask {
  if ((prompt === undefined) === (messages === undefined))
    throw optionError('prompt', prompt === undefined ? 'neither' : 'both', 'either `prompt` or `messages`')
  const last = messages?.at(-1)
  if (messages !== undefined && last?.role !== 'user') throw optionError('messages', last?.role, 'a chat whose last message is of the user')
  const asked = prompt ?? last?.content
  if (typeof asked !== 'string' || asked.trim() === '') throw optionError('prompt', asked, 'a text that asks something')
  if (schema !== undefined && kind !== 'text') throw optionError('answer', kind, 'no `answer` beside `schema`')
  return {
    prompt: asked,
    ...(system === undefined ? {} : { system }),
    ...(messages === undefined || messages.length === 1
      ? {}
      : { history: messages.slice(0, -1).map(({ role, content }) => ({ role, content })) }),
    answerBy: schema === undefined ? kind : { kind: 'schema', schema: jsonSchemaOf(schema) },
  }
}

function jsonSchemaOf(schema: z.ZodType): Json {
  try {
    return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json
  } catch (cause) {
    throw new BanyanError('E_FRONT_OPTION', 'the option "schema" cannot be used', { wanted: 'a zod 4 schema', cause, fatal: true })
  }
}

type ReasoningEvaluator = Evaluator<ReasoningState, ReasoningAction>

/** `verify`, then who judges what it leaves open; undefined where neither is given. */
function evaluatorOf<Schema extends z.ZodType, Kind extends AnswerKind>(
  { verify, verifySeconds, judge }: ImproveOptions<Schema, Kind>,
  environment: ReturnType<typeof reasoning>,
  model: Model,
): ReasoningEvaluator | undefined {
  const verifier: ReasoningEvaluator | undefined =
    verify &&
    verifyAnswers<ReasoningState, ReasoningAnswer>(
      ({ answer, state, signal }) => verify({ answer: answer as AnswerOf<Schema, Kind>, text: solutionText(state), signal }),
      { environment, ...(verifySeconds === undefined ? {} : { seconds: verifySeconds }) },
    )
  const judged = judge === undefined ? undefined : judgeOf(judge, model)
  return verifier !== undefined && judged !== undefined ? cascade([verifier, judged]) : (verifier ?? judged)
}

function judgeOf(judge: NonNullable<ImproveOptions['judge']>, model: Model): ReasoningEvaluator {
  if (judge === true) return reasoningSetup.evaluators.judge!({ model })
  if (typeof judge === 'object' && 'evaluate' in judge) return judge
  return reasoningSetup.evaluators.judge!({ model: modelOf(judge, 'judge') })
}

function identity({ name, settings = null }: { readonly name: string; readonly settings?: Json }): { name: string; settings: Json } {
  return { name, settings }
}
