// Whether the process that holds a run still lives. A killed one is known at once on the same machine, by its heartbeat on another.
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { threadId } from 'node:worker_threads'

/** Who writes a run. */
export interface Writer {
  /** Where the process's number means something: host, boot, and the container's table of processes. */
  readonly machine: string
  readonly process: number
  /** When the process started, in the system's own form (empty where that cannot be told), and its thread: `<start>/<thread>`. */
  readonly started: string
  /** When it last showed that it lives, in milliseconds since 1970. */
  readonly heartbeat: number
  readonly token: string
}

/** A writer that cannot be looked at is thought dead after so many milliseconds without a heartbeat. */
export const silence = 30_000

const claims = Symbol.for('banyan.writers')
const machine = [hostname(), readOr('/proc/sys/kernel/random/boot_id'), processTable()].join('/')

/**
 * Tokens that this thread holds, shared by all copies of the package in it. The thread knows its own writers for certain: one that could not
 * be written out of the file (a full disk) must not keep its run for as long as the process lives.
 */
const shared = globalThis as { [claims]?: Set<string> }
shared[claims] ??= new Set()
const own = shared[claims]

/** This thread, as a writer; it lives until `disclaim`. */
export function claim(token: string, now: number): Writer {
  own.add(token)
  return { machine, process: process.pid, started: `${startOf(process.pid)?.started ?? ''}/${threadId}`, heartbeat: now, token }
}

/** This thread writes under the token no more. */
export function disclaim(token: string): void {
  own.delete(token)
}

/** Whether a writer lives, as far as can be told from here. */
export function lives(writer: Writer, now: number): boolean {
  // A clock that was set back must not keep a run for ever.
  const heard = Math.abs(now - writer.heartbeat) <= silence
  if (writer.machine !== machine) return heard
  if (!answers(writer.process)) return false
  const [started, thread] = writer.started.split('/')
  const found = startOf(writer.process)
  const same = found !== undefined && started !== '' ? found.started === started && !found.dead : heard || writer.process === process.pid
  if (same && writer.process === process.pid && thread === String(threadId)) return own.has(writer.token)
  return same
}

/** Signal 0 asks only whether the process is there. */
function answers(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM'
  }
}

/** From `/proc/<id>/stat`: its name stands in brackets and may hold anything; state and start time are the 3rd and the 22nd field. */
function startOf(id: number): { readonly started: string; readonly dead: boolean } | undefined {
  const stat = readOr(`/proc/${id}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, started] = [fields[0], fields[19]]
  return state === undefined || started === undefined ? undefined : { started, dead: state === 'Z' || state === 'X' }
}

function processTable(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return '' // Not Linux: there is one table.
  }
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return '' // Not Linux, or the process has just ended.
  }
}
