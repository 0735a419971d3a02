// Builds the native kernels of the tensor engine with the system's C++ compiler (CXX, else c++). Nothing needs them: the reference kernels do
// the same, slower.
//   npm run build:native -- --again
import { parseArgs } from 'node:util'
import { BanyanError } from '../src/core/errors.ts'
import { buildLibrary } from '../src/learning/tensor/native/build-library.ts'

const { values } = parseArgs({ options: { again: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } })
if (values.help) {
  process.stdout.write('npm run build:native -- [--again]\n\nBuilds the native kernels; --again also when they are there.\n')
  process.exit(0)
}
try {
  const { path, before, seconds } = await buildLibrary({ again: values.again })
  process.stdout.write(before ? `${path} is there already\n` : `${path}, ${seconds.toFixed(1)} s\n`)
} catch (error) {
  if (!BanyanError.isInstance(error)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
