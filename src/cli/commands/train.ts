// `banyan train`: a net learns from rows; what it did is kept in a folder, and a training that was stopped goes on.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import type { SystemTraining } from '../../experiments/system.ts'
import { isAdapterFolder } from '../../learning/lora/is-adapter-folder.ts'
import { charactersOf, saveTokeniser, wordsOf } from '../../learning/tokenisers/index.ts'
import { loadTokeniser } from '../../learning/tokenisers/tokeniser-file.ts'
import {
  type NetSource,
  type ObjectiveName,
  objectiveNames,
  type TrainingJob,
  type TrainingResult,
  train as trainNet,
} from '../../learning/train.ts'
import { checkpointIn } from '../../learning/training/checkpoint.ts'
import { objectiveOf } from '../../learning/training/objectives.ts'
import { parsedRow, rowLines, textsOfRow } from '../../learning/training/row-files.ts'
import { catalogue } from '../../models/catalogue.ts'
import { systemNamed } from '../catalogue.ts'
import { untilInterrupted } from '../interrupt.ts'
import { amountsText, print, printJson, remark } from '../output.ts'
import { readSettings, readWhole } from '../read-values.ts'
import { progress } from '../render/progress.ts'
import { json } from '../shared-arguments.ts'
import { type Values, verb } from '../verb.ts'

const args = {
  data: { type: 'string', description: 'a file of rows, one JSON object a line; may be repeated', valueHint: 'file', repeatable: true },
  'held-out': {
    type: 'string',
    description: 'rows that are never learnt from, to measure on; may be repeated',
    valueHint: 'file',
    repeatable: true,
  },
  system: {
    type: 'string',
    description: 'a published system whose objective and settings are taken; `banyan systems` lists them',
    valueHint: 'name',
  },
  objective: { type: 'string', description: `${objectiveNames.join(', ')}; default supervised, or that of the system`, valueHint: 'name' },
  set: { type: 'string', description: 'a setting of the objective; may be repeated', valueHint: 'name=value', repeatable: true },
  net: {
    type: 'string',
    description:
      '`gpt` for a new one, the file or folder of a net, the folder of an adapter, or a language model: a name of `banyan models list` or a GGUF file; default gpt',
    valueHint: 'net',
  },
  lora: {
    type: 'string',
    description: 'train adapters of this rank, the language model itself stays as it is; default 8 for language models',
    valueHint: 'rank',
  },
  tokeniser: {
    type: 'string',
    description:
      'a file, or `words` or `characters` for one of the words or characters of the data; default: that of the net, or characters',
    valueHint: 'file',
  },
  separator: {
    type: 'string',
    description: 'what stands behind the prompt and between steps; default nothing, for language models a line end between steps',
    valueHint: 'text',
  },
  width: { type: 'string', description: 'of a new net; default 64', valueHint: 'n' },
  layers: { type: 'string', description: 'of a new net; default 2', valueHint: 'n' },
  heads: { type: 'string', description: 'of a new net; default 4', valueHint: 'n' },
  context: { type: 'string', description: 'most tokens that a new net reads; default 128', valueHint: 'n' },
  out: { type: 'string', description: 'folder for checkpoint, net and tokeniser', valueHint: 'folder' },
  resume: { type: 'boolean', description: 'go on from the checkpoint in the folder, if there is one' },
  steps: { type: 'string', description: 'how long; or --tokens, --epochs. Default one epoch', valueHint: 'n' },
  tokens: { type: 'string', description: 'most tokens to read', valueHint: 'n' },
  epochs: { type: 'string', description: 'passes over the data', valueHint: 'n' },
  batch: { type: 'string', description: 'rows a step; default 64, for language models 16', valueHint: 'n' },
  microbatch: { type: 'string', description: 'rows at once, for less memory; default all of the batch', valueHint: 'n' },
  'most-tokens': {
    type: 'string',
    description: 'tokens at once, for less memory; default all of the batch, for language models 512',
    valueHint: 'n',
  },
  'too-long': {
    type: 'string',
    description: 'what becomes of rows that do not fit: an error that counts them, or left out and counted; default refuse',
    valueHint: 'refuse|skip',
  },
  rate: { type: 'string', description: 'highest learning rate; default 1e-3, for language models 5e-4', valueHint: 'number' },
  'evaluate-every': { type: 'string', description: 'steps between two measurements; default a tenth of all', valueHint: 'n' },
  patience: { type: 'string', description: 'stop after so many measurements that are no better', valueHint: 'n' },
  'checkpoint-every': { type: 'string', description: 'steps between two checkpoints; default 100, for language models 10', valueHint: 'n' },
  threads: { type: 'string', description: 'of the kernels; no result depends on it. Default 1', valueHint: 'n' },
  seed: { type: 'string', description: 'default 0', valueHint: 'n' },
  json,
} as const
type Given = Values<typeof args>

