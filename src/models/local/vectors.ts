// Vectors of texts from a local model: a context of its own, made at first use, beside the one that generates. Texts are done one by one.
// Which files make vectors that mean something is not known here.
import type { LlamaEmbeddingContext, LlamaModel } from 'node-llama-cpp'
import type { ModelRun } from '../model.ts'
import { abortedError, ModelError } from '../model-error.ts'
import type { Spent } from './generate.ts'

export interface VectorOptions {
  /** The model's name. */
  readonly name: string
  /** Most tokens of a text, at least 1. */
  readonly contextLength: number
  readonly threads: number
}

export interface Vectors {
  /**
   * One vector for each text, in order. Adds what was evaluated to `spent`.
   * @throws `E_MODEL_CONTEXT` before anything is computed when a text is too long; `E_MODEL_OUTPUT` when the file gives no vector; `E_MODEL_ABORTED`.
   */
  of(texts: readonly string[], run: ModelRun, spent: Spent): Promise<readonly (readonly number[])[]>
  close(): Promise<void>
}

/** Whether a file says how its vectors are pooled from those of the tokens: models made for embeddings do. */
export function saysItsPooling(model: LlamaModel): boolean {
  const { pooling_type: pooling } = model.fileInfo.architectureMetadata as { readonly pooling_type?: number }
  return pooling !== undefined && pooling !== 0
}

export function vectors(model: LlamaModel, { name, contextLength, threads }: VectorOptions): Vectors {
  let opened: Promise<LlamaEmbeddingContext> | undefined

  return {
    async of(texts, { signal }, spent) {
      if (signal.aborted) throw abortedError(name)
      // One place is kept free by the library.
      opened ??= model.createEmbeddingContext({ contextSize: contextLength + 1, batchSize: contextLength + 1, threads })
      const context = await opened
      const lengths = texts.map((text) => context.calculateInputLength(text))
      const longest = Math.max(0, ...lengths)
      if (longest > contextLength)
        throw new ModelError('E_MODEL_CONTEXT', `a text is longer than the context of ${name}`, {
          seen: `${longest} tokens`,
          wanted: `at most ${contextLength}`,
        })
      const found: (readonly number[])[] = []
      for (const [place, text] of texts.entries()) {
        if (signal.aborted) throw abortedError(name)
        const { vector } = await context.getEmbeddingFor(text)
        spent.evaluated += lengths[place]!
        if (vector.length === 0 || !vector.every(Number.isFinite))
          throw new ModelError('E_MODEL_OUTPUT', `${name} gives no vector of a text`)
        found.push(vector)
      }
      return found
    },
    async close() {
      await (await opened)?.dispose()
    },
  }
}
