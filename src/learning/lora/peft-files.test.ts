import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { openTensors, writeTensors } from '../files/safetensors.ts'
import { lora } from '../lora.ts'
import { llama } from '../nets/llama.ts'
import { loadAdapter, saveAdapter } from './peft-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'banyan-peft-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const config = { vocabulary: 11, context: 24, width: 16, layers: 2, heads: 4, keyHeads: 2, between: 24 }
const base = llama(config, { seed: 1 })

/** Adapters with random numbers everywhere. */
function trained(targets?: readonly string[]) {
  const net = lora(base, { rank: 2, alpha: 5, ...(targets && { targets }) }, { seed: 2 })
  const random = new Random(3)
  for (const { up } of net.adapters.values()) for (let i = 0; i < up.data.length; i++) up.data[i] = random.unit()
  return net
}

describe('adapter files', () => {
  it('come back as they were', () => {
    const net = trained(['attention.query', 'feed.down'])
    saveAdapter(net, join(folder, 'a'), { baseModel: 'somebody/model' })
    const again = loadAdapter(base, join(folder, 'a'))
    expect(again.alpha).toBe(5)
    expect(again.parameters.filter(({ trainable }) => trainable)).toEqual(net.parameters.filter(({ trainable }) => trainable))
  })

  it('have the names, orientation and order of rows that PEFT expects', () => {
    const net = trained(['layers.0.attention.query', 'feed.down'])
    saveAdapter(net, join(folder, 'b'))
    using file = openTensors(join(folder, 'b', 'adapter_model.safetensors'))
    expect([...file.tensors.values()].map(({ name, shape }) => [name, shape])).toEqual([
      ['base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight', [2, 16]],
      ['base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight', [16, 2]],
      ['base_model.model.model.layers.0.mlp.down_proj.lora_A.weight', [2, 24]],
      ['base_model.model.model.layers.0.mlp.down_proj.lora_B.weight', [16, 2]],
      ['base_model.model.model.layers.1.mlp.down_proj.lora_A.weight', [2, 24]],
      ['base_model.model.model.layers.1.mlp.down_proj.lora_B.weight', [16, 2]],
    ])
    const { down, up } = net.adapters.get('layers.0.attention.query')!
    const a = file.read('base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight')
    const b = file.read('base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight')
    expect(a[16 + 3]).toBe(down.data[3 * 2 + 1])
    // Heads of 4: numbers 0, 1, 2, 3 of a head, of which neighbours turn together, are 0, 2, 1, 3 of the published head.
    expect([0, 1, 2, 3].map((row) => b[(4 + row) * 2])).toEqual([0, 2, 1, 3].map((column) => up.data[4 + column]))
    expect(JSON.parse(readFileSync(join(folder, 'b', 'adapter_config.json'), 'utf8'))).toMatchObject({
      peft_type: 'LORA',
      r: 2,
      lora_alpha: 5,
      target_modules: ['down_proj', 'model.layers.0.self_attn.q_proj'],
    })
  })

  it('are refused when they are of another kind or another net', () => {
    const path = join(folder, 'c')
    const refused = (code = 'E_LORA_FILE') => expect(() => loadAdapter(base, path)).toThrow(expect.objectContaining({ code }))
    refused('E_FILE_READ')
    saveAdapter(trained(), path)
    const text = readFileSync(join(path, 'adapter_config.json'), 'utf8')
    for (const change of [
      { peft_type: 'IA3' },
      { use_dora: true },
      { bias: 'all' },
      { r: 0 },
      { modules_to_save: ['lm_head'] },
      { r: 3 },
    ]) {
      writeFileSync(join(path, 'adapter_config.json'), JSON.stringify({ ...JSON.parse(text), ...change }))
      refused()
    }
    writeFileSync(join(path, 'adapter_config.json'), '{')
    refused()
    writeFileSync(join(path, 'adapter_config.json'), text)
    loadAdapter(base, path)
    writeTensors(join(path, 'adapter_model.safetensors'), [{ name: 'other', shape: [1], data: Float32Array.of(1) }])
    refused()
    writeFileSync(join(path, 'adapter_model.safetensors'), 'short')
    refused('E_TENSOR_FILE_DAMAGED')
  })
})
