// A schedule of temperatures over siblings: the first child of a state is sampled at the first temperature, the second at the second, and so on, so
// that a state has a safe child and daring ones. It knows no model: it is told how to make a proposer of a temperature.
import type { CallContext } from '../core/call.ts'
import type { Json } from '../core/common.ts'
import { canonical } from '../core/digest.ts'
import type { Proposed, ProposeRequest, Proposer } from '../core/proposer.ts'
import { allEnded } from '../evaluators/groups.ts'
import { mayBeLost } from '../models/several-samples.ts'
import { joined } from './join.ts'
import { badOption } from './likeness.ts'

/** Options of `temperatures`. */
export interface TemperaturesOptions {
  /** Default: that of the first proposer. */
  readonly name?: string
}

/**
 * Samples the i-th sibling (from 0, those proposed before counted) at the i-th temperature of the schedule; after its end the last one holds.
 * Samples at the same temperature are asked for together. Equal candidates are joined, and those proposed before are left out unless a single
 * sample is asked for, as proposers over models do by themselves.
 *
 * @param make the proposer of one temperature, at least 0; called once for each.
 * @param schedule at least one temperature.
 * @throws `E_PROPOSER_OPTION` for an empty schedule or a temperature that is none.
 *
 * @example
 * const proposer = temperatures((temperature) => reasoningSteps({ model, temperature }), [0, 0.7, 0.7, 1])
 */
export function temperatures<State, Action>(
  make: (temperature: number) => Proposer<State, Action>,
  schedule: readonly number[],
  options: TemperaturesOptions = {},
): Proposer<State, Action> {
  if (schedule.length === 0 || !schedule.every((temperature) => temperature >= 0 && Number.isFinite(temperature)))
    throw badOption('schedule', schedule, 'at least one temperature, each at least 0')
  const proposers = new Map([...new Set(schedule)].map((temperature) => [temperature, make(temperature)]))
  const [first] = proposers.values()
  const all = [...proposers.values()]

  /** How many samples are wanted at which temperature, the first sibling's temperature first. */
  function shares(taken: number, count: number): [number, number][] {
    const counts = new Map<number, number>()
    for (let index = taken; index < taken + count; index++) {
      const temperature = schedule[Math.min(index, schedule.length - 1)]!
      counts.set(temperature, (counts.get(temperature) ?? 0) + 1)
    }
    return [...counts]
  }

  async function propose(request: ProposeRequest<State, Action>, context: CallContext): Promise<Proposed<Action>> {
    const { siblings, count } = request
    const wanted = shares(siblings.length, count)
    // Begun in order, under way together.
    const ended = await Promise.allSettled(
      wanted.map(([temperature, share]) => proposers.get(temperature)!.propose([{ ...request, count: share }], context)),
    )
    const answers = ended.flatMap((one, index) => (one.status === 'fulfilled' ? [{ ...one.value[0]!, count: wanted[index]![1] }] : []))
    for (const one of ended) {
      if (one.status === 'rejected' && !(mayBeLost(one.reason) && answers.length > 0)) throw one.reason
    }
    const keyOf = (action: Action) => canonical(action as Json)
    const candidates = joined(
      answers,
      answers.flatMap((answer) => answer.candidates.map(({ action }) => keyOf(action))),
      new Set(count === 1 ? [] : siblings.map(keyOf)),
    )
    const value = answers.find((answer) => answer.value !== undefined)?.value
    return {
      candidates,
      ...(value === undefined ? {} : { value }),
      ...(answers.some(({ complete }) => complete) ? { complete: true } : {}),
    }
  }

  return {
    name: options.name ?? first!.name,
    settings: { temperatures: [...schedule], of: all.map(({ name, settings }) => ({ name, settings: settings ?? null })) },
    ...(all.every(({ reproducible }) => reproducible === 'exact') ? { reproducible: 'exact' } : { reproducible: 'recorded' }),
    propose: (requests, context) => allEnded(requests.map((request) => propose(request, context))),
    ...(all.every((proposer) => proposer.atMost !== undefined)
      ? {
          // Each sample may be asked for by itself, of whichever proposer draws most.
          atMost(count) {
            const most: Record<string, number> = {}
            for (const proposer of all)
              for (const [unit, amount] of Object.entries(proposer.atMost!(1))) most[unit] = Math.max(most[unit] ?? 0, amount * count)
            return most
          },
        }
      : {}),
  }
}
