// Where downloaded files are kept.
import { homedir, platform } from 'node:os'
import { join } from 'node:path'

/** `BANYAN_CACHE`, else `banyan` in `XDG_CACHE_HOME`, else in the platform's usual place for caches. Absolute; it may not exist yet. */
export function cacheDirectory(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  if (environment.BANYAN_CACHE) return environment.BANYAN_CACHE
  if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, 'banyan')
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Caches', 'banyan')
  if (platform() === 'win32') return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'banyan', 'Cache')
  return join(homedir(), '.cache', 'banyan')
}
