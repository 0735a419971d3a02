// What a verb of the command line is: citty's command, plus examples, options that may be repeated, and strict reading of arguments.
// It knows no particular verb.
import { parseArgs } from 'node:util'
import { type ArgsDef, type CommandDef, defineCommand, type SubCommandsDef } from 'citty'
import { BanyanError } from '../core/errors.ts'
import { unknownName } from '../core/names.ts'

/** An option or a positional argument. */
export interface Argument {
  readonly type: 'string' | 'boolean' | 'positional'
  readonly description: string
  readonly valueHint?: string
  readonly alias?: string
  /** May be given several times. */
  readonly repeatable?: boolean
  /** Positional: must be there. */
  readonly required?: boolean
}

export type Arguments = Readonly<Record<string, Argument>>

/** What was given, by name. */
export type Values<Args extends Arguments> = {
  readonly [Name in keyof Args]: Args[Name]['type'] extends 'boolean'
    ? boolean
    : Args[Name] extends { readonly repeatable: true }
      ? readonly string[]
      : Args[Name] extends { readonly type: 'positional'; readonly required: true }
        ? string
        : string | undefined
}

export interface Verb<Args extends Arguments> {
  readonly name: string
  readonly summary: string
  readonly args: Args
  /** Lines that can be typed as they are. */
  readonly examples: readonly string[]
  run(values: Values<Args>): Promise<void>
  /** Verbs of its own, as in `systems show`. */
  readonly subCommands?: SubCommandsDef
}

/** What the help of a command shows. */
export interface Help {
  readonly shown: CommandDef
  readonly examples: readonly string[]
}

const helps = new WeakMap<CommandDef, Help>()

export function helpOf(command: CommandDef): Help {
  return helps.get(command) ?? { shown: command, examples: [] }
}

/** A verb as a command of citty. Unknown options, missing values and surplus arguments are mistakes (`E_CLI_ARGUMENT`). */
export function verb<const Args extends Arguments>({ name, summary, args, examples, run, subCommands }: Verb<Args>): CommandDef {
  const meta = { name, description: summary }
  const command = defineCommand({
    meta,
    // Reading is strict and our own: citty would let unknown options pass.
    args: {},
    run: ({ rawArgs }) => run(readArguments(name, args, rawArgs)),
    ...(subCommands !== undefined && { subCommands }),
  }) as CommandDef
  const described = Object.entries({ ...args, help: helpArgument }).map(([key, { repeatable: _, ...argument }]) => [
    key,
    { ...argument, required: argument.required ?? false },
  ])
  const shown = { meta, args: Object.fromEntries(described) as ArgsDef, ...(subCommands !== undefined && { subCommands }) }
  helps.set(command, { shown: defineCommand(shown) as CommandDef, examples })
  return command
}

/** A verb that has verbs of its own. */
export function verbs(name: string, summary: string, subCommands: SubCommandsDef, examples: readonly string[]): CommandDef {
  const command = defineCommand({ meta: { name, description: summary }, subCommands })
  helps.set(command, { shown: command, examples })
  return command
}

const helpArgument: Argument = { type: 'boolean', description: 'show this help', alias: 'h' }

/** Reads raw arguments strictly. @throws `E_CLI_ARGUMENT`. */
export function readArguments<Args extends Arguments>(verbName: string, args: Args, rawArgs: readonly string[]): Values<Args> {
  const options = Object.entries(args).filter(([, { type }]) => type !== 'positional')
  const positionals = Object.entries(args).filter(([, { type }]) => type === 'positional')
  const known = options.flatMap(([name, { alias }]) => (alias === undefined ? [name] : [name, alias]))
  const {
    values,
    positionals: given,
    tokens,
  } = parseArgs({
    args: [...rawArgs],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      options.map(([name, { type, alias, repeatable }]) => [
        name,
        { type: type as 'string' | 'boolean', multiple: repeatable === true, ...(alias === undefined ? {} : { short: alias }) },
      ]),
    ),
  })
  const seen = new Set<string>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const argument = args[token.name]
    if (!known.includes(token.name) || argument === undefined)
      throw unknownName('E_CLI_ARGUMENT', `option of \`banyan ${verbName}\``, token.rawName, [
        ...options.map(([name]) => `--${name}`),
        '--help',
      ])
    const hint = `See \`banyan ${verbName} --help\`.`
    if (argument.type === 'string' && (token.value === undefined || token.value === ''))
      throw new BanyanError('E_CLI_ARGUMENT', `the option ${token.rawName} needs a value`, { hint })
    if (argument.type === 'boolean' && token.value !== undefined)
      throw new BanyanError('E_CLI_ARGUMENT', `the option ${token.rawName} takes no value`, { seen: token.value, hint })
    if (argument.repeatable !== true && seen.has(token.name))
      throw new BanyanError('E_CLI_ARGUMENT', `the option ${token.rawName} is given twice`, { hint })
    seen.add(token.name)
  }
  if (given.length > positionals.length)
    throw new BanyanError('E_CLI_ARGUMENT', 'there is one argument too many', {
      seen: given[positionals.length],
      hint: 'Put a text of several words in quotes.',
    })
  const read: Record<string, unknown> = {}
  for (const [name, { type, repeatable }] of options)
    read[name] = values[name] ?? (type === 'boolean' ? false : repeatable === true ? [] : undefined)
  for (const [place, [name, { required }]] of positionals.entries()) {
    if (required === true && given[place] === undefined)
      throw new BanyanError('E_CLI_ARGUMENT', `${name.toUpperCase()} is missing`, { hint: `See \`banyan ${verbName} --help\`.` })
    read[name] = given[place]
  }
  return read as Values<Args>
}
