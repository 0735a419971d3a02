// Runs a command and gives all that it wrote. It knows nothing of packages.
import { spawn } from 'node:child_process'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end; it is stopped after `seconds` (default 300). */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env = {}, seconds = 300 }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>>; readonly seconds?: number },
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    const timer = setTimeout(() => {
      stderr += `\nstopped after ${seconds} s`
      child.kill('SIGKILL')
    }, seconds * 1000)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', (error) => {
      stderr += error.message
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, stdout, stderr })
    })
  })
}

/** As `run`, and what it wrote to stdout. @throws with all that it wrote where it fails. */
export async function output(...given: Parameters<typeof run>): Promise<string> {
  const { code, stdout, stderr } = await run(...given)
  if (code !== 0) throw new Error(`${given[0]} ${given[1].join(' ').slice(0, 200)}: exit ${code}\n${stderr}${stdout}`.trim())
  return stdout
}
