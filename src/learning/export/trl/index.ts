// TRL's types of data sets, one format each: https://huggingface.co/docs/trl/dataset_formats
import { kto } from './kto.ts'
import { dpo, reward } from './preference.ts'
import { promptOnly } from './prompt-only.ts'
import { stepwise } from './stepwise.ts'
import { languageModelling, promptCompletion } from './supervised.ts'

export type { RewardOptions } from './preference.ts'
export type { StepwiseOptions } from './stepwise.ts'

/**
 * The formats of TRL: all seven types of data sets, in the standard and in the conversational form.
 *
 * @example
 * await writeDataset(stepPairs(store, { margin: 0.2 }), trl.dpo({ form: 'conversational' }), 'pairs.parquet')
 */
export const trl = { languageModelling, promptOnly, promptCompletion, dpo, reward, kto, stepwise }
