// The native kernels as something that a measurement needs.
import { BanyanError } from '../../src/core/errors.ts'
import { buildLibrary } from '../../src/learning/tensor/native/build-library.ts'
import { availableInstructions, type KernelOptions } from '../../src/learning/tensor/open-kernels.ts'
import type { Need } from '../entry.ts'

/** The native kernels for some instructions; builds them where they are not there. */
export function nativeKernels(instructions: NonNullable<KernelOptions['instructions']>): Need {
  return {
    name: `native kernels for ${instructions}`,
    async missing() {
      try {
        await buildLibrary()
      } catch (error) {
        if (BanyanError.isInstance(error)) return error.message
        throw error
      }
      return availableInstructions().includes(instructions) ? undefined : `this processor has no ${instructions}`
    },
  }
}
