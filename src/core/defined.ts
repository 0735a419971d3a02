// Optional fields: absent where there is nothing to say, never present and undefined.

/** A copy of the object without its undefined fields. */
export function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  // A plain loop: this runs for every candidate and step that is logged.
  const kept: Partial<Fields> = {}
  for (const name in fields) if (fields[name] !== undefined) kept[name] = fields[name]
  return kept as unknown as Defined<Fields>
}

type Defined<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name]
} & {
  [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined>
}
