// The directory of a run, for whatever lies in files: in memory, where the machine has a file system there. It goes when
// the run ends, and when it is interrupted.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'

let directory

export function runDirectory() {
  if (directory === undefined) {
    directory = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'warp-cache-bench-'))
    process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))
  }
  return directory
}
