// All measurements, in the order in which they are made. A file of measurements exports them as `entries`.
import { entries as driver } from './driver.ts'
import type { Entry } from './entry.ts'
import { entries as localModel } from './local-model.ts'
import { entries as replay } from './replay.ts'
import { entries as searchers } from './searchers.ts'
import { entries as store } from './store.ts'

export const entries: readonly Entry[] = [...searchers, ...driver, ...store, ...replay, ...localModel]
