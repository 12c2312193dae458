/**
 * Writes the code of dist/, for which the compiler wrote the declarations: the implementation as a few readable files,
 * `main.js` and those that it loads when they are needed, and two entries that only name its exports.
 * docs/decisions/0002-package-shape.md has the measurements.
 * The command is a file of its own, with the libraries that nobody else needs in it.
 */
import { chmodSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { build } from 'esbuild'
import { borders, divide, entryOf, MAIN } from './late.mjs'
import { licences } from './licences.mjs'

/** What a function in memory with default options does not need, by the file that it is in. */
const LATE = {
  name: /^name$/,
  failures: /^backends\/failures$/,
  stores: /^(backends\/(store|envelope)|keys\/text$)/,
  native: /^(backends\/native|near$|addon$|scratch$|codec\/|keys\/(encode|parse|wire)$)/,
  rare: /^(parse-options|user-clock|memory-cache|entries|freeze|backends\/hit-watched|policies\/others|keys\/(exotic|bytes|classes|decode))$/,
  mistakes: /^(mistakes|keys\/refuse)$/,
}

const root = resolve(import.meta.dirname, '..')
const source = resolve(root, 'src')
const dist = resolve(root, 'dist')
const division = await divide(source, 'index', LATE)

/** Around what esbuild writes: `part` is what the file has to give. */
const AROUND = {
  main: ["'use strict'\nlet part", 'module.exports = part'],
  late: [
    `'use strict'
// Loaded by main.js, which gives it what the two have in common.
module.exports = (main, build) => {
if (build !== '${division.build}')
  throw new Error('The files of warp-cache were replaced while this process ran: restart it.')
let part`,
    'return part\n}',
  ],
}

for (const part of [MAIN, ...Object.keys(LATE)]) {
  const [before, after] = part === MAIN ? AROUND.main : AROUND.late
  await build({
    absWorkingDir: root,
    stdin: { contents: entryOf(part, division), resolveDir: source, sourcefile: `${part} part` },
    outfile: `dist/${part}.js`,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    plugins: [borders(part, division)],
    banner: { js: before },
    footer: { js: after },
  })
}

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

const command = resolve(dist, 'cli.js')
const { metafile, outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outfile: command,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  banner: { js: '#!/usr/bin/env node' },
  metafile: true,
  write: false,
})
writeFileSync(command, outputFiles[0].text + licences(root, metafile))
chmodSync(command, 0o755)
