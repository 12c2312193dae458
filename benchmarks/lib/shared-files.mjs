// The files of shared caches, in the directory that this measurement was given.

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** { path, size, allocated } of each; `allocated`: bytes that it really takes. */
export function sharedFiles() {
  const base = process.env.WARP_CACHE_DIR
  return readdirSync(base, { recursive: true })
    .map((name) => ({ path: join(base, name), stat: statSync(join(base, name)) }))
    .filter(({ stat }) => stat.isFile())
    .map(({ path, stat: { size, blocks } }) => ({ path, size, allocated: 512 * blocks }))
}
