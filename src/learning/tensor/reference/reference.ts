// The reference kernels: plain TypeScript, one thread, written to be read. They say what every kernel means, serve where nothing can be
// compiled, and work on Float64Arrays as well, for checks of gradients. About a hundredth of the native kernels' speed.
import type { Kernels } from '../kernels.ts'
import { pointwise } from './activation.ts'
import { attentions } from './attention.ts'
import { decodings } from './decoding.ts'
import { eightBitProducts } from './eight-bit.ts'
import { matmul } from './matmul.ts'
import { norms } from './norm.ts'
import { movements } from './rows.ts'
import { softmaxes } from './softmax.ts'
import { training } from './training.ts'

/** Kernels without compiled code. */
export const referenceKernels: Kernels = {
  name: 'reference',
  threads: 1,
  matmul,
  ...eightBitProducts,
  ...attentions,
  ...decodings,
  ...norms,
  ...softmaxes,
  ...pointwise,
  ...movements,
  ...training,
}
