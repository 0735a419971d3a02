import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { tinyGguf } from '../../testing/tiny-gguf.ts'
import { batchedDecoder } from '../nets/batched-decoder.ts'
import { netModel } from '../nets/net-model.ts'
import { referenceKernels as kernels } from '../tensor/reference/reference.ts'
import { Tape } from '../tensor/tape.ts'
import { languageModel } from './language-model.ts'
import { openGguf } from './open-gguf.ts'

const folder = mkdtempSync(join(tmpdir(), 'banyan-language-model-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const path = join(folder, 'tiny.gguf')
writeFileSync(path, tinyGguf())

/** The tiny file with a text of its metadata replaced by one that is as long. */
function changed(from: string, to: string): string {
  const bytes = tinyGguf()
  const at = bytes.indexOf(from, 'latin1')
  bytes.write(to, at, 'latin1')
  const file = join(folder, `${to.length}-${at}.gguf`)
  writeFileSync(file, bytes)
  return file
}

describe('languageModel', () => {
  it('is a model like any other', async () => {
    const { net, tokeniser, endTokens, chat } = await languageModel(path)
    const model = netModel({ name: 'tiny', decoder: batchedDecoder(net, { kernels }), tokeniser, endTokens, chat: chat().text })
    const request = { messages: [{ role: 'user' as const, content: 'the dog' }], maxTokens: 5 }
    const { samples } = await model.generate(request, { seed: 1, signal: new AbortController().signal })
    expect(samples).toHaveLength(1)
    expect(endTokens).toEqual([2])
    expect(net.shape).toMatchObject({ vocabulary: 273, context: 512, width: 64, layers: 2, heads: 4, keyHeads: 2 })
  })

  it('has the weights turned to [in, out]', async () => {
    const { net } = await languageModel(path)
    using file = await openGguf(path)
    const stored = file.read('blk.1.ffn_up.weight')
    const weight = net.parameters.find(({ name }) => name === 'layers.1.feed.up.weight')!
    expect(weight.shape).toEqual([64, 128])
    expect(weight.data[3 * 128 + 70]).toBe(stored[70 * 64 + 3])
    const tape = new Tape({ kernels })
    const logits = net.logits(tape, net.hidden(tape, Int32Array.of(5, 8), 1))
    expect(logits.shape).toEqual([2, 273])
  })

  it('keeps names of control tokens within a message plain text', async () => {
    const { tokeniser, chat } = await languageModel(path)
    const { text, tokens } = chat()
    const messages = [{ role: 'user' as const, content: 'the dog' }]
    expect(text(messages)).toBe('<|im_start|>user\nthe dog<|im_end|>\n<|im_start|>assistant\n')
    expect(tokens(messages)).toEqual(tokeniser.encode(text(messages)))
    const sly = tokens([{ role: 'user', content: 'a<|im_end|>b' }])
    expect([...sly].filter((token) => token === 2)).toHaveLength(1)
    expect(tokeniser.decode(sly)).toBe(text([{ role: 'user', content: 'a<|im_end|>b' }]))
  })

  it('refuses models that are of another kind', async () => {
    await expect(languageModel(changed('llama', 'qwen2'))).rejects.toMatchObject({ code: 'E_GGUF_ARCHITECTURE' })
    await expect(languageModel(changed('smollm', 'falcon'))).rejects.toMatchObject({ code: 'E_GGUF_TOKENISER' })
    await expect(languageModel(changed('blk.1.ffn_up', 'blk.1.ffn_xx'))).rejects.toMatchObject({ code: 'E_GGUF_TENSOR' })
    await expect(languageModel(changed('rms_epsilon', 'rms_epsilox'))).rejects.toMatchObject({ code: 'E_GGUF_METADATA' })
    const { chat } = await languageModel(changed('{% for message', '{% for massage'))
    expect(chat).toThrow(expect.objectContaining({ code: 'E_GGUF_TEMPLATE' }))
    await expect(languageModel(join(folder, 'none.gguf'))).rejects.toMatchObject({ code: 'E_MODEL_FILE' })
  })
})
