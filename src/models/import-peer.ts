// Loads an optional peer dependency at first use. It knows nothing of what is loaded.
import { BanyanError } from '../core/errors.ts'

export interface Peer<Library> {
  /** The package's name, with the range that is known to work: `node-llama-cpp@3.21.1`. */
  readonly package: string
  /** What it is needed for, in a few words. */
  readonly purpose: string
  /** The library itself, handed in by a user whose bundler cannot follow a dynamic import. */
  readonly given?: Library | undefined
  /** The dynamic import, written out by the caller so that bundlers see it. */
  load(): Promise<Library>
}

/**
 * The library that was handed in, else the installed one.
 * @throws `E_PEER_MISSING` (fatal) with the line that installs it.
 *
 * @example
 * const llama = await importPeer({ package: 'node-llama-cpp@3.21.1', purpose: 'local models', load: () => import('node-llama-cpp') })
 */
export async function importPeer<Library>(peer: Peer<Library>): Promise<Library> {
  if (peer.given !== undefined) return peer.given
  try {
    return await peer.load()
  } catch (cause) {
    if (!isMissing(cause, nameOf(peer.package))) throw cause
    throw new BanyanError('E_PEER_MISSING', `${peer.purpose} needs the package ${nameOf(peer.package)}, which is not installed`, {
      hint: `Install it: npm install ${peer.package}`,
      cause,
      fatal: true,
    })
  }
}

function nameOf(specifier: string): string {
  const at = specifier.indexOf('@', 1)
  return at < 0 ? specifier : specifier.slice(0, at)
}

/** Only the package itself: something that it lacks in turn is its own error. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as { code?: string; message?: string }
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && (message ?? '').includes(`'${name}'`)
}
