// What package.json says in the clone, where `exports` are sources, and what it says in the package, where they are built files.
// It reads and writes nothing.

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly files: readonly string[]
  readonly exports: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/** A public subpath (`./core`) and its source (`src/core/index.ts`). */
export interface PublicModule {
  readonly subpath: string
  readonly source: string
}

/** All public modules, in the order of `exports`. */
export function publicModules({ exports }: Manifest): PublicModule[] {
  return Object.entries(exports)
    .filter(([, target]) => target.endsWith('.ts'))
    .map(([subpath, target]) => ({ subpath, source: target.replace('./', '') }))
}

/** The name by which a user imports a public module. */
export function importName({ name }: Manifest, { subpath }: PublicModule): string {
  return subpath === '.' ? name : name + subpath.slice(1)
}

/** The package's package.json: `exports` lead to built files with their types; what only a clone needs is left out. */
export function packedManifest(manifest: Manifest): Record<string, unknown> {
  const { scripts: _, devDependencies: __, overrides: ___, ...kept } = manifest
  const exports = Object.entries(manifest.exports).map(([subpath, target]) => [
    subpath,
    target.endsWith('.ts') ? { types: built(target, '.d.ts'), default: built(target, '.js') } : target,
  ])
  return { ...kept, exports: Object.fromEntries(exports) }
}

function built(target: string, ending: string): string {
  return target.replace('./src/', './dist/').replace(/\.ts$/, ending)
}
