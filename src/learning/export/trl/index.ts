// TRL's seven types of data sets, one format each: https://huggingface.co/docs/trl/dataset_formats
export { kto } from './kto.ts'
export { dpo, type RewardOptions, reward } from './preference.ts'
export { promptOnly } from './prompt-only.ts'
export { type StepwiseOptions, stepwise } from './stepwise.ts'
export { languageModelling, promptCompletion } from './supervised.ts'
