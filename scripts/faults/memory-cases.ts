// Cases in which a model file asks for more than there is: files that claim to be huge, and contexts that no memory holds.
import { spawnSync } from 'node:child_process'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tinyGguf } from '../../src/testing/tiny-gguf.ts'
import { expect, type FaultCase } from './case.ts'
import { banyan, expectExit, startNode } from './process.ts'

const solve = [
  'solve',
  'Which?',
  '--searcher',
  'greedy',
  '--proposer',
  'whole',
  '--budget',
  'tokens=4',
  '--json',
  '--model',
  './model.gguf',
]
const loader = fileURLToPath(new URL('./load-model.ts', import.meta.url))

/** Files that `banyan` must refuse before they are loaded. */
const files: Readonly<Record<string, () => Buffer>> = {
  'a model cut in half': () => tinyGguf().subarray(0, 200_000),
  'a header that claims a trillion tensors': () => changed((bytes) => bytes.writeBigUInt64LE(10n ** 12n, 8)),
  'a header that claims a trillion entries': () => changed((bytes) => bytes.writeBigUInt64LE(10n ** 12n, 16)),
  'a name that claims to be of a petabyte': () => changed((bytes) => bytes.writeBigUInt64LE(10n ** 15n, 24)),
  'a header and nothing else': () => tinyGguf().subarray(0, 24),
  'no model at all': () => Buffer.from('GGML is not GGUF'),
}

export function memoryCases(): readonly FaultCase[] {
  const limited = spawnSync('bash', ['-c', 'ulimit -v 9000000']).status === 0 ? undefined : 'there is no bash with ulimit -v'
  return [
    ...Object.entries(files).map(([name, content]) => ({
      name: `memory: ${name}`,
      expects: 'exit 1 with E_MODEL_FILE, at once',
      async run(folder: string) {
        writeFileSync(join(folder, 'model.gguf'), content())
        const ended = await banyan(solve, { folder })
        expectExit(ended, 1, 'E_MODEL_FILE')
      },
    })),
    {
      name: 'memory: a tensor that claims a terabyte, in a file that is as long as it says',
      expects: 'exit 1 with E_MODEL_FILE or E_MODEL_MEMORY, no crash',
      skip: limited,
      async run(folder) {
        const path = join(folder, 'model.gguf')
        writeFileSync(path, hugeTensor())
        // A file with a hole: it takes no space.
        truncateSync(path, 2 ** 40 + 2 ** 21)
        const ended = await banyan(solve, { folder, before: 'ulimit -v 9000000' })
        expectExit(ended, 1)
        expect(/E_MODEL_(FILE|MEMORY)/.test(ended.stdout), 'E_MODEL_FILE or E_MODEL_MEMORY', ended.stdout.slice(0, 300))
      },
    },
    {
      name: 'memory: a context that no memory holds',
      expects: 'E_MODEL_MEMORY, no crash; the same file loads with a small one afterwards',
      skip: limited,
      async run(folder) {
        writeFileSync(join(folder, 'model.gguf'), tinyGguf({ contextLength: 2 ** 22 }))
        const ended = await startNode([loader, './model.gguf'], { folder, before: 'ulimit -v 9000000' }).ended
        expect(ended.code === 0, 'no crash', `${ended.code ?? ended.signal}: ${ended.stderr.slice(-400)}`)
        expect(
          ended.stdout.trim() === 'E_MODEL_MEMORY, then loaded',
          'E_MODEL_MEMORY, then loaded',
          ended.stdout + ended.stderr.slice(-300),
        )
      },
    },
  ]
}

function changed(change: (bytes: Buffer) => void): Buffer {
  const bytes = tinyGguf()
  change(bytes)
  return bytes
}

/** The tiny model with its first tensor claiming 2^38 numbers. */
function hugeTensor(): Buffer {
  return changed((bytes) => {
    const name = bytes.indexOf('token_embd.weight')
    // After the name: the number of dimensions (4 bytes), then columns and rows (8 bytes each).
    bytes.writeBigUInt64LE(2n ** 38n, name + 'token_embd.weight'.length + 4 + 8)
  })
}
