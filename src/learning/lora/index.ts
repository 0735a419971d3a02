// The public names of low-rank adaptation.

export { type LoraNet, type LoraOptions, lora, mergedParameters } from '../lora.ts'
export { type AdapterBase, keepAdapter, type OpenAdapter, type OpenBase, openAdapter, openBase } from './adapter-folder.ts'
export { isAdapterFolder } from './is-adapter-folder.ts'
export { loadAdapter, type SaveAdapterOptions, saveAdapter } from './peft-files.ts'
