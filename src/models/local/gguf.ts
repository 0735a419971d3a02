// Checks that a file is a whole GGUF before it is handed to llama.cpp, which may take the process down with it otherwise.
import { open } from 'node:fs/promises'
import { BanyanError } from '../../core/errors.ts'

/** @throws `E_MODEL_FILE` (fatal) for a file that is missing, not a GGUF, or shorter than it says. */
export async function requireGguf(path: string): Promise<void> {
  const file = await open(path).catch((cause: unknown) => {
    throw new BanyanError('E_MODEL_FILE', 'the model file cannot be opened', { seen: path, cause, fatal: true })
  })
  await file.close()
}
