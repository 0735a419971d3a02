// Adapters on the disk as PEFT writes and reads them: a folder with `adapter_model.safetensors` and `adapter_config.json`. Names, orientation
// and order of rows are those of the published weights, so that the same adapter serves our nets and those of transformers.
import { join } from 'node:path'
import { z } from 'zod'
import { BanyanError } from '../../core/errors.ts'
import { readText } from '../files/read-text.ts'
import { replaceFile } from '../files/replace-file.ts'
import { openTensors, type TensorFile, type WrittenTensors, writeTensors } from '../files/safetensors.ts'
import { type LoraNet, lora } from '../lora.ts'
import type { AdaptableNet, LinearLayer } from '../nets/adaptable-net.ts'
import { type Parameter, parameter } from '../tensor/tensor.ts'

/** Options of `saveAdapter`. */
export interface SaveAdapterOptions {
  /** What the adapter belongs to, for those who load it with PEFT: `HuggingFaceTB/SmolLM2-135M-Instruct`. Default: none. */
  readonly baseModel?: string
}

/**
 * Writes the adapters of a net, each file whole or not at all.
 *
 * @throws BanyanError E_FILE_WRITE when the system cannot write.
 * @example
 * saveAdapter(net, 'out/adapter', { baseModel: 'HuggingFaceTB/SmolLM2-135M-Instruct' })
 */
export function saveAdapter(net: LoraNet, folder: string, { baseModel }: SaveAdapterOptions = {}): WrittenTensors {
  const { base, adapters, rank, alpha } = net
  const tensors = [...adapters].flatMap(([name, { down, up }]) => {
    const layer = base.linearLayers.get(name)!
    return [
      { name: tensorName(layer, 'A'), shape: [rank, layer.inner], data: turned(down.data, layer.inner, rank) },
      { name: tensorName(layer, 'B'), shape: [layer.columns, rank], data: toPublished(turned(up.data, rank, layer.columns), rank, layer) },
    ]
  })
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: baseModel ?? null,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    target_modules: targetModules(net),
    bias: 'none',
    fan_in_fan_out: false,
    init_lora_weights: true,
    inference_mode: true,
    modules_to_save: null,
    rank_pattern: {},
    alpha_pattern: {},
    use_dora: false,
    use_rslora: false,
  }
  const written = writeTensors(join(folder, tensorsFile), tensors, { format: 'pt' })
  replaceFile(join(folder, configFile), (write) => write(Buffer.from(`${JSON.stringify(config, null, 2)}\n`)))
  return written
}

/**
 * Reads adapters onto a net. Those of PEFT serve too, where they are plain LoRA without biases and other saved modules.
 *
 * @throws BanyanError E_FILE_READ when a file is missing; E_LORA_FILE, with the reason, for adapters of another kind or another net;
 * E_TENSOR_FILE_DAMAGED for a damaged file.
 * @example
 * const net = loadAdapter(llama(config, { parameters }), 'out/adapter')
 */
export function loadAdapter(base: AdaptableNet, folder: string): LoraNet {
  const path = join(folder, configFile)
  const { r: rank, lora_alpha: alpha } = configOf(path)
  using file = openTensors(join(folder, tensorsFile))
  const parameters: Parameter[] = []
  const targets: string[] = []
  const known = new Set<string>()
  for (const [name, layer] of base.linearLayers) {
    const [a, b] = [tensorName(layer, 'A'), tensorName(layer, 'B')]
    if (!file.tensors.has(a) && !file.tensors.has(b)) continue
    targets.push(name)
    known.add(a).add(b)
    const down = turned(numbers(file, a, [rank, layer.inner]), rank, layer.inner)
    const up = turned(fromPublished(numbers(file, b, [layer.columns, rank]), rank, layer), layer.columns, rank)
    parameters.push(
      parameter(`lora.${name}.down`, [layer.inner, rank], { data: down }),
      parameter(`lora.${name}.up`, [rank, layer.columns], { data: up }),
    )
  }
  const foreign = [...file.tensors.keys()].find((name) => !known.has(name))
  if (foreign !== undefined || targets.length === 0)
    throw refused(file.path, 'it is of another net', foreign ?? 'no tensor of this net', 'adapters of linear layers of this net')
  return lora(base, targets.length === base.linearLayers.size ? { rank, alpha } : { rank, alpha, targets }, { parameters })
}

const tensorsFile = 'adapter_model.safetensors'
const configFile = 'adapter_config.json'

function tensorName({ publishedName }: LinearLayer, matrix: 'A' | 'B'): string {
  return `base_model.model.${publishedName}.lora_${matrix}.weight`
}

/** The last part of the names where all blocks have such an adapter, else the whole name. */
function targetModules({ base, adapters }: LoraNet): readonly string[] {
  const last = ({ publishedName }: LinearLayer) => publishedName.slice(publishedName.lastIndexOf('.') + 1)
  const missing = new Set([...base.linearLayers].filter(([name]) => !adapters.has(name)).map(([, layer]) => last(layer)))
  const layers = [...adapters.keys()].map((name) => base.linearLayers.get(name)!)
  return [...new Set(layers.map((layer) => (missing.has(last(layer)) ? layer.publishedName : last(layer))))].sort()
}

/** [rows, columns] as [columns, rows]. */
function turned(from: Float32Array, rows: number, columns: number): Float32Array {
  const to = new Float32Array(from.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) to[column * rows + row] = from[row * columns + column]!
  return to
}

/** Rows [columns, rank] from our order to the published one. */
function toPublished(rows: Float32Array, rank: number, { publishedRows }: LinearLayer): Float32Array {
  if (publishedRows === undefined) return rows
  const out = new Float32Array(rows.length)
  for (const [ours, published] of publishedRows.entries()) out.set(rows.subarray(ours * rank, (ours + 1) * rank), published * rank)
  return out
}

function fromPublished(rows: Float32Array, rank: number, { publishedRows }: LinearLayer): Float32Array {
  if (publishedRows === undefined) return rows
  const out = new Float32Array(rows.length)
  for (const [ours, published] of publishedRows.entries()) out.set(rows.subarray(published * rank, (published + 1) * rank), ours * rank)
  return out
}

function numbers(file: TensorFile, name: string, [rows, columns]: readonly [number, number]): Float32Array {
  const { shape } = file.tensors.get(name) ?? {}
  if (shape?.length === 2 && shape[0] === rows && shape[1] === columns) return file.read(name)
  throw refused(file.path, `the tensor ${name} ${shape === undefined ? 'is missing' : 'has another shape'}`, shape, `[${rows}, ${columns}]`)
}

const none = z.union([z.null(), z.undefined(), z.literal(false), z.array(z.unknown()).length(0), z.record(z.string(), z.never())])
const configSchema = z.object({
  peft_type: z.literal('LORA'),
  r: z.int().min(1),
  lora_alpha: z.number().gt(0),
  bias: z.literal('none').default('none'),
  fan_in_fan_out: none,
  modules_to_save: none,
  rank_pattern: none,
  alpha_pattern: none,
  use_dora: none,
  use_rslora: none,
})

function configOf(path: string): z.infer<typeof configSchema> {
  const text = readText(path)
  try {
    return configSchema.parse(JSON.parse(text))
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined
    const why = issue === undefined ? 'it is no JSON' : `${issue.path.join('.')}: ${issue.message}`
    throw new BanyanError('E_LORA_FILE', `${path} is not the configuration of a plain LoRA adapter: ${why}`, { cause: error })
  }
}

function refused(path: string, why: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_LORA_FILE', `${path} is refused: ${why}`, { seen, wanted })
}
