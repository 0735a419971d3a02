// Whether a rollout is whole: what losses would silently learn wrongly from is refused by name. It knows no net but its sizes.
import { BanyanError } from '../../core/errors.ts'
import type { CausalShape } from '../nets/causal-net.ts'
import type { Rollout } from './rollout.ts'

/**
 * Looks at every field of a rollout.
 *
 * @param shape tokens must fit the net's vocabulary and context; without it they are only looked at for being whole numbers from 0.
 * @throws BanyanError E_ROLLOUT naming rollout, field, what was seen and what is wanted.
 * @example
 * checkRollout(rollout, net.shape)
 */
export function checkRollout(rollout: Rollout, shape?: Pick<CausalShape, 'vocabulary' | 'context'>): void {
  const { id, group, tokens, promptLength, actionMask, policyVersion, ancestors, rewards } = rollout
  const bad = (field: string, seen: unknown, wanted: string) => rolloutError(String(id), field, seen, wanted)
  if (typeof id !== 'string' || id === '') throw bad('id', id, 'a text')
  if (typeof group !== 'string' || group === '') throw bad('group', group, 'the name of its problem')
  const { vocabulary, context } = shape ?? { vocabulary: 2 ** 31, context: Number.POSITIVE_INFINITY }
  if (tokens.length < 2 || tokens.length > context) throw bad('tokens', `${tokens.length} tokens`, `2 to ${context} tokens`)
  const strange = tokens.findIndex((token) => !(token >= 0 && token < vocabulary))
  if (strange !== -1) throw bad(`tokens[${strange}]`, tokens[strange], `tokens from 0 to ${vocabulary - 1}`)
  if (!(isWhole(promptLength, 1) && promptLength < tokens.length))
    throw bad('promptLength', promptLength, `1 to ${tokens.length - 1}, so that there is something that was asked, and an answer`)
  if (actionMask.length !== tokens.length) throw bad('actionMask', `${actionMask.length} entries`, `${tokens.length} entries`)
  for (let at = 0; at < tokens.length; at++) {
    const flag = actionMask[at]!
    if (at < promptLength ? flag !== 0 : flag > 1) throw bad(`actionMask[${at}]`, flag, at < promptLength ? '0 in the prompt' : '0 or 1')
  }
  checkLogProbs('logProbs', rollout, bad)
  checkLogProbs('rawLogProbs', rollout, bad)
  checkSteps(rollout, bad)
  if (!isWhole(policyVersion, 0)) throw bad('policyVersion', policyVersion, 'a whole number from 0')
  if (new Set(ancestors).size !== ancestors.length) throw bad('ancestors', ancestors, 'different segments from the root to the leaf')
  for (const [name, reward] of Object.entries(rewards))
    if (!Number.isFinite(reward)) throw bad(`rewards.${name}`, reward, 'a finite number')
}

/**
 * Looks at rollouts that belong together: each for itself, and that no two have one id.
 * @throws BanyanError E_ROLLOUT.
 */
export function checkRollouts(rollouts: readonly Rollout[], shape?: Pick<CausalShape, 'vocabulary' | 'context'>): void {
  const ids = new Set<string>()
  for (const rollout of rollouts) {
    checkRollout(rollout, shape)
    if (ids.has(rollout.id)) throw rolloutError(rollout.id, 'id', rollout.id, 'an id that no other rollout of the round has')
    ids.add(rollout.id)
  }
}

/** How far above 0 the logarithm of a probability of 1 may come out. */
const rounding = 1e-4

type Bad = (field: string, seen: unknown, wanted: string) => BanyanError

function checkLogProbs(field: 'logProbs' | 'rawLogProbs', rollout: Rollout, bad: Bad): void {
  const { tokens, actionMask } = rollout
  const values = rollout[field]
  if (values.length !== tokens.length) throw bad(field, `${values.length} entries`, `${tokens.length} entries`)
  const at = values.findIndex((value, place) => (actionMask[place] === 1 ? !(value <= rounding && Number.isFinite(value)) : value !== 0))
  if (at !== -1) throw bad(`${field}[${at}]`, values[at], actionMask[at] === 1 ? 'a finite number up to 0' : '0 where nothing was chosen')
}

function checkSteps({ steps, tokens, promptLength }: Rollout, bad: Bad): void {
  let end = promptLength
  for (const [at, { from, to, reward }] of steps.entries()) {
    if (!(isWhole(from, end) && isWhole(to, from + 1) && to <= tokens.length))
      throw bad(`steps[${at}]`, `${from} to ${to}`, `a range of at least one place between ${end} and ${tokens.length}, in order`)
    if (reward !== undefined && !Number.isFinite(reward)) throw bad(`steps[${at}].reward`, reward, 'a finite number')
    end = to
  }
}

function isWhole(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least
}

function rolloutError(id: string, field: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_ROLLOUT', `rollout ${JSON.stringify(id)}: ${field} is not as it should be`, { seen: String(seen), wanted })
}