export const train = verb({
  name: 'train',
  summary: 'train a net on rows of a dataset',
  args,
  examples: [
    'banyan train --data verified.jsonl --tokeniser words --out nets/first --steps 500',
    'banyan train --data verified.jsonl --tokeniser words --out nets/first --steps 500 --resume',
    'banyan train --data pairs.jsonl --system mcts-dpo --net nets/first/net --out nets/second --rate 5e-5',
    'banyan train --data more.jsonl --net nets/first/net --out nets/second --rate 3e-4 --json',
    'banyan train --data verified.jsonl --net smollm2-135m --lora 8 --held-out others.jsonl --out nets/mine',
  ],
  async run(values) {
    const out = needed(values.out, '--out', 'a folder')
    const job = await jobOf(values, out)
    const checkpointEvery = readWhole('--checkpoint-every', values['checkpoint-every'], 1)
    const threads = readWhole('--threads', values.threads, 1)
    using interrupt = untilInterrupted()
    const started = performance.now()
    let line: ReturnType<typeof progress> | undefined
    const result = await trainNet(job, {
      out,
      resume: values.resume,
      signal: interrupt.signal,
      ...(checkpointEvery !== undefined && { checkpointEvery }),
      ...(threads !== undefined && { kernels: { threads } }),
      progress({ step, steps, loss, heldOut, tokensPerSecond }) {
        line ??= progress({ title: 'training', total: steps, unit: 'steps' })
        const measured = heldOut === undefined ? '' : `, held out ${heldOut.toFixed(4)}`
        line.update(step, `loss ${loss.toFixed(4)}${measured}, ${Math.round(tokensPerSecond)} tokens/s`)
      },
    })
    line?.end()
    report(result, (performance.now() - started) / 1000, values.json)
  },
})

function report(
  { ended, steps, tokens, digest, curve, heldOut, leftOut, checkpoint, file }: TrainingResult,
  seconds: number,
  asJson: boolean,
): void {
  const loss = curve.at(-1)?.loss
  if (asJson) {
    printJson({ ended, steps, tokens, seconds, loss, heldOut, leftOut, digest, checkpoint, net: file })
    return
  }
  for (const [name, count] of Object.entries({ data: leftOut.data, 'held-out': leftOut.heldOut }))
    if (count > 0) remark(`left out of --${name} because they are too long: ${count}`)
  const measured = heldOut.at(-1)
  const losses = [loss === undefined ? '' : `loss ${loss.toFixed(4)}`, measured === undefined ? '' : `held out ${measured.loss.toFixed(4)}`]
  print([amountsText({ steps, tokens }), ...losses.filter((text) => text !== '')].join(', '))
  if (ended === 'aborted') remark(`stopped; the same command with --resume goes on from ${checkpoint}`)
  else
    print(
      `${isAdapterFolder(file!) ? join(file!, 'adapter_model') : file}.safetensors${ended === 'early' ? ', from the step with the lowest held-out loss' : ''}`,
    )
}

/** @throws `E_SYSTEM_UNKNOWN`; `E_CLI_ARGUMENT` for a system that is not trained from rows. */
async function trainingOf(slug: string): Promise<SystemTraining> {
  const { training } = await systemNamed(slug)
  if (training !== undefined) return training
  throw new BanyanError('E_CLI_ARGUMENT', 'this system is not trained from rows', {
    seen: slug,
    hint: `What it is for: banyan systems show ${slug}`,
  })
}

async function jobOf(values: Given, out: string): Promise<TrainingJob> {
  if (values.data.length === 0) throw new BanyanError('E_CLI_ARGUMENT', '--data is missing', { wanted: 'a file of rows' })
  const system = values.system === undefined ? undefined : await trainingOf(values.system)
  const objective = (values.objective ?? system?.objective.name ?? 'supervised') as ObjectiveName
  // What a system says of one objective says nothing of another.
  const settings = { ...(objective === system?.objective.name ? system.objective.options : {}), ...readSettings(values.set) }
  // Before anything is read or written.
  objectiveOf(objective, settings)
  const seed = readWhole('--seed', values.seed, 0) ?? 0
  const [steps, tokens, epochs] = [
    readWhole('--steps', values.steps, 1),
    readWhole('--tokens', values.tokens, 1),
    readNumber('--epochs', values.epochs),
  ]
  const [batch, microbatch] = [readWhole('--batch', values.batch, 1), readWhole('--microbatch', values.microbatch, 1)]
  const mostTokens = readWhole('--most-tokens', values['most-tokens'], 1)
  const [evaluateEvery, patience] = [
    readWhole('--evaluate-every', values['evaluate-every'], 1),
    readWhole('--patience', values.patience, 1),
  ]
  const rate = readNumber('--rate', values.rate)
  const limited = steps !== undefined || tokens !== undefined || epochs !== undefined
  const tokeniser = await tokeniserOf(values, out)
  return {
    net: netOf(values, tokeniser, seed),
    ...(tokeniser !== undefined && { tokeniser }),
    ...(values.separator !== undefined && { encoding: { separator: values.separator } }),
    data: { files: values.data },
    ...(values['held-out'].length > 0 && { heldOut: { files: values['held-out'] } }),
    objective,
    settings,
    seed,
    ...(limited && {
      limit: { ...(steps !== undefined && { steps }), ...(tokens !== undefined && { tokens }), ...(epochs !== undefined && { epochs }) },
    }),
    ...(batch !== undefined && { batch }),
    ...(microbatch !== undefined && { microbatch }),
    ...(mostTokens !== undefined && { mostTokens }),
    ...(values['too-long'] !== undefined && { tooLong: oneOf('--too-long', values['too-long'], ['refuse', 'skip']) }),
    ...(rate !== undefined && { rate }),
    ...(evaluateEvery !== undefined && { evaluateEvery }),
    ...(patience !== undefined && { patience }),
  }
}

