// Tools: a state is the transcript of calls and their results, an action the next call. Only what leaves the world as it is happens in the
// search; the rest is planned, and carried out by a commit. It knows no model.
import type { Json } from '../core/common.ts'
import { digest } from '../core/digest.ts'
import type { Effect, Environment, Step, StepContext } from '../core/environment.ts'
import { BanyanError } from '../core/errors.ts'
import { unknownName } from '../core/names.ts'
import type { ToolAction } from './tools/action.ts'
import { type Effects, type ReadTool, readTools, type ToolRun, type Tools, toolRun } from './tools/tool.ts'

/** What is wanted, and how many steps it may take. */
export interface ToolTask {
  /** What is to be reached. */
  readonly goal: string
  /** Said to the model before everything else. */
  readonly system?: string
  /** Most steps of one path, failed ones too. Default 12. */
  readonly maxSteps?: number
}

/** One step of the transcript. */
export type ToolStep =
  /** It ran, and left the world as it was. */
  | { readonly kind: 'called'; readonly tool: string; readonly input: Json; readonly result: Json }
  /** It waits for the commit; `result` is there where it was tried and taken back. */
  | { readonly kind: 'planned'; readonly tool: string; readonly input: Json; readonly result?: Json }
  | { readonly kind: 'failed'; readonly tool: string; readonly input: Json; readonly error: string }
  | { readonly kind: 'unreadable'; readonly text: string; readonly error: string }

/** The goal, what was done for it so far, and the answer at the end. */
export interface ToolState {
  readonly goal: string
  readonly system: string
  readonly maxSteps: number
  readonly steps: readonly ToolStep[]
  /** Set when the path has ended. */
  readonly answer?: string
}

/** A call that a commit carries out. */
export interface PlannedCall {
  readonly tool: string
  readonly input: Json
  readonly effect: Effect
}

/** What a finished path stands for. */
export interface Plan {
  /** What the model says at the end. */
  readonly answer: string
  /** To be carried out, in order. */
  readonly calls: readonly PlannedCall[]
}

export interface ToolsOptions {
  readonly tools: Tools
  readonly effects?: Effects
  /** Seconds that one call may take. Default 60. */
  readonly seconds?: number
  /**
   * For worlds that can be taken back as a whole (a database in a transaction, a folder with a snapshot): does work, and takes back whatever it did,
   * one piece after another. With it every tool is tried, and a path sees its own calls: those before it are made again first.
   */
  readonly rehearse?: Rehearse
}

/** Does work, and takes back whatever it did to the world. */
export type Rehearse = <Result>(work: () => Promise<Result>) => Promise<Result>

/**
 * The environment of tools.
 *
 * A tool without effect is called when it is stepped, and its result recorded. A reversible one with `undo` is tried: called, and taken back at
 * once, so that later steps of the same path do not see it. All others are planned. Wrong names, wrong inputs, errors and unreadable actions
 * become steps whose text says what is wrong. A call belongs to the path on which it was made; nothing is shared between paths.
 *
 * With `rehearse` all tools are tried, in a world as the path's own calls have left it; those that are not without effect are planned still.
 *
 * Stepping throws `E_TOOL_UNDO` (fatal) when a tried call could not be taken back, `E_TOOL_REPLAY` (fatal) when one that had worked no longer does,
 * and what a tool throws that is fatal.
 * @throws `E_TOOL_CONTRACT`.
 *
 * @example
 * const environment = tools({ tools: { weather, book }, effects: { weather: 'none' } })
 */
