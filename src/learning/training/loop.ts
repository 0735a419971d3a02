// The loop of a training: batch, loss, step, and now and then a held-out measurement and a checkpoint. It blocks while kernels work, and lets
// the event loop run in between. It knows no threads.

import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { BanyanError } from '../../core/errors.ts'
import { saveNet } from '../files/net-file.ts'
import { tensorDigest } from '../files/safetensors.ts'
import { Tape } from '../tensor/tape.ts'
import { saveTokeniser } from '../tokenisers/tokeniser-file.ts'
import { checkpointIn, loadCheckpoint, saveCheckpoint, type TrainingState } from './checkpoint.ts'
import type { TrainingJob, TrainingProgress, TrainingResult, TrainOptions } from './job.ts'
import { type Prepared, prepare } from './prepare.ts'

/** Milliseconds between two looks at the event loop, and between two reports. */
const pauseEvery = 25
const reportEvery = 200

/** Trains in this thread. See `train`, which also describes the errors. */
export async function runTraining(job: TrainingJob, options: TrainOptions): Promise<TrainingResult> {
  const { out, resume = false, checkpointEvery = 100, signal } = options
  if (!(Number.isInteger(checkpointEvery) && checkpointEvery >= 1))
    throw new BanyanError('E_TRAIN_OPTION', 'checkpointEvery is out of range', { seen: checkpointEvery, wanted: 'a whole number from 1' })
  if (resume && out === undefined) throw new BanyanError('E_TRAIN_OPTION', 'to resume, a folder is needed', { wanted: 'out' })
  const checkpoint = out === undefined ? undefined : checkpointIn(out, resume)
  const prepared = await prepare(job, options)
  const { data, heldOut, open, parameters, optimizer, steps } = prepared
  open.prepare?.(data.examples)
  if (heldOut !== undefined) open.prepare?.(heldOut.examples)
  const kept = resume ? loadCheckpoint(checkpoint!, prepared.identity, parameters, optimizer) : undefined
  const state: TrainingState = kept ?? {
    step: 0,
    tokens: 0,
    loss: [],
    gradientNorm: [],
    heldOut: [],
    worse: 0,
    ended: false,
    best: undefined,
  }
  const save = (): void => {
    if (checkpoint === undefined) return
    saveCheckpoint(checkpoint, prepared.identity, state, parameters, optimizer)
    saved = state.step
  }

  // A training that failed may have left some.
  for (const parameter of parameters) parameter.clearGradient()
  let saved = kept?.step
  const tape = new Tape({ kernels: prepared.kernels })
  const silent = new Tape({ kernels: prepared.kernels, gradients: false })
  const report = reporter(options, state, steps)
  let looked = performance.now()
  while (!state.ended && !signal?.aborted) {
    const telemetry = step(prepared, tape, state, saved === undefined ? undefined : { path: checkpoint!, step: saved })
    const last = state.step === steps
    const measured = heldOut !== undefined && (last || state.step % prepared.evaluateEvery === 0)
    if (measured) measure(prepared, silent, state, job.patience)
    state.ended ||= last
    report(telemetry, measured || state.ended)
    if (state.ended || state.step % checkpointEvery === 0) save()
    if (performance.now() - looked < pauseEvery) continue
    await setImmediate()
    looked = performance.now()
  }
  if (saved !== state.step) save()
  const aborted = !state.ended
  if (!aborted && state.best !== undefined)
    for (const { name, data: best } of state.best) parameters.find((parameter) => parameter.name === name)!.data.set(best)
  const file = aborted ? undefined : keep(prepared, options)
  return {
    net: prepared.net,
    heads: open.heads,
    ended: aborted ? 'aborted' : state.step < steps ? 'early' : 'limit',
    steps: state.step,
    tokens: state.tokens,
    digest: tensorDigest(parameters),
    curve: state.loss.map((loss, at) => ({ step: at, loss, gradientNorm: state.gradientNorm[at]! })),
    heldOut: state.heldOut,
    ...(saved !== undefined && { checkpoint: checkpoint! }),
    ...(file !== undefined && { file }),
  }
}

