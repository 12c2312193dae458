/**
 * The package as TypeScript projects see it: each supported compiler, strict and without `skipLibCheck`, checks and
 * emits what is in consumer/, in both decorator dialects, and Node runs the result.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { node, npm, root, tsc } from './run'

const { project } = inject('packed')

const COMPILERS = [
  ['5.9', 'typescript-5.9'],
  ['6.0', 'typescript'],
  ['7.0', 'typescript-7.0'],
] as const

const OUTPUT = {
  functions: [3, 1, 'a', { id: 7 }, 42, true, 'ERR_WARP_CACHE_OPTION', 'function'],
  required: [4, 2, 1],
  tc39: [['user 1', 'user 1', 2, 2, 2, 2, 2, 6], 5, 1],
  legacy: [['user 1', 'user 1', 2, 2, 2, 2, 2], 4, 1],
}

const DIALECTS = [
  ['tc39', { lib: ['es2022'] }],
  ['legacy', { lib: ['es2022'], experimentalDecorators: true }],
  // With `Symbol.dispose` in `lib` the declarations say more; that must compile as well.
  ['tc39', { lib: ['esnext'] }],
] as const

it('is built and tested here by the 6.0 of the three, whose commands all have the same name', () => {
  expect(npm(['exec', '--no', '--', 'tsc', '--version'])).toMatch(/^Version 6\.0\./)
})

describe.each(COMPILERS)('TypeScript %s', (version, installedAs) => {
  it('is what is installed under that name', () => {
    const manifest = readFileSync(join(root, 'node_modules', installedAs, 'package.json'), 'utf8')
    expect(JSON.parse(manifest).version).toMatch(new RegExp(`^${version.replace('.', '\\.')}\\.`))
  })

  it.each(DIALECTS)('checks and runs the %s dialect with %j', (dialect, options) => {
    const files = ['functions.mts', 'required.cts', `${dialect}.mts`]
    const directory = join(project, `${installedAs}-${dialect}-${options.lib}`)
    mkdirSync(directory)
    for (const file of files) cpSync(join(import.meta.dirname, 'consumer', file), join(directory, file))
    writeFileSync(join(directory, 'console.d.ts'), 'declare const console: { log(text: string): void }\n')
    const compilerOptions = {
      ...options,
      target: 'es2022',
      module: 'nodenext',
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      rootDir: '.',
      outDir: 'out',
    }
    writeFileSync(
      join(directory, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: [...files, 'console.d.ts'] }),
    )
    expect(tsc(installedAs, directory)).toBe('')
    for (const file of files) {
      const [name = '', extension = ''] = file.split('.')
      const emitted = join('out', `${name}.${extension.replace('ts', 'js')}`)
      expect(JSON.parse(node(directory, emitted))).toEqual(OUTPUT[name as keyof typeof OUTPUT])
    }
  })
})
