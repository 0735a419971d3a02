import { expect, it } from 'vitest'
import { sampleLog } from '../testing/sample-log.ts'
import { testStore } from '../testing/test-store.ts'
import { memory } from './memory.ts'

it('keeps a run as long as it lives', async () => {
  await using store = memory()
  const token = await store.acquire('nightly-42')
  await store.append('nightly-42', token, 0, sampleLog({ runId: 'nightly-42' }))
  await store.release('nightly-42', token)
  expect(await store.summary('nightly-42')).toMatchObject({ status: 'finished', environment: 'writing' })
})

testStore({ name: 'memory', create: (options) => memory(options) })
