// All measurements, in the order in which they are made. A file of measurements exports them as `entries`.
import type { Entry } from './entry.ts'

export const entries: readonly Entry[] = []
