// The command line: its verbs, its help, and how it ends. It knows nothing of what the verbs do.
import { type CommandDef, renderUsage, runCommand } from 'citty'
import { unknownName } from '../core/names.ts'
import { reportFailure } from './failure.ts'
import { print, remark } from './output.ts'
import { helpOf, verbs } from './verb.ts'
import { version } from './version.ts'

const commands: Readonly<Record<string, () => Promise<CommandDef>>> = {
  demo: async () => (await import('./commands/demo.ts')).demo,
  solve: async () => (await import('./commands/solve.ts')).solve,
  compare: async () => (await import('./commands/compare.ts')).compare,
  resume: async () => (await import('./commands/resume.ts')).resume,
  fork: async () => (await import('./commands/fork.ts')).fork,
  runs: async () => (await import('./commands/runs.ts')).runs,
  'self-train': async () => (await import('./commands/self-train.ts')).selfTrain,
  train: async () => (await import('./commands/train.ts')).train,
  dataset: async () => (await import('./commands/dataset.ts')).dataset,
  systems: async () => (await import('./commands/systems.ts')).systems,
  reproduce: async () => (await import('./commands/reproduce.ts')).reproduce,
  guard: async () => (await import('./commands/guard.ts')).guard,
  kit: async () => (await import('./commands/kit.ts')).kit,
  models: async () => (await import('./commands/models.ts')).models,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
}

const main = verbs('banyan', 'Tree search for language models: search, watch, learn.', commands, [
  'banyan solve "Write one sentence about the sea without commas."',
])

await run(process.argv.slice(2))

async function run(args: string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    remark(`banyan: the result cannot be written (${error.code})`)
    process.exit(1)
  })
  // Remarks that nobody can read must not end a search.
  process.stderr.on('error', () => {})
  try {
    if (args[0] === '--version' || args[0] === '-v') return print(version())
    const { command, parent, rest } = await find(main, args)
    const wantsHelp = beforeDashes(args).some((argument) => argument === '--help' || argument === '-h')
    if (wantsHelp || command.run === undefined) {
      if (rest[0] !== undefined && !rest[0].startsWith('-'))
        throw unknownName('E_CLI_COMMAND', 'command', rest[0], Object.keys((command.subCommands ?? {}) as object))
      print(await helpText(command, parent))
      if (!wantsHelp && command !== main) process.exitCode = 2
      return
    }
    await runCommand(command, { rawArgs: rest })
  } catch (error) {
    reportFailure(error, beforeDashes(args).includes('--json'))
  }
}

/** Follows the names of verbs as far as they lead. */
async function find(command: CommandDef, args: readonly string[], parent?: CommandDef): Promise<Found> {
  const [name, ...rest] = args
  const sub = name === undefined ? undefined : (command.subCommands as Record<string, CommandDef | (() => Promise<CommandDef>)> | undefined)
  const found = sub !== undefined && Object.hasOwn(sub, name!) ? sub[name!] : undefined
  if (found === undefined) return { command, parent, rest: [...args] }
  return find(typeof found === 'function' ? await found() : found, rest, command)
}

interface Found {
  readonly command: CommandDef
  readonly parent: CommandDef | undefined
  readonly rest: string[]
}

async function helpText(command: CommandDef, parent: CommandDef | undefined): Promise<string> {
  const { shown, examples } = helpOf(command)
  const usage = await renderUsage(shown, parent)
  return `${usage.trimEnd()}\n\nEXAMPLES\n\n${examples.map((line) => `  ${line}`).join('\n')}`
}

function beforeDashes(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--')
  return end < 0 ? args : args.slice(0, end)
}
