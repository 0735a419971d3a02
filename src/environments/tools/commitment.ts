// Carrying a plan out: an environment whose steps are the planned calls, one after the other. In the search a call is only noted; in a commit
// it happens. The engine then sees to it that each happens at most once.
import type { Json } from '../../core/common.ts'
import type { Effect, Environment, Step, StepContext } from '../../core/environment.ts'
import { BanyanError } from '../../core/errors.ts'
import { jsonOf, type PlannedCall } from '../tools.ts'
import { type ReadTool, toolRun } from './tool.ts'

export interface CommitmentTask {
  readonly calls: readonly PlannedCall[]
}

export interface CommitmentState {
  readonly calls: readonly PlannedCall[]
  /** Results of the calls so far; a call that is only noted has none. */
  readonly results: readonly { readonly done: boolean; readonly result?: Json }[]
}

/** Committing throws `E_TOOL_UNKNOWN`, `E_TOOL_INPUT` before a call, `E_TOOL_FAILED` with the cause after it. */
export function commitment(tools: ReadonlyMap<string, ReadTool>) {
  return {
    name: 'tools-commitment',
    reproducible: 'recorded',
    initial: ({ calls }: CommitmentTask): CommitmentState => ({ calls, results: [] }),
    actions: ({ calls, results }: CommitmentState): readonly PlannedCall[] => calls.slice(results.length, results.length + 1),
    async step({ calls, results }: CommitmentState, call: PlannedCall, context: StepContext): Promise<Step<CommitmentState>> {
      const made =
        context.purpose === 'commit'
          ? { done: true, result: await carriedOut(tools, call, results.length, context.signal) }
          : { done: false }
      const after = [...results, made]
      return { state: { calls, results: after }, reward: 0, terminal: after.length >= calls.length }
    },
    answer: (state: CommitmentState) => state.results as unknown as Json,
    render: ({ results }: CommitmentState) => JSON.stringify(results),
    // Whatever the tool may do: the engine is to let it be noted, and to commit it once. The guard is told the tool's own effect.
    effect: (): Effect => 'reversible',
    encode: (state: CommitmentState) => state as unknown as Json,
    decode: (value: Json) => value as unknown as CommitmentState,
  } satisfies Environment<CommitmentState, PlannedCall, CommitmentTask, Json>
}

async function carriedOut(
  tools: ReadonlyMap<string, ReadTool>,
  { tool: name, input }: PlannedCall,
  index: number,
  signal: AbortSignal,
): Promise<Json> {
  const tool = tools.get(name)
  if (tool === undefined) throw new BanyanError('E_TOOL_UNKNOWN', 'the plan calls a tool that is not here', { seen: name })
  const checked = await tool.check(input)
  if ('problem' in checked)
    throw new BanyanError('E_TOOL_INPUT', `the input of ${name} is not as the tool wants it: ${checked.problem}`, { seen: input })
  try {
    return jsonOf(await tool.execute(checked.value, toolRun(`commit-${index}`, signal)))
  } catch (cause) {
    throw new BanyanError('E_TOOL_FAILED', `the tool ${name} threw: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'Whether it had an effect, only the tool knows; it is not called again.',
      cause,
    })
  }
}
