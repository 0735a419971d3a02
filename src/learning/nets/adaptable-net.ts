// The contract of a net whose linear layers can be changed by low-rank adapters (LoRA, arXiv:2106.09685) while its own weights stay as they
// are. It knows neither how adapters start nor their files; see `lora.ts`.
import type { Parameter } from '../tensor/tensor.ts'
import type { CausalNet } from './causal-net.ts'

/** A low-rank change of a linear layer: y = x · weight + scale · (x · down) · up (arXiv:2106.09685, eq. 3). */
export interface Adapter {
  /** [inner, rank]. */
  readonly down: Parameter
  /** [rank, columns]. */
  readonly up: Parameter
  readonly scale: number
}

/** A linear layer, x [rows, inner] → [rows, columns]. */
export interface LinearLayer {
  readonly inner: number
  readonly columns: number
  /** The parameter that is its weight, [inner, columns]. */
  readonly weight: Parameter
  /** Its name in the published form of such nets: `model.layers.0.self_attn.q_proj`. */
  readonly publishedName: string
  /** Which row of the published weight [columns, inner] is our column, for each column; absent where they are in the same order. */
  readonly publishedRows?: Int32Array
}

/** A causal net that can carry adapters. */
export interface AdaptableNet extends CausalNet {
  /** By name: `layers.0.attention.query`. In a fixed order. */
  readonly linearLayers: ReadonlyMap<string, LinearLayer>
  /**
   * The same net over the same numbers, which are frozen, with adapters beside some of its layers. Its parameters are the frozen ones, then
   * `down` and `up` of each adapter, in the order of the map.
   *
   * @throws BanyanError E_NET_ADAPTER for a layer that is not there, or an adapter of another shape.
   */
  adapted(adapters: ReadonlyMap<string, Adapter>): CausalNet
}
