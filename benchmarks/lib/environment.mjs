// What the numbers depend on and a reader must know: machine, engine, versions of all subjects.

import { readFileSync } from 'node:fs'
import os from 'node:os'

const here = (path) => new URL(path, import.meta.url)

export function environment() {
  return {
    date: new Date().toISOString(),
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cpus: os.cpus().length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    platform: `${os.platform()} ${os.arch()}`,
    node: process.version,
    v8: process.versions.v8,
    versions: versions(),
  }
}

/** The exact versions that are installed, ours among them. */
function versions() {
  const wanted = JSON.parse(readFileSync(here('../package.json'), 'utf8')).devDependencies
  const installed = { 'warp-cache': JSON.parse(readFileSync(here('../../package.json'), 'utf8')).version }
  for (const name of Object.keys(wanted).sort()) {
    installed[name] = JSON.parse(readFileSync(here(`../node_modules/${name}/package.json`), 'utf8')).version
  }
  return installed
}
