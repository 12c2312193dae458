/** Removes the given paths of this repository, whether or not they exist, on every platform. */
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

for (const path of process.argv.slice(2)) {
  rmSync(resolve(root, path), { recursive: true, force: true })
}
