// What a module and the files of its own folder import, as paths. For the suite that tests systems.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const statement = /^[ \t]*(?:import|export)\s+(?:[\w$*\s{},]+?\s*from\s*)?['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]/gm

/** Paths of what a system's files import from outside of its own files: `slug.ts`, or all below the folder `slug`. With `/` on every system. */
export function importedFrom(file: URL, slug: string): string[] {
  const path = fileURLToPath(file)
  const folder = basename(dirname(path)) === slug ? dirname(path) : join(dirname(path), slug)
  const files = new Set([
    path,
    ...(existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []).map((name) => join(folder, name)),
  ])
  const sources = [...files].filter((one) => one.endsWith('.ts') && !one.endsWith('.test.ts'))
  const found = sources.flatMap((source) =>
    [...readFileSync(source, 'utf8').matchAll(statement)].map(([, fixed, lazy]) => resolve(dirname(source), (fixed ?? lazy)!)),
  )
  return [...new Set(found)].filter((target) => !files.has(target)).map((target) => target.split(sep).join('/'))
}
