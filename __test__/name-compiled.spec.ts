/** The names made for decorated methods, and in bundles, by what compilers and bundlers make of the source. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOptions, buildSync, transformSync } from 'esbuild'
import ts from 'typescript'
import ts59 from 'typescript-5.9'
import { describe, expect, it } from 'vitest'
import { compiled, directory, expectRefused, fixtures, names, runNode, write } from './name/node'

describe('a decorated method', () => {
  const source = readFileSync(join(fixtures, 'decorated.ts'), 'utf8')
  const withPrivate = `${source}
    export class Private { @cached('private method') #one() { return 5 } two() { return this.#one() } }`
  const members = [
    'method',
    'static method',
    'getter',
    'outer',
    'inner',
    'static field',
    'class in a block',
    'block',
  ]

  /** Writes what a compiler makes of the fixture, and returns its path. */
  function built(file: string, text: string): string {
    return write(`${file}${file.endsWith('esm') ? '.mjs' : '.cjs'}`, text)
  }

  function byTypeScript(
    compiler: typeof ts,
    dialect: string,
    format: string,
    more: ts.CompilerOptions = {},
  ): string {
    const legacy = dialect === 'legacy'
    const options = {
      experimentalDecorators: legacy,
      module: format === 'esm' ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS,
      ...more,
    }
    const text = compiled(compiler, legacy ? source : withPrivate, options)
    return built(`${compiler.versionMajorMinor}-${Object.keys(more)}-${dialect}-${format}`, text)
  }

  function byEsbuild(dialect: string, format: 'esm' | 'cjs'): string {
    const legacy = dialect === 'legacy'
    const tsconfigRaw = { compilerOptions: { experimentalDecorators: legacy } }
    const { code } = transformSync(legacy ? source : withPrivate, {
      loader: 'ts',
      target: 'es2022',
      format,
      tsconfigRaw,
    })
    return built(`esbuild-${dialect}-${format}`, code)
  }

  const dialects = ['tc39', 'legacy']
  const formats = ['esm', 'cjs'] as const
  const builds = dialects.flatMap((dialect) =>
    formats.flatMap((format): [string, string, () => string][] => [
      [`TypeScript 6.0, ${dialect}, ${format}`, dialect, () => byTypeScript(ts, dialect, format)],
      [
        `TypeScript 5.9, ${dialect}, ${format}`,
        dialect,
        () => byTypeScript(ts59 as unknown as typeof ts, dialect, format),
      ],
      [`esbuild, ${dialect}, ${format}`, dialect, () => byEsbuild(dialect, format)],
    ]),
  )

  it.each(builds)('has a name of its own at the top level only (%s)', (_, dialect, build) => {
    const outcomes = runNode([build()])
    const expected = dialect === 'tc39' ? [...members, 'private method'] : members
    const found = expected.map((label) => outcomes.get(label)?.name)
    expect(outcomes.get('method')?.name).toMatch(/^:@acme\/app:.*:byId:[0-9a-f]{16}$/)
    expect(outcomes.get('static method')?.name).toMatch(/:all:[0-9a-f]{16}$/)
    expect(found).not.toContain(undefined)
    expectRefused(outcomes.get('in a function'), /inside the function `make`|nameless function/)
    expectRefused(outcomes.get('in a nameless function'), /nameless function|`makers`/)
  })
  it('keeps its name where tsc lowers static blocks too', () => {
    const outcomes = runNode([byTypeScript(ts, 'tc39', 'cjs', { target: ts.ScriptTarget.ES2021 })])
    for (const label of ['method', 'static method', 'getter', 'private method', 'class in a block']) {
      expect(outcomes.get(label)?.name, label).toBeDefined()
    }
    expectRefused(outcomes.get('in a function'), /inside the function `make`/)
    expectRefused(outcomes.get('in a nameless function'), /nameless function|`makers`/)
  })

  it('has none where the helper is imported: anything could have called it', () => {
    const helper = /var __decorate = [\s\S]*?\n};/.exec(
      readFileSync(byTypeScript(ts, 'legacy', 'cjs'), 'utf8'),
    )?.[0]
    write('node_modules/tslib/index.js', `${helper}\nexports.__decorate = __decorate`)
    const outcomes = runNode([byTypeScript(ts, 'legacy', 'cjs', { importHelpers: true })])
    for (const label of ['method', 'static method', 'getter']) {
      expectRefused(outcomes.get(label), /by a decorator helper of another file \(`importHelpers`\)/)
    }
  })

  it('keeps its name when reflect-metadata stands between, and only then', () => {
    const between = `
      function DecorateProperty(decorators, target, key, descriptor) {
        for (const decorator of decorators.toReversed()) descriptor = decorator(target, key, descriptor)
        return descriptor
      }
      Reflect.decorate = function decorate(...args) { return DecorateProperty(...args) }`
    const other = write('node_modules/other/Reflect.js', between)
    const real = write('node_modules/reflect-metadata/Reflect.js', between)
    const path = byTypeScript(ts, 'legacy', 'cjs')
    expect(runNode(['--require', real, path]).get('method')?.name).toBe(runNode([path]).get('method')?.name)
    expectRefused(runNode(['--require', other, path]).get('method'), /inside the function `DecorateProperty`/)
  })
})

describe('a bundle', () => {
  const bundled = (entry: string, options: BuildOptions) =>
    buildSync({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      platform: 'node',
      outdir: join(directory, 'out'),
      ...options,
    })

  it('tells its sites apart by their columns, and has none where it puts a module into a function', () => {
    write('one.mjs', "export const one = named('one', () => 1)")
    write('two.mjs', "export const two = named('two', () => 1)")
    write('three.cjs', "exports.three = named('three', () => 1)")
    const text =
      "export * from './one.mjs'\nexport * from './two.mjs'\nexport * from './three.cjs'\nnamed('entry', () => 1)"
    const entry = write('entry.mjs', text)
    for (const [format, extension] of [
      ['esm', '.mjs'],
      ['cjs', '.cjs'],
    ] as const) {
      bundled(entry, { format, outExtension: { '.js': extension } })
      const outcomes = runNode([join(directory, 'out', `entry${extension}`)])
      const made = ['one', 'two', 'entry'].map((label) => outcomes.get(label)?.name)
      expect(made.filter((name) => /^:@acme\/app:out\/entry\.[cm]js:1:\d+:/.test(name ?? ''))).toHaveLength(3)
      expect(new Set(made).size).toBe(3)
      expectRefused(outcomes.get('three'), /cached inside/)
    }
  })

  it('may number the helpers of decorators', () => {
    const user = (label: string) => `
      class User { @cached('${label}') byId() { return 1 } }
      export const ${label} = User`
    for (const label of ['first', 'second']) {
      const text = compiled(ts, user(label), { experimentalDecorators: true, module: ts.ModuleKind.ESNext })
      write(`${label}.mjs`, text)
    }
    const entry = write('users.mjs', "export * from './first.mjs'\nexport * from './second.mjs'")
    bundled(entry, { format: 'esm', minify: false, outExtension: { '.js': '.mjs' } })
    const path = join(directory, 'out', 'users.mjs')
    expect(readFileSync(path, 'utf8')).toMatch(/__decorate2\(/)
    expect(new Set(names(runNode([path])).filter((name) => name !== undefined)).size).toBe(2)
  })
})
