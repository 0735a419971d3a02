// The time of short work, by mitata's measurement: many samples after a warm-up, the median of them.
import { measure } from 'mitata'

/** Processor seconds that `work` typically takes: the median of at least a dozen samples over at least half a second. */
export async function typicalSeconds(work: () => unknown): Promise<number> {
  // Memory is collected when the process itself finds it time: mitata's collection before each measurement drops compiled code.
  const { p50 } = await measure(work, { now: processorNanoseconds, min_cpu_time: 500e6, gc: false })
  return p50 / 1e9
}

function processorNanoseconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) * 1000
}
