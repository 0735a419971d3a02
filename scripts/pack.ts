// Around `npm pack` and `npm publish`: `before` builds, and puts the package's own package.json in place of the clone's; `after` puts the
// clone's back. npm takes `exports` from package.json alone, and a clone runs from its sources.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Manifest, packedManifest } from './package/manifest.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const file = join(root, 'package.json')
/** The clone's package.json while the package's is in its place. */
const kept = join(root, '.package.json.kept')

if (process.argv[2] === 'before') before()
else if (process.argv[2] === 'after') restore()
else {
  process.stderr.write('npm pack runs this: node scripts/pack.ts before|after\n')
  process.exit(2)
}

function before(): void {
  // A pack that was killed has left the clone's aside.
  restore()
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'build.ts')], { stdio: ['ignore', 2, 2] })
  if (built.status !== 0) process.exit(1)
  const text = readFileSync(file, 'utf8')
  writeFileSync(kept, text)
  writeFileSync(file, `${JSON.stringify(packedManifest(JSON.parse(text) as Manifest), null, 2)}\n`)
}

function restore(): void {
  if (existsSync(kept)) renameSync(kept, file)
}
