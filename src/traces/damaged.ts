// What a reader of logs says of one that no search wrote. It knows nothing of what is read.
import { BanyanError } from '../core/errors.ts'

/** Reads; what goes wrong on the way is the log's fault. @throws `E_TRACE_DAMAGED`, and our own errors as they are. */
export function orDamaged<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (cause) {
    if (BanyanError.isInstance(cause)) throw cause
    throw new BanyanError('E_TRACE_DAMAGED', 'this log cannot be read: it is damaged, or was not written by Banyan', { cause })
  }
}
