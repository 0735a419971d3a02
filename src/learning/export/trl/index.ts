// TRL's types of data sets, one format each: https://huggingface.co/docs/trl/dataset_formats
export { dpo, type RewardOptions, reward } from './preference.ts'
