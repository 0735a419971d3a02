// All measurements, in the order in which they are made. A file of measurements exports them as `entries`.
import { entries as driver } from './driver.ts'
import { entries as games } from './engine/games.ts'
import { entries as nullEvaluator } from './engine/null-evaluator.ts'
import type { Entry } from './entry.ts'
import { entries as guard } from './guard.ts'
import { entries as builders } from './learning/builders.ts'
import { entries as decoder } from './learning/decoder.ts'
import { entries as smollm2 } from './learning/smollm2.ts'
import { entries as tensor } from './learning/tensor.ts'
import { entries as localModel } from './local-model.ts'
import { entries as replay } from './replay.ts'
import { entries as searchers } from './searchers.ts'
import { entries as store } from './store.ts'

/** By file. */
const all: Readonly<Record<string, readonly Entry[]>> = {
  './engine/games.ts': games,
  './engine/null-evaluator.ts': nullEvaluator,
  './searchers.ts': searchers,
  './driver.ts': driver,
  './store.ts': store,
  './replay.ts': replay,
  './guard.ts': guard,
  './local-model.ts': localModel,
  './learning/tensor.ts': tensor,
  './learning/builders.ts': builders,
  './learning/decoder.ts': decoder,
  './learning/smollm2.ts': smollm2,
}

export const entries: readonly Entry[] = Object.values(all).flat()

/** The file that an entry is in. */
export function fileOf({ name }: Entry): string {
  return Object.keys(all).find((file) => all[file]!.some((entry) => entry.name === name))!
}
