/**
 * Packs what `make build` left here and installs the tarball into an empty project outside of this repository, once
 * for all packaging tests: what they see is what a user gets, with nothing of ours within reach of `require`.
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { npm } from './run'

export interface Packed {
  /** The project that depends on the package and on nothing else. */
  readonly project: string
  /** What is in the tarball, as paths from the package's root. */
  readonly files: readonly string[]
}

declare module 'vitest' {
  interface ProvidedContext {
    packed: Packed
  }
}

export default function setup({ provide }: TestProject): () => void {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'warp-cache-packaging-')))
  const packed = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', project]))[0]
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true }))
  npm(
    ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', `./${packed.filename}`],
    project,
  )
  const files = packed.files.map(({ path }: { path: string }) => path)
  provide('packed', { project, files })
  return () => rmSync(project, { recursive: true, force: true })
}
