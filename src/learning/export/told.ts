// What a format was told, as it stands in manifests.
import type { Json } from '../../core/common.ts'

/** The options that were given, as `settings` of a format; nothing where there are none. */
export function told(options: object): { readonly settings?: Readonly<Record<string, Json>> } {
  // Without what is undefined, and as it comes back from a file.
  const settings = JSON.parse(JSON.stringify(options)) as Record<string, Json>
  return Object.keys(settings).length === 0 ? {} : { settings }
}