export function tools(options: ToolsOptions) {
  const known = readTools(options.tools, options.effects)
  const { seconds = 60, rehearse } = options
  const identity = [...known.values()].map(({ name, description, effect, rehearsed }) => ({ name, description, effect, rehearsed }))
  return {
    name: 'tools',
    version: `1-${digest(identity).slice(0, 8)}`,
    reproducible: 'recorded',
    /** The tools as they were read. */
    known,
    initial: ({ goal, system = '', maxSteps = 12 }: ToolTask): ToolState => ({ goal, system, maxSteps, steps: [] }),
    async step(state: ToolState, action: ToolAction, context: StepContext): Promise<Step<ToolState>> {
      if (action.kind === 'finish') return { state: { ...state, answer: action.answer }, reward: 0, terminal: true }
      const made = await madeStep(action, state, context)
      const steps = [...state.steps, made]
      return { state: { ...state, steps }, reward: 0, terminal: steps.length >= state.maxSteps, observation: resultText(made) }
    },
    answer: ({ answer, steps }: ToolState): Plan | undefined =>
      answer === undefined
        ? undefined
        : {
            answer,
            calls: steps.flatMap((step) =>
              step.kind === 'planned'
                ? [{ tool: step.tool, input: step.input, effect: known.get(step.tool)?.effect ?? 'irreversible' }]
                : [],
            ),
          },
    render: transcript,
    // What is only planned does nothing yet: the engine need not forbid it.
    effect: (_: ToolState, action: ToolAction): Effect =>
      action.kind === 'call' && isTried(known.get(action.tool)) ? 'reversible' : 'none',
    encode: (state: ToolState) => state as unknown as Json,
    decode: (value: Json) => value as unknown as ToolState,
  } satisfies Environment<ToolState, ToolAction, ToolTask, Plan> & { readonly known: ReadonlyMap<string, ReadTool> }

  async function madeStep(action: Exclude<ToolAction, { kind: 'finish' }>, state: ToolState, context: StepContext): Promise<ToolStep> {
    if (action.kind === 'unreadable')
      return {
        kind: 'unreadable',
        text: action.text,
        error: 'this is neither a call nor the end: write one JSON object, {"tool": …, "input": …} or {"finish": …}',
      }
    const { tool: name, input } = action
    const failed = (error: string): ToolStep => ({ kind: 'failed', tool: name, input, error })
    const tool = known.get(name)
    if (tool === undefined) return failed(unknownName('E_TOOL_UNKNOWN', 'tool', name, [...known.keys()]).message)
    const checked = await tool.check(input)
    if ('problem' in checked) return failed(`the input is not as the tool wants it: ${checked.problem}`)
    const rehearsed = rehearse !== undefined
    if (tool.effect !== 'none' && !tool.rehearsed && !rehearsed) return { kind: 'planned', tool: name, input }
    const run = toolRun(`step-${state.steps.length}`, context.signal)
    let output: unknown
    try {
      // What was begun and is to be taken back is waited for, whatever stops the search meanwhile.
      const once = () =>
        limited((signal) => tool.execute(checked.value, { ...run, abortSignal: signal }), {
          seconds,
          stopped: context.signal,
          patient: tool.rehearsed || rehearsed,
        })
      output = await (rehearse === undefined
        ? once()
        : rehearse(async () => {
            await replay(state.steps, run)
            return once()
          }))
    } catch (error) {
      context.signal.throwIfAborted()
      // A tool that is gone for good is no mistake of the model.
      if (BanyanError.isInstance(error) && error.fatal) throw error
      return failed(error instanceof Error ? error.message : String(error))
    }
    if (tool.effect === 'none') return { kind: 'called', tool: name, input, result: jsonOf(output) }
    if (!rehearsed) await takeBack(tool, checked.value, output, run)
    return { kind: 'planned', tool: name, input, result: jsonOf(output) }
  }

  function isTried(tool: ReadTool | undefined): boolean {
    return tool !== undefined && tool.effect !== 'none' && (tool.rehearsed || rehearse !== undefined)
  }

  /** Makes the calls of a path again that changed the world. */
  async function replay(steps: readonly ToolStep[], run: ToolRun): Promise<void> {
    for (const step of steps) {
      if (step.kind !== 'planned') continue
      const tool = known.get(step.tool)
      try {
        const checked = await tool!.check(step.input)
        if ('problem' in checked) throw new Error(checked.problem)
        await tool!.execute(checked.value, run)
      } catch (cause) {
        throw new BanyanError('E_TOOL_REPLAY', `a call of ${step.tool} had worked and no longer does`, {
          seen: cause instanceof Error ? cause.message : String(cause),
          hint: 'With `rehearse` the same calls in the same order must do the same: take back all that they do, and nothing else.',
          cause,
          fatal: true,
        })
      }
    }
  }
}

/** Undone whatever stops the search meanwhile. */
async function takeBack(tool: ReadTool, value: unknown, output: unknown, run: ToolRun): Promise<void> {
  try {
    await tool.undo(value, output, { ...run, abortSignal: new AbortController().signal })
  } catch (cause) {
    throw new BanyanError('E_TOOL_UNDO', `the tool ${tool.name} was tried and could not be taken back`, {
      seen: cause instanceof Error ? cause.message : String(cause),
      hint: "Take it back by hand; and declare the tool 'irreversible' if that can happen again.",
      cause,
      fatal: true,
    })
  }
}

async function limited<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  { seconds, stopped, patient }: { readonly seconds: number; readonly stopped: AbortSignal; readonly patient: boolean },
): Promise<Result> {
  const time = new AbortController()
  const timer = setTimeout(() => time.abort(new Error(`the tool took longer than ${seconds} seconds`)), seconds * 1000)
  const signal = AbortSignal.any([stopped, time.signal])
  try {
    if (patient) return await work(signal)
    const ended = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    return await Promise.race([work(signal), ended])
  } finally {
    clearTimeout(timer)
  }
}

/** A result as it can be logged; what JSON cannot hold is left out. */
export function jsonOf(output: unknown): Json {
  return JSON.parse(JSON.stringify(output) ?? 'null') as Json
}

/** Characters of one result that a model is shown. */
const mostShown = 8000

/** The goal and all steps so far, as a model and a person read them. */
export function transcript({ goal, steps, answer }: ToolState): string {
  const lines = steps.map((step, index) => {
    const call = step.kind === 'unreadable' ? JSON.stringify(step.text) : `${step.tool}(${JSON.stringify(step.input)})`
    return `${index + 1}. ${call}\n   ${resultText(step)}`
  })
  return [`Goal: ${goal}`, ...lines, ...(answer === undefined ? [] : [`End: ${answer}`])].join('\n')
}

function resultText(step: ToolStep): string {
  switch (step.kind) {
    case 'called':
      return shown(step.result)
    case 'planned':
      return `planned, to be carried out at the end${step.result === undefined ? '' : `; tried, it gave ${shown(step.result)}`}`
    case 'failed':
    case 'unreadable':
      return `error: ${shown(step.error)}`
  }
}

function shown(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > mostShown ? `${text.slice(0, mostShown).toWellFormed()}… (${text.length - mostShown} characters more)` : text
}
