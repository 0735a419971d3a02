// All measurements, in the order in which they are made. A file of measurements exports them as `entries`.
import type { Entry } from './entry.ts'

import { entries as replay } from './replay.ts'

export const entries: readonly Entry[] = [...replay]
