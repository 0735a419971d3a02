// All fuzz targets. A new parser gets one here.
import type { Target } from '../target.ts'
import { modelOutputTargets } from './model-output.ts'
import { puzzleTargets } from './puzzles.ts'
import { serverTargets } from './servers.ts'
import { settingsTargets } from './settings.ts'
import { traceTargets } from './traces.ts'

export const targets: readonly Target[] = [...modelOutputTargets, ...puzzleTargets, ...serverTargets, ...settingsTargets, ...traceTargets]
