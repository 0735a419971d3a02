// The public names of low-rank adaptation.
export { type LoraNet, type LoraOptions, lora, mergedParameters } from '../lora.ts'
export { loadAdapter, type SaveAdapterOptions, saveAdapter } from './peft-files.ts'
