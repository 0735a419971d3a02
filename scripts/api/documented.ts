// Whether a public name has its line of documentation: a comment of the form /** … */ right before the declaration in its source.

/** Names of a source that are exported there without one; `names` are those that are asked about. */
export function undocumented(source: string, names: readonly string[]): string[] {
  const lines = source.split('\n')
  return names.filter((name) => {
    const declaration = new RegExp(`^export (?:declare |abstract |async )*(?:function\\*?|const|class|interface|type) ${name}(?![\\w$])`)
    let at = lines.findIndex((line) => declaration.test(line))
    if (at < 0) return false
    // Remarks for tools may stand between.
    while (lines[at - 1]?.startsWith('//')) at--
    return !lines[at - 1]?.trimEnd().endsWith('*/')
  })
}
