// Proposers of reasoning: the next step, or a whole answer, from any chat model. They know the chat and the texts, not what is right.
import type { Candidate, ProposeRequest, Proposer } from '../../core/proposer.ts'
import type { GenerateRequest, Model, Sample } from '../../models/model.ts'
import { severalSamples } from '../../models/several-samples.ts'
import { type ReasoningAction, type ReasoningState, solutionText } from '../reasoning.ts'
import { mostCharacters } from './answers.ts'
import { answerInstruction, nextStepRequest, restRequest, taskMessages } from './chat.ts'
import { isRefusal, longestStep, nextStep, stepKey } from './steps.ts'

export interface ReasoningProposerOptions {
  readonly model: Model
  /** Default `model` for steps, `whole` for whole answers. */
  readonly name?: string
  /** Most tokens of a sample. Default: 96 for a line, 256 for a longer step, 512 for a whole answer. */
  readonly maxTokens?: number
  /** Default 0.8. */
  readonly temperature?: number
  /** Default 0.95. */
  readonly topP?: number
  /** Log-probabilities of the tokens, as scores. Default: where the model can. */
  readonly logProbs?: boolean
  /** What the model is told about the form of the answer, after the prompt. Default: by the task's `answerBy`; '' for nothing. */
  readonly instructions?: string
}

export interface ReasoningStepsOptions extends ReasoningProposerOptions {
  /** What a step is: a line, a paragraph, or what stands between "Step 1:" and "Step 2:". Default: `line` for models that go on from a prefix, else `paragraph`. */
  readonly unit?: 'line' | 'paragraph' | 'numbered'
}

export interface WholeAnswerOptions extends ReasoningProposerOptions {
  /** Whether equal answers stay among the siblings: a vote counts them. Default `keep`. */
  readonly duplicates?: 'keep' | 'drop'
}

/**
 * Proposes one step at a time.
 *
 * A model with the capability `prefix` goes on from the steps so far and stops where the step ends; any other is shown them in the chat and
 * asked for the next one. A reply without text proposes nothing, or, after the first step, the end. Steps that were said before on this path
 * are dropped; where nothing else is said, the end is proposed. Steps that are among the siblings are dropped, unless a single sample is asked
 * for. A refusal ends the solution without an answer. A candidate's prior is its share of the samples.
 *
 * @example
 * search({ environment: reasoning(), task: { prompt: 'What is 17 + 25?', answerBy: 'number' }, proposer: reasoningSteps({ model }), searcher: beam() })
 */
export function reasoningSteps(options: ReasoningStepsOptions): Proposer<ReasoningState, ReasoningAction> {
  const prefixed = options.model.capabilities.prefix
  const unit = options.unit ?? (prefixed ? 'line' : 'paragraph')
  return proposerOf(
    { ...options, maxTokens: options.maxTokens ?? (unit === 'line' ? 96 : 256) },
    options.name ?? 'model',
    { unit },
    (state, notes) => {
      const chat = (more: readonly string[]) => taskMessages(state.task, [instructionOf(state, options), ...notes, ...more])
      if (prefixed) {
        const head = unit === 'numbered' ? `Step ${state.steps.length + 1}:` : ''
        const request = { messages: chat([]), prefix: `${state.steps.map((step) => `${step}\n\n`).join('')}${head}`, stop: [stops[unit]] }
        return { request, read: ({ text }) => continued(text, head, state.steps) }
      }
      const shown = state.steps.length > 0
      const messages = shown
        ? [
            ...chat([]),
            { role: 'assistant' as const, content: solutionText(state) },
            { role: 'user' as const, content: nextStepRequest(state) },
          ]
        : chat([nextStepRequest(state)])
      return { request: { messages }, read: ({ text }) => nextStep(text, state.steps, state.task.answerBy.kind === 'schema') }
    },
  )
}

/**
 * Proposes complete solutions, each as one candidate; from a state with steps, the rest of the solution.
 * A reply without text proposes nothing; a refusal ends the solution without an answer.
 *
 * @example
 * search({ environment: reasoning(), task, proposer: wholeAnswer({ model }), searcher: vote({ samples: 16 }) })
 */
export function wholeAnswer(options: WholeAnswerOptions): Proposer<ReasoningState, ReasoningAction> {
  const { model, duplicates = 'keep' } = options
  return proposerOf(
    { ...options, duplicates, maxTokens: options.maxTokens ?? 512 },
    options.name ?? 'whole',
    { unit: 'whole', duplicates },
    (state, notes) => {
      const messages = taskMessages(state.task, [instructionOf(state, options), ...notes])
      const written = solutionText(state)
      const read = ({ text }: Sample) => ({ text: text.trim().slice(-mostCharacters), end: true })
      if (written === '') return { request: { messages }, read }
      if (model.capabilities.prefix) return { request: { messages, prefix: `${written}\n` }, read }
      return { request: { messages: [...messages, { role: 'assistant', content: written }, { role: 'user', content: restRequest }] }, read }
    },
  )
}

const stops = { line: '\n', paragraph: '\n\n', numbered: '\nStep ' }

type Asked = Pick<GenerateRequest, 'messages' | 'prefix' | 'stop'>
interface Plan {
  readonly request: Asked
  /** Undefined: nothing new was said. */
  readonly read: (sample: Sample) => { readonly text: string; readonly end: boolean } | undefined
}
type ProposerSettings = ReasoningProposerOptions & { readonly maxTokens: number; readonly duplicates?: 'keep' | 'drop' }