/** A new net of the vocabulary's size, one from a file, or adapters of a language model. */
function netOf(values: Given, tokeniser: string | undefined, seed: number): NetSource {
  const sizes = ['width', 'layers', 'heads', 'context'] as const
  const given = sizes.find((name) => values[name] !== undefined)
  const source = givenNet(values.net, readWhole('--lora', values.lora, 1), seed)
  if (source !== undefined && given !== undefined)
    throw new BanyanError('E_CLI_ARGUMENT', `--${given} is for new nets`, { seen: values.net, hint: 'A net from a file has its sizes' })
  if (values.lora !== undefined && (source === undefined || !('model' in source)))
    throw new BanyanError('E_CLI_ARGUMENT', '--lora is for language models', {
      seen: values.net ?? 'gpt',
      wanted: '--net with a name of `banyan models list` or the path of a GGUF file',
      hint: 'Small nets are trained whole, and an adapter goes on with the rank that it has: leave --lora out',
    })
  if (source !== undefined) return source
  const defaults = { width: 64, layers: 2, heads: 4, context: 128 }
  const config = Object.fromEntries(sizes.map((name) => [name, readWhole(`--${name}`, values[name], 1) ?? defaults[name]]))
  return { kind: 'gpt', config: { ...config, vocabulary: loadTokeniser(tokeniser!).vocabulary.length }, seed }
}

/** What `--net` names; undefined for a new net. */
function givenNet(net: string | undefined, rank: number | undefined, seed: number): NetSource | undefined {
  if (net === undefined || net === 'gpt') return undefined
  const names = catalogue.map(({ name }) => name)
  if (names.includes(net) || /\.gguf$/i.test(net)) return { model: net, seed, lora: { ...(rank !== undefined && { rank }) } }
  if (isAdapterFolder(net)) return { file: net }
  if (existsSync(join(net, 'net.json'))) return { file: join(net, 'net') }
  if (!/[/\\.]/.test(net) && !existsSync(`${net}.json`))
    throw unknownName('E_NET_UNKNOWN', 'net', net, [...names, 'gpt', 'the file of a net'])
  return { file: net }
}

function oneOf<Choice extends string>(option: string, text: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === text)
  if (found !== undefined) return found
  throw new BanyanError('E_CLI_ARGUMENT', `the option ${option} cannot be read`, { seen: text, wanted: choices.join(' or ') })
}

/** The file of the tokeniser. One of the data's words or characters is written beside the net. */
async function tokeniserOf(values: Given, out: string): Promise<string | undefined> {
  const fresh = values.net === undefined || values.net === 'gpt'
  const choice = values.tokeniser ?? (fresh ? 'characters' : undefined)
  const source = givenNet(values.net, undefined, 0)
  if (choice !== undefined && source !== undefined && ('model' in source || ('file' in source && isAdapterFolder(source.file))))
    throw new BanyanError('E_CLI_ARGUMENT', '--tokeniser is not for language models', { seen: choice, hint: 'They have their own' })
  if (choice !== 'words' && choice !== 'characters') return choice
  const path = join(out, 'tokeniser.json')
  if (values.resume && existsSync(path)) return path
  const texts: string[] = [values.separator ?? '']
  for (const file of [...values.data, ...values['held-out']])
    for await (const { text } of rowLines(file)) texts.push(...textsOfRow(parsedRow(text)))
  checkpointIn(out, values.resume)
  saveTokeniser(choice === 'words' ? wordsOf(texts) : charactersOf(texts), path)
  return path
}

function needed(value: string | undefined, option: string, wanted: string): string {
  if (value !== undefined) return value
  throw new BanyanError('E_CLI_ARGUMENT', `${option} is missing`, { wanted })
}

function readNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (value > 0 && Number.isFinite(value)) return value
  throw new BanyanError('E_CLI_ARGUMENT', `the option ${option} cannot be read`, { seen: text, wanted: 'a number above 0' })
}
