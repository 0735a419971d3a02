// What losses on sampled tokens work with: the chosen tokens of many rollouts, one after another, prompts left out.
import type { Tensor } from '../tensor/tensor.ts'

/** `tokens` is the number of all chosen tokens of the batch; sequence follows sequence, places in order. */
export interface PolicyBatch {
  /** [tokens], with gradient: log-probabilities of the chosen tokens under the policy that is trained. */
  readonly logProbs: Tensor
  /** [tokens], with gradient where entropy is a part of the loss: entropy of the policy's distribution at each place, in nats. */
  readonly entropies?: Tensor
  /** [tokens] under the policy that sampled them. */
  readonly sampledLogProbs: Float32Array
  /** [tokens] under the frozen reference policy; needed by terms that keep close to it. */
  readonly referenceLogProbs?: Float32Array
  /** [tokens]: how much better than expected the choice was. */
  readonly advantages: Float32Array
  /** [tokens]: which sequence each token belongs to, from 0, not decreasing. */
  readonly sequences: Int32Array
  /** [sequences]: which group (problem) each sequence belongs to, from 0. */
  readonly groups: Int32Array
  /** [tokens], from 0: how much each token counts; one of 0 is in no sum, mean or length. Default: 1. */
  readonly weights?: Float32Array
}

/** Given sequences of which one or more are better: for DPO and its kin. All arrays [sequences] or as said. */
export interface SequenceBatch {
  /** [tokens], with gradient: log-probabilities of the tokens that count, sequence after sequence. */
  readonly logProbs: Tensor
  /** [tokens] under the frozen reference policy; needed by DPO. */
  readonly referenceLogProbs?: Float32Array
  /** [tokens]: which sequence each token belongs to, from 0, not decreasing. */
  readonly sequences: Int32Array
  /** [tokens], from 0: how much each token counts (masks and weights of steps); one of 0 is in no sum or length. Default: 1. */
  readonly weights?: Float32Array
}
