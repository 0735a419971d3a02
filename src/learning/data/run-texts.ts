// How tasks, steps and answers of a run become texts. Known environments are found by their names among the setups; others are told by options.
import type { Awaitable, Json } from '../../core/common.ts'
import type { Environment } from '../../core/environment.ts'
import { BanyanError } from '../../core/errors.ts'
import type { RunHeader } from '../../core/events.ts'
import { pureContext } from '../../core/pure-context.ts'
import { answerInstruction, taskMessages } from '../../environments/reasoning/chat.ts'
import { type FilledReasoningTask, reasoningTaskSchema } from '../../environments/reasoning.ts'
import { setupNamed, setupNames } from '../../front/setups/index.ts'
import type { Message } from '../../models/model.ts'
import type { Prompt } from './rows.ts'
import type { RunNode, SideOf } from './run-tree.ts'

/** An environment whose types are its own business: tasks and actions come as JSON, out of a log. */
// biome-ignore lint/suspicious/noExplicitAny: tasks, states and actions of any environment come out of a log as JSON
export type AnyEnvironment = Environment<any, any, any, any>

/** How states become texts. Everything has a default. */
export interface TextOptions {
  /** What was asked. Default: the chat of `reasoning`; else what the environment shows of its first state; else the task itself, or its JSON. */
  readonly prompt?: (task: Json) => Prompt
  /** One user message instead of a plain text, where the default prompt is a text. Default false. */
  readonly chat?: boolean
  /** A step. Default: texts and numbers as they are; the field `text` of an object; else JSON. */
  readonly step?: (action: Json) => string
  /** Between the steps of a whole answer. Default: nothing for `writing`, a blank line for free texts of `reasoning`, else a line end. */
  readonly separator?: string
  /** Default: the environment of the setup that the run names, when it is of the same version. Needed for answers of other environments. */
  readonly environment?: AnyEnvironment
  /** An answer as text. Default: the setup's own, else texts as they are, else JSON. */
  readonly show?: (answer: Json) => string
}

/** Texts of one run. */
export interface RunTexts {
  readonly prompt: Prompt
  /** The task with its defaults filled, where its environment is known. */
  readonly task: Json
  readonly sideOf: SideOf | undefined
  /** The nodes from the root to this one whose actions have a text; a text that was begun anew stands alone. */
  path(node: RunNode): readonly RunNode[]
  /** Their texts. */
  steps(node: RunNode): readonly string[]
  /** The node's own step; empty at the root. */
  step(node: RunNode): string
  /** A whole answer. */
  joined(steps: readonly string[]): string
  /** What joins them, as rows say it. */
  readonly separation: { readonly separator?: string }
  /** The environment is known, so that `answer` can tell. */
  readonly tellsAnswers: boolean
  /** The answer that the state of a node stands for; undefined when it is none. */
  answer(node: RunNode): Promise<Json | undefined>
  shown(answer: Json): string
}

/**
 * Texts of a run, by its header.
 * @throws BanyanError E_DATASET_OPTION when a function of the options throws.
 */
export function runTexts(header: RunHeader, options: TextOptions): RunTexts {
  const known = knownEnvironment(header, options)
  const name = header.fingerprint.environment
  const environment = known?.environment
  const task = known?.task ?? header.task
  const states = new WeakMap<RunNode, { readonly state: unknown }>()
  const separator = options.separator ?? separatorOf(String(name), task)
  const texts = new WeakMap<RunNode, string>()
  const step = (node: RunNode): string => {
    const { action } = node
    if (action === undefined) return ''
    const known = texts.get(node)
    if (known !== undefined) return known
    const text = options.step === undefined ? stepText(action) : asked('step', () => options.step!(action))
    texts.set(node, text)
    return text
  }

  /** States are made again from the root, each once. */
  async function stateOf(node: RunNode): Promise<unknown> {
    const path: RunNode[] = []
    let at: RunNode | undefined = node
    for (; at !== undefined && !states.has(at); at = at.parent) path.push(at)
    let state = at === undefined ? undefined : states.get(at)?.state
    for (const next of path.reverse()) {
      try {
        const { parent, action } = next
        state =
          parent === undefined ? await environment!.initial(task) : (await environment!.step(state, action, pureContext('replay'))).state
      } catch (cause) {
        throw new BanyanError('E_TRACE_DAMAGED', `the environment ${environment!.name} does not take node ${next.id} of the run`, { cause })
      }
      states.set(next, { state })
    }
    return state
  }

  function path(node: RunNode): RunNode[] {
    const nodes: RunNode[] = []
    for (let at: RunNode | undefined = node; at?.parent !== undefined; at = at.parent) {
      // An action that only ends the answer has no text.
      if (step(at) !== '') nodes.push(at)
      if (beginsAnew(at.action)) break
    }
    return nodes.reverse()
  }

  return {
    prompt: promptOf(header, task, environment, options),
    task,
    sideOf: environment?.turn === undefined ? undefined : async (node) => environment.turn!(await stateOf(node)),
    step,
    path,
    tellsAnswers: environment !== undefined,
    steps: (node) => path(node).map(step),
    joined: (steps) => steps.join(separator),
    separation: separator === '\n' ? {} : { separator },
    async answer(node) {
      if (environment === undefined) return undefined
      const answer: unknown = environment.answer(await stateOf(node))
      return answer === undefined ? undefined : (JSON.parse(JSON.stringify(answer) ?? 'null') as Json)
    },
    shown: (answer) => (options.show === undefined ? (known?.show ?? plain)(answer) : asked('show', () => options.show!(answer))),
  }
}

