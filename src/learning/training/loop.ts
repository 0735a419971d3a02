// The loop of a training: batch, loss, step, and now and then a held-out measurement and a checkpoint. It blocks while kernels work, and lets
// the event loop run in between. It knows no threads.

import { setImmediate } from 'node:timers/promises'
import { BanyanError } from '../../core/errors.ts'
import { tensorDigest } from '../files/safetensors.ts'
import { Tape } from '../tensor/tape.ts'
import { checkpointIn, loadCheckpoint, saveCheckpoint, type TrainingState } from './checkpoint.ts'
import type { TrainingJob, TrainingProgress, TrainingResult, TrainOptions } from './job.ts'
import { hasLimit, microbatches, tokensOf } from './microbatches.ts'
import { type Prepared, prepare } from './prepare.ts'

/** Milliseconds between two looks at the event loop, and between two reports. */
const pauseEvery = 25
const reportEvery = 200

/** Trains in this thread. See `train`, which also describes the errors. */
export async function runTraining(job: TrainingJob, options: TrainOptions): Promise<TrainingResult> {
  const { out, resume = false, keepNet = true, signal } = options
  if (options.checkpointEvery !== undefined && !(Number.isInteger(options.checkpointEvery) && options.checkpointEvery >= 1))
    throw new BanyanError('E_TRAIN_OPTION', 'checkpointEvery is out of range', {
      seen: options.checkpointEvery,
      wanted: 'a whole number from 1',
    })
  if (resume && out === undefined) throw new BanyanError('E_TRAIN_OPTION', 'to resume, a folder is needed', { wanted: 'out' })
  const checkpoint = out === undefined ? undefined : checkpointIn(out, resume)
  const prepared = await prepare(job, options)
  const { source, data, heldOut, open, parameters, optimizer, steps } = prepared
  // Adapters are small, and their steps slow.
  const { checkpointEvery = source.base === undefined ? 100 : 10 } = options
  const pause = pauses(signal)
  const tape = new Tape({ kernels: prepared.kernels })
  const silent = new Tape({ kernels: prepared.kernels, gradients: false, sharing: tape })
  for (const example of [...data.examples, ...(heldOut?.examples ?? [])]) {
    if (open.prepare === undefined || (await pause())) break
    open.prepare(silent, [example])
    if (hasLimit(prepared.room)) silent.trim()
  }
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
    if (source.base !== undefined && keepNet) source.keep(out!, open.heads)
  }

  // A training that failed may have left some.
  for (const parameter of parameters) parameter.clearGradient()
  let saved = kept?.step
  const report = reporter(options, state, steps)
  while (!state.ended && !(await pause())) {
    const good = saved === undefined ? undefined : { path: checkpoint!, step: saved }
    const telemetry = await step(prepared, tape, state, good, pause)
    if (telemetry === undefined) break
    const last = state.step === steps
    const measured = heldOut !== undefined && (last || state.step % prepared.evaluateEvery === 0)
    if (measured) measure(prepared, silent, state, job.patience)
    state.ended ||= last
    report(telemetry, measured || state.ended)
    if (state.ended || state.step % checkpointEvery === 0) save()
  }
  if (saved !== state.step) save()
  const aborted = !state.ended
  if (!aborted && state.best !== undefined)
    for (const { name, data: best } of state.best) parameters.find((parameter) => parameter.name === name)!.data.set(best)
  const file = aborted || out === undefined || !keepNet ? undefined : source.keep(out, open.heads)
  return {
    net: source.net,
    heads: open.heads,
    ended: aborted ? 'aborted' : state.step < steps ? 'early' : 'limit',
    steps: state.step,
    tokens: state.tokens,
    digest: tensorDigest(parameters),
    curve: state.loss.map((loss, at) => ({ step: at, loss, gradientNorm: state.gradientNorm[at]! })),
    heldOut: state.heldOut,
    leftOut: { data: data.leftOut, heldOut: heldOut?.leftOut ?? 0 },
    ...(saved !== undefined && { checkpoint: checkpoint! }),
    ...(file !== undefined && { file }),
  }
}