/** One step: losses of all microbatches, added up, then one change of the weights. */
function step(
  { batches, microbatch, objective, open, optimizer, data, rateAt }: Prepared,
  tape: Tape,
  state: TrainingState,
  good: { readonly path: string; readonly step: number } | undefined,
): Record<string, number> {
  const rows = batches.at(state.step)
  const examples = rows.map((row) => data.examples[row])
  const weights = examples.map((example) => objective.weight(example))
  const divisor = sum(weights)
  const telemetry: Record<string, number> = {}
  let loss = 0
  let from = 0
  try {
    for (; from < rows.length; from += microbatch) {
      const part = examples.slice(from, from + microbatch)
      const share = sum(weights.slice(from, from + microbatch)) / divisor
      const result = open.loss(tape, part, divisor)
      loss += result.loss.data[0]!
      for (const [name, value] of Object.entries(result.telemetry)) telemetry[name] = (telemetry[name] ?? 0) + share * value
      tape.backward(result.loss)
      tape.reset()
    }
    const rate = rateAt(state.step)
    const { gradientNorm } = optimizer.step(rate)
    state.step++
    for (const example of examples) state.tokens += objective.tokens(example)
    // As they come back from a checkpoint.
    state.loss.push(Math.fround(loss))
    state.gradientNorm.push(Math.fround(gradientNorm))
    return { ...telemetry, gradientNorm, rate }
  } catch (error) {
    if (!BanyanError.isInstance(error) || error.code !== 'E_TENSOR_NOT_FINITE') throw error
    const involved = (from < rows.length ? rows.slice(from, from + microbatch) : rows).map(data.nameOf)
    const named = involved.length > 8 ? `${involved.slice(0, 8).join(', ')} and ${involved.length - 8} more` : involved.join(', ')
    throw new BanyanError('E_TRAIN_DIVERGED', `step ${state.step + 1} is not finite (in a batch of ${named}): ${error.message}`, {
      hint: `Lower the learning rate, or look at these rows${good === undefined ? '' : `; the last good checkpoint is ${good.path}, after step ${good.step}`}`,
      cause: error,
    })
  }
}

/** The mean loss over all held-out examples, and what it means for stopping. */
function measure(prepared: Prepared, tape: Tape, state: TrainingState, patience: number | undefined): void {
  const { heldOut, objective, open, microbatch, parameters } = prepared
  const { examples } = heldOut!
  const divisor = sum(examples.map((example) => objective.weight(example)))
  let loss = 0
  for (let from = 0; from < examples.length; from += microbatch) {
    loss += open.loss(tape, examples.slice(from, from + microbatch), divisor).loss.data[0]!
    tape.reset()
  }
  const lowest = Math.min(...state.heldOut.map((one) => one.loss))
  state.heldOut.push({ step: state.step, loss })
  if (patience === undefined) return
  if (loss < lowest) {
    state.worse = 0
    state.best = parameters.map(({ name, shape, data }) => ({ name, shape, data: data.slice() }))
  } else state.ended = ++state.worse >= patience
}

/** The net with its tokeniser, ready to be loaded. */
function keep({ net, tokeniser, open: { heads } }: Prepared, { out, keepNet = true }: TrainOptions): string | undefined {
  if (out === undefined || !keepNet) return undefined
  if (tokeniser !== undefined) saveTokeniser(tokeniser, join(out, 'tokeniser.json'))
  const file = join(out, 'net')
  saveNet(net, file, { heads, ...(tokeniser !== undefined && { tokeniser: 'tokeniser.json' }) })
  return file
}

function reporter({ progress }: TrainOptions, state: TrainingState, steps: number) {
  const started = performance.now()
  const [first, firstTokens] = [state.step, state.tokens]
  let told = Number.NEGATIVE_INFINITY
  return (telemetry: Readonly<Record<string, number>>, important: boolean): void => {
    const now = performance.now()
    if (progress === undefined || (!important && now - told < reportEvery)) return
    told = now
    const seconds = (now - started) / 1000
    const heldOut = state.heldOut.at(-1)?.loss
    progress({
      step: state.step,
      steps,
      tokens: state.tokens,
      loss: state.loss.at(-1)!,
      ...(heldOut !== undefined && { heldOut }),
      tokensPerSecond: (state.tokens - firstTokens) / seconds,
      secondsLeft: state.ended ? 0 : ((steps - state.step) / (state.step - first)) * seconds,
      telemetry,
    } satisfies TrainingProgress)
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