/** A node whose text stands in place of all before it (environment `writing`). */
export function beginsAnew(action: Json | undefined): boolean {
  return typeof action === 'object' && action !== null && 'anew' in action && action.anew === true && 'text' in action
}

/** Calls a function of the options. @throws BanyanError E_DATASET_OPTION, with what it threw. */
function asked<Result>(name: string, call: () => Result): Result {
  try {
    return call()
  } catch (cause) {
    throw optionThrew(name, cause)
  }
}

/** The same for a function that may give a promise. */
export async function askedLater<Result>(name: string, call: () => Awaitable<Result>): Promise<Result> {
  try {
    return await call()
  } catch (cause) {
    throw optionThrew(name, cause)
  }
}

function optionThrew(name: string, cause: unknown): BanyanError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new BanyanError('E_DATASET_OPTION', `the function ${JSON.stringify(name)} threw: ${message}`, { cause })
}

interface KnownEnvironment {
  readonly environment: AnyEnvironment
  readonly task: Json
  readonly show: ((answer: Json) => string) | undefined
}

/** States can be made again where stepping depends on nothing but state and action. */
function knownEnvironment(header: RunHeader, { environment }: TextOptions): KnownEnvironment | undefined {
  if (environment !== undefined) {
    return again(environment) ? { environment, task: header.task, show: undefined } : undefined
  }
  const [name, version] = String(header.fingerprint.environment ?? '').split('@')
  if (name === undefined || !setupNames.includes(name)) return undefined
  const setup = setupNamed(name)
  const task = setup.task.safeParse(header.task)
  if (!task.success) return undefined
  const found: AnyEnvironment = setup.environment(task.data)
  if (!again(found) || (found.version ?? '1') !== version) return undefined
  return { environment: found, task: task.data as Json, show: (answer) => setup.show(answer) }
}

function again({ reproducible, open }: AnyEnvironment): boolean {
  return reproducible !== 'recorded' && open === undefined
}

function promptOf(header: RunHeader, task: Json, environment: AnyEnvironment | undefined, options: TextOptions): Prompt {
  if (options.prompt !== undefined) return asked('prompt', () => options.prompt!(header.task))
  if (environment?.name === 'reasoning') {
    const { data } = reasoningTaskSchema.safeParse(task)
    if (data !== undefined) return reasoningPrompt(data, options.chat === true)
  }
  const text = firstSight(task, environment)
  return options.chat === true ? [{ role: 'user', content: text }] : text
}

/** The chat that proposers of reasoning send; a plain text where it is a single message. */
function reasoningPrompt(task: FilledReasoningTask, chat: boolean): Prompt {
  const messages: readonly Message[] = taskMessages(task, [answerInstruction(task.answerBy)])
  const [only, second] = messages
  return !chat && second === undefined && only !== undefined ? only.content : messages
}

function firstSight(task: Json, environment: AnyEnvironment | undefined): string {
  const state: unknown = environment?.initial(task)
  if (environment === undefined || state instanceof Promise) return plain(promptField(task))
  const seen = environment.render(state)
  return typeof seen === 'string' ? seen : seen.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
}

function promptField(task: Json): Json {
  if (typeof task !== 'object' || task === null || Array.isArray(task)) return task
  const { prompt } = task as { readonly prompt?: Json }
  return typeof prompt === 'string' && Object.keys(task).length === 1 ? prompt : task
}

function separatorOf(environment: string, task: Json): string {
  if (environment.startsWith('writing@')) return ''
  const { answerBy } = (task ?? {}) as { readonly answerBy?: { readonly kind?: Json } }
  return environment.startsWith('reasoning@') && answerBy?.kind === 'text' ? '\n\n' : '\n'
}

function stepText(action: Json): string {
  if (typeof action === 'object' && action !== null && !Array.isArray(action)) {
    const { text } = action as { readonly text?: Json }
    if (typeof text === 'string') return text
  }
  return plain(action)
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
