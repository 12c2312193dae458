/**
 * Writes the code of dist/, for which the compiler wrote the declarations: the implementation as one readable file,
 * `main.js`, and two entries that only name its exports. docs/decisions/0002-package-shape.md has the measurements.
 */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '..')
const dist = resolve(root, 'dist')

await build({
  absWorkingDir: root,
  entryPoints: ['src/index.ts'],
  outfile: 'dist/main.js',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
})

const names = Object.keys(createRequire(import.meta.url)(resolve(dist, 'main.js'))).sort()
writeFileSync(
  resolve(dist, 'index.js'),
  `'use strict'
// Node looks for the names of a CommonJS module's exports in its text, when an ES module imports it.
// It finds them here in no time; in main.js that took longer than everything else that an import does.
const main = require('./main.js')
${names.map((name) => `exports.${name} = main.${name}\n`).join('')}`,
)
writeFileSync(resolve(dist, 'esm.mjs'), `export * from './index.js'\n`)
