// The contract of a rollout: what a policy wrote, with all that losses and advantages need to learn from it. Flat arrays, so that thousands fit.

/** One sequence that a policy sampled for one problem. Every array over tokens has the length of `tokens`, prompt included. */
export interface Rollout {
  /** Unique among the rollouts of a round. */
  readonly id: string
  /** The problem: rollouts of one group are compared with each other. */
  readonly group: string
  /** Prompt, then answer. */
  readonly tokens: Int32Array
  /** How many of them are the prompt. */
  readonly promptLength: number
  /** Steps of the answer as half-open ranges of places, in order, without gaps where steps follow each other. */
  readonly steps: readonly StepSpan[]
  /** 1 where the policy chose the token; 0 for the prompt and for what a tool or calculator wrote. */
  readonly actionMask: Uint8Array
  /** In nats, of each chosen token under the distribution that it was drawn from (temperature, top-k, top-p, token masks); 0 elsewhere. */
  readonly logProbs: Float32Array
  /** The same under the net's own distribution (temperature 1, nothing cut). */
  readonly rawLogProbs: Float32Array
  /** Counts the updates of the policy's weights before this was sampled, from 0. */
  readonly policyVersion: number
  /** Tree rollouts: ids of the segments from the root to this leaf, the last its own. Rollouts with a common beginning of this list share those tokens. */
  readonly ancestors: readonly string[]
  /** The answer was cut at a limit, and did not end by itself. */
  readonly truncated: boolean
  /** By name: `outcome`, `format`, `length` … */
  readonly rewards: Readonly<Record<string, number>>
}

/** The tokens of one step, and its reward. */
export interface StepSpan {
  readonly from: number
  /** One past its last token. */
  readonly to: number
  /** What is known of this step: a process reward, a value. Absent: nothing. */
  readonly reward?: number
}
