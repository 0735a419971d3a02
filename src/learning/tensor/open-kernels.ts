// Chooses the kernels: the compiled ones where they are, else the reference, which is said once.
import { BanyanError } from '../../core/errors.ts'
import type { Kernels } from './kernels.ts'
import { loadLibrary } from './native/load-library.ts'
import { type Instructions, type Library, nativeKernels } from './native/native-kernels.ts'
import { referenceKernels } from './reference/reference.ts'

/** Which kernels, and how many threads. */
export interface KernelOptions {
  /** `native`: an error where they are not built. `auto`: the reference then. Default `auto`. */
  readonly kind?: 'auto' | 'native' | 'reference'
  /** Of the native kernels. Default: the fastest that this processor has. AVX2 and AVX-512 give the same bits. */
  readonly instructions?: Instructions
  /** Of the native kernels, 1 to 256. No result depends on it. Default 1. */
  readonly threads?: number
}

let library: Library | undefined
let said = false

/**
 * The kernels for a tape or a decoder. Calls block: train in a worker thread what takes longer than a moment.
 *
 * @throws BanyanError E_NATIVE_MISSING or E_NATIVE_REFUSED when `native` is asked for and cannot be had.
 * @throws BanyanError E_NATIVE_INSTRUCTIONS when this processor has not the instructions that are asked for.
 * @throws BanyanError E_TENSOR_OPTION for a number of threads out of range.
 * @example
 * const tape = new Tape({ kernels: openKernels({ threads: 2 }) })
 */
export function openKernels({ kind = 'auto', instructions, threads = 1 }: KernelOptions = {}): Kernels {
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 256))
    throw new BanyanError('E_TENSOR_OPTION', 'the number of threads is out of range', { seen: threads, wanted: '1 to 256' })
  if (kind === 'reference') return referenceKernels
  try {
    library ??= loadLibrary()
  } catch (error) {
    if (kind === 'native' || !BanyanError.isInstance(error)) throw error
    if (!said)
      process.emitWarning(`${error.message}. The reference kernels serve, about a hundred times slower`, {
        type: 'BanyanWarning',
        code: error.code,
      })
    said = true
    return referenceKernels
  }
  const table = library.instructions.findIndex((name) => name !== null && (instructions === undefined || name === instructions))
  if (table !== -1) return nativeKernels(library, table, threads)
  throw new BanyanError('E_NATIVE_INSTRUCTIONS', 'this processor has not these instructions', {
    seen: instructions,
    wanted: availableInstructions().join(', '),
  })
}

/** The sets of instructions that the native kernels can use here, the fastest first; none when they are not built. */
export function availableInstructions(): readonly Instructions[] {
  try {
    library ??= loadLibrary()
    return library.instructions.filter((name) => name !== null)
  } catch (error) {
    if (BanyanError.isInstance(error)) return []
    throw error
  }
}
