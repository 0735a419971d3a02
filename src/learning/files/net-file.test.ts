import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gpt } from '../nets/gpt.ts'
import { pairwiseHead } from '../nets/pairwise-head.ts'
import { valueHead } from '../nets/value-head.ts'
import { loadNet, loadNetWithHeads, readNetConfiguration, saveNet, tokeniserPathOf } from './net-file.ts'
import { makeNet } from './net-kinds.ts'
import { tensorDigest, writeTensors } from './safetensors.ts'

const failing = (code: string, text = '') => expect.objectContaining({ code, message: expect.stringContaining(text) })
const config = { vocabulary: 7, context: 5, width: 8, layers: 1, heads: 2 }

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-net-'))
  path = join(folder, 'base')
})
afterEach(() => rmSync(folder, { recursive: true }))

function change(edit: (configuration: Record<string, unknown>) => void): void {
  const configuration = JSON.parse(readFileSync(`${path}.json`, 'utf8'))
  edit(configuration)
  writeFileSync(`${path}.json`, JSON.stringify(configuration))
}

describe('net file', () => {
  it('gives back the same net', () => {
    const net = gpt(config, { seed: 3 })
    writeFileSync(join(folder, 'words.json'), '{}')
    const saved = saveNet(net, path, { tokeniser: 'words.json' })
    expect(saved).toMatchObject({ kind: 'gpt', config, parameters: net.parameters.reduce((sum, { data }) => sum + data.length, 0) })
    for (const ending of ['', '.json', '.safetensors']) {
      const loaded = loadNet(path + ending)
      expect(tensorDigest(loaded.parameters)).toBe(tensorDigest(net.parameters))
      expect(loaded.shape).toEqual(net.shape)
    }
    expect(readNetConfiguration(path)).toEqual(saved)
    expect(tokeniserPathOf(path)).toBe(join(folder, 'words.json'))
    writeFileSync(join(folder, 'words.json'), '[]')
    expect(() => tokeniserPathOf(path)).toThrow(failing('E_NET_FILE', 'not the tokeniser'))
  })

  it('names the tensor whose shape is another, what it saw and what it wants', () => {
    saveNet(gpt(config, { seed: 3 }), path)
    change((configuration) => {
      configuration.config = { ...config, context: 6 }
    })
    expect(() => loadNet(path)).toThrow(failing('E_NET_PARAMETER', 'positions.weight'))
    expect(() => loadNet(path)).toThrow(failing('E_NET_PARAMETER', 'got [5,8]; wanted [6, 8]'))
  })

  it('keeps heads with their net', () => {
    const [net, value] = [gpt(config, { seed: 3 }), valueHead({ width: 8, bound: 'tanh', between: 4 }, { seed: 5 })]
    saveNet(net, path, { heads: { value, pairwise: pairwiseHead({ width: 8 }, { seed: 6 }) } })
    const loaded = loadNetWithHeads(path)
    expect(tensorDigest(loaded.net.parameters)).toBe(tensorDigest(net.parameters))
    expect(tensorDigest(loaded.heads.value!.parameters)).toBe(tensorDigest(value.parameters))
    expect(loaded.heads.value!.range).toEqual([-1, 1])
    expect(loaded.heads.pairwise!.parameters).toHaveLength(2)
    expect(loadNet(path).parameters).toHaveLength(net.parameters.length)
  })

  it('refuses weights that are not those of the configuration', () => {
    saveNet(gpt(config, { seed: 3 }), path)
    writeTensors(`${path}.safetensors`, gpt(config, { seed: 4 }).parameters)
    expect(() => loadNet(path)).toThrow(failing('E_NET_FILE', 'its digest is another'))
  })

  it('refuses configurations that are none', () => {
    saveNet(gpt(config, { seed: 3 }), path)
    change((configuration) => {
      configuration.tokeniser = { file: '../elsewhere.json', sha256: '0'.repeat(64) }
    })
    expect(() => loadNet(path)).toThrow(failing('E_NET_FILE', 'tokeniser'))
    change((configuration) => {
      delete configuration.tokeniser
      configuration.config = { ...config, heads: 1.5 }
    })
    expect(() => loadNet(path)).toThrow(failing('E_NET_CONFIG', 'heads'))
    change((configuration) => {
      configuration.kind = 'gtp'
    })
    expect(() => loadNet(path)).toThrow(failing('E_NET_KIND', 'Did you mean "gpt"'))
    writeFileSync(`${path}.json`, '{')
    expect(() => loadNet(path)).toThrow(failing('E_NET_FILE', 'no JSON'))
    expect(() => loadNet(join(folder, 'missing'))).toThrow(failing('E_FILE_READ'))
    expect(() => saveNet(gpt(config, { seed: 3 }), path, { tokeniser: 'a/b.json' })).toThrow(failing('E_NET_FILE'))
  })

  it('loads further kinds by factories that are given', () => {
    saveNet({ ...gpt(config, { seed: 3 }), kind: 'mine' }, path)
    const kinds = { mine: (given: unknown, source: { seed: number } | object) => makeNet('gpt', given as never, source as never) }
    expect(loadNet(path, { kinds }).shape.width).toBe(8)
    expect(() => loadNet(path)).toThrow(failing('E_NET_KIND'))
  })
})
