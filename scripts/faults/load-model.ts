// Loads a model file with a context that no memory holds, then with a small one, and says what came of it.
import { BanyanError } from '../../src/core/errors.ts'
import { localModel } from '../../src/models/local.ts'

const [model = ''] = process.argv.slice(2)
try {
  await localModel({ model, contextLength: 2 ** 22, sequences: 256 })
  process.stdout.write('loaded all of it, ')
} catch (error) {
  process.stdout.write(`${BanyanError.isInstance(error) ? error.code : String(error)}, `)
}
const small = await localModel({ model, contextLength: 64, sequences: 1 })
await small.close()
process.stdout.write('then loaded\n')
