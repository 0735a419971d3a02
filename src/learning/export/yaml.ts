// A configuration as YAML: plain keys, values in JSON's notation (which YAML takes), lists of objects one below the other.

/** A scalar, or a list of scalars. */
type Flat = string | number | boolean | readonly (string | number | boolean)[]

/** Values by key; lists of objects and objects are written in lines of their own. */
export interface YamlObject {
  readonly [key: string]: Flat | YamlObject | readonly YamlObject[]
}

/** The text, with a comment above it. */
export function yaml(comment: string, values: YamlObject): string {
  return `${[...comment.split('\n').map((line) => `# ${line}`), ...linesOf(values)].join('\n')}\n`
}

function linesOf(values: YamlObject): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (isObjects(value)) return [`${key}:`, ...value.flatMap((item) => indented(linesOf(item), '  - '))]
    if (typeof value === 'object' && !Array.isArray(value)) return [`${key}:`, ...indented(linesOf(value as YamlObject), '  ')]
    return [`${key}: ${JSON.stringify(value)}`]
  })
}

function isObjects(value: YamlObject[string]): value is readonly YamlObject[] {
  return Array.isArray(value) && value.some((item) => typeof item === 'object')
}

function indented(lines: readonly string[], first: string): string[] {
  return lines.map((line, at) => (at === 0 ? first : ' '.repeat(first.length)) + line)
}
