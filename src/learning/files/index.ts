// The public names of files of nets.
export {
  type Heads,
  type LoadNetOptions,
  loadNet,
  loadNetWithHeads,
  type NetConfiguration,
  readNetConfiguration,
  type SaveNetOptions,
  saveNet,
  tokeniserPathOf,
} from './net-file.ts'
export { makeNet, type NetKind, netKinds } from './net-kinds.ts'
export { replaceFile, type Write } from './replace-file.ts'
export {
  type NamedTensor,
  openTensors,
  type StoredTensor,
  type TensorFile,
  tensorDigest,
  type WrittenTensors,
  writeTensors,
} from './safetensors.ts'
