// Policies as they were: a frozen reference, the weights of some updates ago, a moving average. And an optimizer that forgets. It knows no loss.
import { BanyanError } from '../../core/errors.ts'
import { makeNet, type NetKind, netKinds } from '../files/net-kinds.ts'
import type { CausalNet } from '../nets/causal-net.ts'
import type { Adam } from '../tensor/adam.ts'
import { parameter } from '../tensor/tensor.ts'

/** Options of snapshots. */
export interface SnapshotOptions {
  /** Factories for further kinds. Default: those that files of nets know. */
  readonly kinds?: Readonly<Record<string, NetKind>>
}

/**
 * A copy of a net as it is now, which nothing trains: a reference policy.
 *
 * @throws BanyanError E_NET_KIND for a net of a kind that is not known.
 * @example
 * const reference = frozenCopy(net)
 */
export function frozenCopy(net: CausalNet, { kinds = netKinds }: SnapshotOptions = {}): CausalNet {
  const parameters = net.parameters.map(({ name, shape, data }) => parameter(name, shape, { data: data.slice(), trainable: false }))
  return makeNet(net.kind, net.config, { parameters }, kinds)
}

/**
 * A copy of a net as it is now, to be trained by itself: what several arms begin with.
 *
 * @throws BanyanError E_NET_KIND for a net of a kind that is not known.
 * @example
 * const net = trainableCopy(await openBase({ band: 'medium', seed: 1 }))
 */
export function trainableCopy(net: CausalNet, { kinds = netKinds }: SnapshotOptions = {}): CausalNet {
  const parameters = net.parameters.map(({ name, shape, data }) => parameter(name, shape, { data: data.slice() }))
  return makeNet(net.kind, net.config, { parameters }, kinds)
}

/** A policy as it was some updates ago. */
export interface StalePolicy {
  /** Its weights are those of `updates` updates ago, or the first ones while there were fewer. One net, changed in place. */
  readonly net: CausalNet
  /** Updates of the trained net before the weights that `net` has. */
  readonly version: number
  /** To be called after each update of the trained net. */
  update(): void
}

/**
 * A policy that lags behind: rollouts of it are off-policy by so many updates. A decoder over it must forget what it keeps after `update`.
 *
 * @param updates how far behind, from 0.
 * @throws BanyanError E_ROLLOUT_OPTION for a lag that is not possible.
 * @example
 * const sampling = stalePolicy(net, 4)
 * optimizer.step(rate)
 * sampling.update()
 */
export function stalePolicy(net: CausalNet, updates: number, options?: SnapshotOptions): StalePolicy {
  if (!(Number.isInteger(updates) && updates >= 0))
    throw new BanyanError('E_ROLLOUT_OPTION', 'stalePolicy: the lag is out of range', { seen: updates, wanted: 'a whole number from 0' })
  const stale = frozenCopy(net, options)
  const waiting: Float32Array[][] = []
  let version = 0
  return {
    net: stale,
    get version() {
      return version
    },
    update() {
      waiting.push(net.parameters.map(({ data }) => data.slice()))
      if (waiting.length <= updates) return
      for (const [at, data] of waiting.shift()!.entries()) stale.parameters[at]!.data.set(data)
      version++
    },
  }
}

/** A net whose weights are an average over updates. */
export interface MovingAverage {
  /** With the averaged weights; one net, changed in place. */
  readonly net: CausalNet
  /** To be called after each update of the trained net. */
  update(): void
}

/**
 * Weights averaged over updates: average ← decay · average + (1 − decay) · weights, from the first weights on.
 *
 * @param decay from 0 (always the newest weights) to 1 (always the first).
 * @throws BanyanError E_ROLLOUT_OPTION for a decay out of range.
 * @example
 * const average = movingAverage(net, 0.99)
 */
export function movingAverage(net: CausalNet, decay: number, options?: SnapshotOptions): MovingAverage {
  if (!(decay >= 0 && decay <= 1))
    throw new BanyanError('E_ROLLOUT_OPTION', 'movingAverage: the decay is out of range', { seen: decay, wanted: '0 to 1' })
  const average = frozenCopy(net, options)
  return {
    net: average,
    update() {
      for (const [at, { data }] of net.parameters.entries()) {
        const kept = average.parameters[at]!.data
        for (let i = 0; i < kept.length; i++) kept[i] = decay * kept[i]! + (1 - decay) * data[i]!
      }
    },
  }
}

/** Lets an optimizer begin anew, as at the beginning of a round: no moments, no steps. */
export function resetOptimizer(optimizer: Adam): void {
  const moments = Object.entries(optimizer.state().moments).map(([name, { first, second }]) => {
    return [name, { first: new Float32Array(first.length), second: new Float32Array(second.length) }] as const
  })
  optimizer.restore({ steps: 0, moments: Object.fromEntries(moments) })
}