/**
 * One step: losses of all microbatches, added up, then one change of the weights. Undefined, with nothing changed, when it was stopped between two
 * microbatches.
 */
async function step(
  { batches, room, objective, open, optimizer, data, rateAt, parameters }: Prepared,
  tape: Tape,
  state: TrainingState,
  good: { readonly path: string; readonly step: number } | undefined,
  pause: Pause,
): Promise<Record<string, number> | undefined> {
  const rows = batches.at(state.step)
  const weights = new Map(rows.map((row) => [row, objective.weight(data.examples[row])]))
  const divisor = sum(rows.map((row) => weights.get(row)!))
  const telemetry: Record<string, number> = {}
  let loss = 0
  let involved: readonly number[] = rows
  const limited = hasLimit(room)
  try {
    for (const part of microbatches(rows, (row) => objective.lengths(data.examples[row]), room)) {
      if (await pause()) {
        for (const parameter of parameters) parameter.clearGradient()
        return undefined
      }
      involved = part
      const share = sum(part.map((row) => weights.get(row)!)) / divisor
      const result = open.loss(
        tape,
        part.map((row) => data.examples[row]),
        divisor,
      )
      loss += result.loss.data[0]!
      for (const [name, value] of Object.entries(result.telemetry)) telemetry[name] = (telemetry[name] ?? 0) + share * value
      tape.backward(result.loss)
      tape.reset()
      if (limited) tape.trim()
    }
    involved = rows
    const rate = rateAt(state.step)
    const { gradientNorm } = optimizer.step(rate)
    state.step++
    for (const row of rows) state.tokens += tokensOf(objective, data.examples[row])
    // As they come back from a checkpoint.
    state.loss.push(Math.fround(loss))
    state.gradientNorm.push(Math.fround(gradientNorm))
    return { ...telemetry, gradientNorm, rate }
  } catch (error) {
    if (!BanyanError.isInstance(error) || error.code !== 'E_TENSOR_NOT_FINITE') throw error
    const names = involved.map(data.nameOf)
    const named = names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ')
    throw new BanyanError('E_TRAIN_DIVERGED', `step ${state.step + 1} is not finite (in a batch of ${named}): ${error.message}`, {
      hint: `Lower the learning rate, or look at these rows${good === undefined ? '' : `; the last good checkpoint is ${good.path}, after step ${good.step}`}`,
      cause: error,
    })
  }
}

/** Lets the event loop run now and then; true once the training is to stop. */
type Pause = () => Promise<boolean>

function pauses(signal: AbortSignal | undefined): Pause {
  let looked = performance.now()
  return async () => {
    if (performance.now() - looked >= pauseEvery) {
      await setImmediate()
      looked = performance.now()
    }
    return signal?.aborted === true
  }
}

/** The mean loss over all held-out examples, and what it means for stopping. */
function measure(prepared: Prepared, tape: Tape, state: TrainingState, patience: number | undefined): void {
  const { heldOut, objective, open, room, parameters } = prepared
  const { examples } = heldOut!
  const limited = hasLimit(room)
  const divisor = sum(examples.map((example) => objective.weight(example)))
  let loss = 0
  for (const part of microbatches([...examples.keys()], (at) => objective.lengths(examples[at]), room)) {
    loss += open.loss(
      tape,
      part.map((at) => examples[at]),
      divisor,
    ).loss.data[0]!
    tape.reset()
    if (limited) tape.trim()
  }
  const lowest = Math.min(...state.heldOut.map((one) => one.loss))
  state.heldOut.push({ step: state.step, loss })
  if (patience === undefined) return
  if (loss < lowest) {
    state.worse = 0
    state.best = parameters.map(({ name, shape, data }) => ({ name, shape, data: data.slice() }))
  } else state.ended = ++state.worse >= patience
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
