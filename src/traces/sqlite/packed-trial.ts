// Trial ends, by far the most frequent events, as short arrays: a fifth of the bytes, and a fifth of the time to read them again.
// What is not of the usual form stays as it is, so that every event comes back as it was. It knows nothing of JSON and files.
import type { Amounts, Json } from '../../core/common.ts'
import type { ErrorRecord } from '../../core/errors.ts'
import type { Evaluation } from '../../core/evaluator.ts'
import type { Growth, LogEvent, LoggedCandidate, LoggedStep, NodeRef, TrialEnd } from '../../core/events.ts'
import type { Ask, Status, Trial } from '../../core/trial.ts'

/** `[status, trial, growth, evaluated, evaluations, node, usage, error?]`. */
export type PackedTrial = readonly [number, PackedWork, PackedGrowth[], PackedRef[], PackedValue[], PackedRef, PackedUsage, ErrorRecord?]

/** `[id, node, candidate, propose, evaluate]` of a visit, `[id, node, propose, evaluate, step]` of an expansion behind `expand`; others as they are. */
type PackedWork =
  | readonly [number, number, number, PackedAsk, PackedNames]
  | readonly ['expand', number, number, PackedAsk, PackedNames, 0 | 1]
  | Trial
/** A node, or a node made in the same outcome as -1 - index. */
type PackedRef = number
/** 0: none. A number: that many of the default proposer. */
type PackedAsk = number | Ask
/** 0: none, 1: `default` alone. */
type PackedNames = 0 | 1 | readonly string[]
/** A step that only earned a reward is that number. */
type PackedStep = number | LoggedStep
/** A candidate that is only an action, which is no object, is that action. */
type PackedCandidate = Json | LoggedCandidate
type PackedGrowth =
  | readonly [0, PackedRef, number, PackedStep, 0 | 1]
  | readonly [1, PackedRef, 0 | 1, ...PackedCandidate[]]
  | Extract<Growth, { grow: 'value' | 'revision' | 'root' }>
/** An evaluation that is only a value is that number. */
type PackedValue = number | Evaluation
/** Amounts in the order of `units`, null where there is none. */
type PackedUsage = readonly (number | null)[] | Amounts

const statuses: readonly Status[] = ['ok', 'failed', 'denied', 'starved', 'cancelled', 'stale', 'diverged', 'unknown']
const units = ['expansions', 'steps', 'nodes', 'calls', 'tokens', 'evaluatedTokens', 'billedTokens', 'usd'] as const
const endKeys = ['type', 'trial', 'status', 'growth', 'evaluated', 'evaluations', 'node', 'usage', 'error']

/** The short form of an event; undefined for an event that has none. */
export function packTrial(event: LogEvent): PackedTrial | undefined {
  if (event.type !== 'trial-end' || !onlyKeys(event, endKeys)) return undefined
  const status = statuses.indexOf(event.status)
  const growth = event.growth.map(packGrowth)
  if (status < 0 || growth.includes(undefined)) return undefined
  const packed = [
    status,
    packWork(event.trial),
    growth as PackedGrowth[],
    event.evaluated.map(packRef),
    event.evaluations.map(packValue),
    packRef(event.node),
    packUsage(event.usage),
  ] as const
  return event.error === undefined ? packed : [...packed, event.error]
}

/** The event of a short form. @throws RangeError for what is none. */
export function unpackTrial(packed: PackedTrial): TrialEnd {
  if (!Array.isArray(packed) || packed.length < 7 || packed.length > 8) throw new RangeError('this is no packed trial')
  const [status, trial, growth, evaluated, evaluations, node, usage, error] = packed
  const end: TrialEnd = {
    type: 'trial-end',
    trial: unpackWork(trial),
    status: statuses[status]!,
    growth: growth.map(unpackGrowth),
    evaluated: evaluated.map(unpackRef),
    evaluations: evaluations.map(unpackValue),
    node: unpackRef(node),
    usage: unpackUsage(usage),
  }
  return error === undefined ? end : { ...end, error }
}

const visitKeys = ['kind', 'node', 'candidate', 'propose', 'evaluate', 'id']
const expandKeys = ['kind', 'node', 'propose', 'step', 'evaluate', 'id']

function packWork(trial: Trial): PackedWork {
  if (trial.kind === 'visit' && onlyKeys(trial, visitKeys))
    return [trial.id, trial.node, trial.candidate, packAsk(trial.propose), packNames(trial.evaluate)]
  if (trial.kind === 'expand' && onlyKeys(trial, expandKeys))
    return ['expand', trial.id, trial.node, packAsk(trial.propose), packNames(trial.evaluate), trial.step ? 1 : 0]
  return trial
}

function unpackWork(packed: PackedWork): Trial {
  if (!Array.isArray(packed)) return packed as Trial
  const list = packed as Exclude<PackedWork, Trial>
  if (list[0] === 'expand') {
    const [, id, node, ask, names, step] = list
    const evaluate = unpackNames(names)
    const trial = { kind: 'expand', node, propose: unpackAsk(ask) ?? { count: 0 }, step: step === 1 } as const
    return evaluate === undefined ? { ...trial, id } : { ...trial, evaluate, id }
  }
  const [id, node, candidate, ask, names] = list as readonly [number, number, number, PackedAsk, PackedNames]
  const propose = unpackAsk(ask)
  const evaluate = unpackNames(names)
  // Whole literals: objects of one form are made, and later read, several times faster than grown ones.
  if (propose !== undefined && evaluate !== undefined) return { kind: 'visit', node, candidate, propose, evaluate, id }
  if (propose !== undefined) return { kind: 'visit', node, candidate, propose, id }
  if (evaluate !== undefined) return { kind: 'visit', node, candidate, evaluate, id }
  return { kind: 'visit', node, candidate, id }
}

