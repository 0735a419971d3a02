import { describe, expect, it } from 'vitest'
import { importPeer } from './import-peer.ts'

const missing = (name: string) =>
  Object.assign(new Error(`Cannot find package '${name}' imported from here`), { code: 'ERR_MODULE_NOT_FOUND' })

describe('importPeer', () => {
  it('gives the installed library', async () => {
    const path = await importPeer({ package: 'node:path@1', purpose: 'paths', load: () => import('node:path') })
    expect(path.join('a', 'b')).toBe('a/b')
  })

  it('prefers a library that is handed in', async () => {
    const load = () => Promise.reject(new Error('must not be loaded'))
    expect(await importPeer({ package: 'x@1', purpose: 'y', given: 42, load })).toBe(42)
  })

  it('names the line that installs a missing one', async () => {
    const peer = { package: '@scope/heavy@3.2.1', purpose: 'a local model', load: () => Promise.reject(missing('@scope/heavy')) }
    await expect(importPeer(peer)).rejects.toMatchObject({
      code: 'E_PEER_MISSING',
      fatal: true,
      message: expect.stringContaining('npm install @scope/heavy@3.2.1'),
    })
  })

  it('does not hide what a present library lacks in turn', async () => {
    const peer = { package: 'heavy@1', purpose: 'z', load: () => Promise.reject(missing('something-else')) }
    await expect(importPeer(peer)).rejects.toThrow('something-else')
  })
})