function proposerOf(
  options: ProposerSettings,
  name: string,
  settings: { readonly [key: string]: string },
  plan: (state: ReasoningState, notes: readonly string[]) => Plan,
): Proposer<ReasoningState, ReasoningAction> {
  const { model, maxTokens, temperature = 0.8, topP = 0.95, logProbs = model.capabilities.logProbs, instructions } = options
  const free = model.price === undefined || (model.price.input === 0 && model.price.output === 0)
  return {
    name,
    settings: {
      model: model.name,
      ...settings,
      maxTokens,
      temperature,
      topP,
      logProbs,
      ...(instructions === undefined ? {} : { instructions }),
    },
    reproducible: model.reproducible,
    async propose(requests, context) {
      const asked = requests.map((request) => {
        const state = baseState(request)
        const { request: chat, read } = plan(state, notesOf(request))
        const form = { ...chat, maxTokens, temperature, topP, ...(logProbs ? { logProbs } : {}) }
        return { request, state, read, samples: severalSamples(model, form, request.count, context) }
      })
      const ended = await Promise.allSettled(asked.map(({ samples }) => samples))
      return asked.map(({ request, state, read }, index) => {
        const result = ended[index] as PromiseSettledResult<readonly Sample[]>
        if (result.status === 'rejected') throw result.reason
        return { candidates: candidatesOf(result.value, { request, state, read, model: model.name, keep: options.duplicates === 'keep' }) }
      })
    },
    // What a paid prompt costs is not known beforehand, so such a model takes a fair share of the budget.
    ...(free ? { atMost: (count: number) => ({ calls: model.capabilities.count ? 1 : count, tokens: count * maxTokens }) } : {}),
  }
}

interface Reading {
  readonly request: ProposeRequest<ReasoningState, ReasoningAction>
  readonly state: ReasoningState
  readonly read: Plan['read']
  readonly model: string
  readonly keep: boolean
}

function candidatesOf(samples: readonly Sample[], { request, state, read, model, keep }: Reading): Candidate<ReasoningAction>[] {
  const earlier = new Set(state.steps.map(stepKey))
  // A single sample is a draw of a chain of its own: that another chain began alike is no reason to drop it.
  const siblings = new Set(keep || request.count === 1 ? [] : request.siblings.map(actionKey))
  const groups = new Map<string, { candidate: Candidate<ReasoningAction>; times: number }>()
  let repeated = 0
  for (const [index, sample] of samples.entries()) {
    const action = actionOf(sample, state, read)
    if (action === undefined) continue
    if (action.text !== '' && earlier.has(stepKey(action.text))) {
      repeated++
      continue
    }
    const key = actionKey(action)
    if (siblings.has(key)) continue
    const group = keep ? undefined : groups.get(key)
    if (group !== undefined) group.times++
    else groups.set(keep ? `${index}` : key, { candidate: { action, ...scored(sample, model) }, times: 1 })
  }
  // A model that only repeats itself has no more to say.
  if (repeated > 0 && repeated === samples.length && !siblings.has(actionKey(silence))) return [{ action: silence, prior: 1 }]
  const total = [...groups.values()].reduce((sum, { times }) => sum + times, 0)
  return [...groups.values()].map(({ candidate, times }) => ({ ...candidate, prior: times / total }))
}

const silence: ReasoningAction = { text: '', end: true }

function actionOf(sample: Sample, state: ReasoningState, read: Plan['read']): ReasoningAction | undefined {
  const wellFormed: Sample = { ...sample, text: sample.text.toWellFormed() }
  if (sample.finish === 'refused' || (state.steps.length === 0 && isRefusal(wellFormed.text)))
    return { text: wellFormed.text.trim().slice(0, longestStep), end: true, refused: true }
  const step = read(wellFormed)
  if (step === undefined || (step.text === '' && (!step.end || state.steps.length === 0))) return undefined
  return { text: step.text, end: step.end }
}

// What a model said as the continuation of a prefix. After the first step, silence means that it has finished.
function continued(text: string, head: string, steps: readonly string[]): { text: string; end: boolean } | undefined {
  const said = text.trim().slice(0, longestStep)
  if (said === '') return steps.length > 0 ? { text: '', end: true } : undefined
  return { text: head === '' ? said : `${head} ${said}`, end: false }
}

function scored({ tokens }: Sample, model: string): Pick<Candidate<ReasoningAction>, 'score' | 'tokens'> {
  if (tokens === undefined) return {}
  const score = tokens.logProbs?.reduce((sum, logProb) => sum + logProb, 0)
  return { tokens: { ...tokens, model }, ...(score === undefined ? {} : { score: Math.min(0, score) }) }
}

function actionKey(action: ReasoningAction): string {
  return `${action.end}${action.refused === true}${stepKey(action.text)}`
}

// A step that is to be written anew is proposed again from the state before it.
function baseState({ node, feedback }: ProposeRequest<ReasoningState, ReasoningAction>): ReasoningState {
  return feedback !== undefined && node.parent !== undefined ? node.parent.state : node.state
}

function notesOf({ node, others, feedback }: ProposeRequest<ReasoningState, ReasoningAction>): string[] {
  const attempts = others?.map((other, index) => `Attempt ${index + 1}:\n${solutionText(other.state)}`) ?? []
  return [
    ...(attempts.length > 0 ? [`Earlier attempts at this task, of which the best parts may be used:\n\n${attempts.join('\n\n')}`] : []),
    ...(feedback === undefined
      ? []
      : [`An earlier attempt was:\n${node.action?.text ?? ''}\n\nWhat was said of it: ${feedback}\nWrite it anew, and better.`]),
  ]
}

function instructionOf(state: ReasoningState, options: ReasoningProposerOptions): string {
  return options.instructions ?? answerInstruction(state.task.answerBy)
}