function packAsk(ask: Ask | undefined): PackedAsk {
  if (ask === undefined) return 0
  return ask.count > 0 && onlyKeys(ask, ['count']) ? ask.count : ask
}

function unpackAsk(packed: PackedAsk): Ask | undefined {
  if (typeof packed !== 'number') return packed
  return packed === 0 ? undefined : (asks[packed] ?? { count: packed })
}

// Events are data that nobody changes, so what comes in most of them is there once.
const defaultAlone: readonly string[] = ['default']
const nothingEarned: LoggedStep = { reward: 0, terminal: false }
const madeRefs: readonly NodeRef[] = Array.from({ length: 64 }, (_, made) => ({ made }))
const asks: readonly Ask[] = Array.from({ length: 64 }, (_, count) => ({ count }))

function packNames(names: readonly string[] | undefined): PackedNames {
  if (names === undefined) return 0
  return names.length === 1 && names[0] === 'default' ? 1 : names
}

function unpackNames(packed: PackedNames): readonly string[] | undefined {
  if (packed === 0) return undefined
  return packed === 1 ? defaultAlone : packed
}

function packRef(ref: NodeRef): PackedRef {
  return typeof ref === 'number' ? ref : -1 - ref.made
}

function unpackRef(packed: PackedRef): NodeRef {
  return packed < 0 ? (madeRefs[-1 - packed] ?? { made: -1 - packed }) : packed
}

const nodeKeys = ['grow', 'at', 'index', 'fresh', 'step']
const candidatesKeys = ['grow', 'at', 'candidates', 'complete']

function packGrowth(growth: Growth): PackedGrowth | undefined {
  if (growth.grow === 'node')
    return onlyKeys(growth, nodeKeys) && growth.fresh !== false
      ? [0, packRef(growth.at), growth.index, packStep(growth.step), growth.fresh ? 1 : 0]
      : undefined
  if (growth.grow === 'candidates')
    return onlyKeys(growth, candidatesKeys) && growth.complete !== false
      ? [1, packRef(growth.at), growth.complete ? 1 : 0, ...growth.candidates.map(packCandidate)]
      : undefined
  return growth
}

function unpackGrowth(packed: PackedGrowth): Growth {
  if (!Array.isArray(packed)) return packed as Growth
  const list = packed as Exclude<PackedGrowth, Growth>
  const at = unpackRef(list[1])
  if (list[0] === 0) {
    const [, , index, step, fresh] = list
    return fresh === 1
      ? { grow: 'node', at, index, fresh: true, step: unpackStep(step) }
      : { grow: 'node', at, index, step: unpackStep(step) }
  }
  const candidates: LoggedCandidate[] = []
  for (let i = 3; i < list.length; i++) candidates.push(unpackCandidate(list[i] as PackedCandidate))
  return list[2] === 1 ? { grow: 'candidates', at, candidates, complete: true } : { grow: 'candidates', at, candidates }
}

function packStep(step: LoggedStep): PackedStep {
  return !step.terminal && onlyKeys(step, ['reward', 'terminal']) ? step.reward : step
}

function unpackStep(packed: PackedStep): LoggedStep {
  if (typeof packed !== 'number') return packed
  return Object.is(packed, 0) ? nothingEarned : { reward: packed, terminal: false }
}

function packCandidate(candidate: LoggedCandidate): PackedCandidate {
  const { action } = candidate
  return (typeof action === 'object' && action !== null) || !onlyKeys(candidate, ['action']) ? candidate : action
}

function unpackCandidate(packed: PackedCandidate): LoggedCandidate {
  return typeof packed === 'object' && packed !== null ? (packed as LoggedCandidate) : { action: packed }
}

function packValue(evaluation: Evaluation): PackedValue {
  return onlyKeys(evaluation, ['value']) ? evaluation.value : evaluation
}

function unpackValue(packed: PackedValue): Evaluation {
  return typeof packed === 'number' ? { value: packed } : packed
}

function packUsage(usage: Amounts): PackedUsage {
  if (!onlyKeys(usage, units)) return usage
  let used = units.length
  while (used > 0 && usage[units[used - 1]!] === undefined) used--
  return units.slice(0, used).map((unit) => usage[unit] ?? null)
}

function unpackUsage(packed: PackedUsage): Amounts {
  if (!Array.isArray(packed)) return packed as Amounts
  const list = packed as readonly (number | null)[]
  const usage: Record<string, number> = {}
  for (let i = 0; i < list.length; i++) if (list[i] !== null) usage[units[i]!] = list[i]!
  return usage
}

/** Whether an object has no keys but these; those without a value do not count. */
function onlyKeys(object: object, keys: readonly string[]): boolean {
  for (const key in object) if (!keys.includes(key) && (object as Record<string, unknown>)[key] !== undefined) return false
  return true
}
