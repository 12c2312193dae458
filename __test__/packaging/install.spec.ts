/** What is in the tarball, and that it works from a project that has only the tarball. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { node, npm, root } from './run'

const { project, files } = inject('packed')

describe('the tarball', () => {
  it('has the compiled sources, the addon loader, the manifest, the licence and the README, and nothing else', () => {
    const allowed =
      /^(dist\/.*\.(js|mjs|d\.ts|d\.mts)|index\.js|index\.d\.ts|package\.json|LICENSE|README\.md)$/
    expect(files.filter((file) => !allowed.test(file))).toEqual([])
  })

  it.each([
    'dist/index.js',
    'dist/main.js',
    'dist/index.d.ts',
    'dist/esm.mjs',
    'dist/esm.d.mts',
    'dist/cli.js',
    'LICENSE',
    'README.md',
  ])('has %s', (file) => {
    expect(files).toContain(file)
  })

  it('has each file that the manifest points at', () => {
    const { main, types, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const { import: esm, require: cjs } = exports['.']
    for (const path of [main, types, ...Object.values(esm), ...Object.values(cjs)]) {
      expect(files).toContain(String(path).replace('./', ''))
    }
  })

  it('depends on nothing', () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect({ ...dependencies, ...peerDependencies }).toEqual({})
  })
})

describe('the installed command', () => {
  it('runs with nothing but the package', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(npm(['exec', '--offline', '--', 'warp-cache', '--version'], project)).toBe(`${version}\n`)
  })

  it('has the licences of all that is bundled with it', () => {
    const text = readFileSync(join(project, 'node_modules/warp-cache/dist/cli.js'), 'utf8')
    const bundled = new Set(
      [...text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)/gm)].map(([, name]) => name),
    )
    expect([...bundled]).toEqual(expect.arrayContaining(['commander', 'cli-table3', 'string-width']))
    for (const name of bundled) {
      const folder = join(root, 'node_modules', name)
      const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each)) ?? ''
      expect(text).toContain(readFileSync(join(folder, file), 'utf8').trim())
    }
  })

  it('is loaded by nothing else', () => {
    const names = files.filter((file) => /^dist\/.*\.m?js$/.test(file) && file !== 'dist/cli.js')
    for (const file of names) {
      expect(readFileSync(join(project, 'node_modules/warp-cache', file), 'utf8')).not.toContain('cli.js')
    }
    expect(files.filter((file) => /cli/.test(file))).toEqual(['dist/cli.js'])
  })
})

describe('the installed package', () => {
  it('has one state, whether imported or required', () => {
    const source = `
      import { createRequire } from 'node:module'
      import * as esm from 'warp-cache'
      const NOT_OURS = ['default', 'module.exports', '__esModule']
      const cjs = createRequire(import.meta.url)('warp-cache')
      const names = Object.keys(esm).filter((name) => !NOT_OURS.includes(name))
      const length = esm.cache((text) => text.length)
      length('four')
      console.log(JSON.stringify({
        names: names.sort(),
        required: Object.keys(cjs).sort(),
        same: names.every((name) => esm[name] === cjs[name]),
        length: length('four'),
        hits: length.cacheInfo().hits,
      }))`
    const seen = JSON.parse(node(project, 'one-state.mjs', source))
    expect(seen).toMatchObject({ same: true, length: 4, hits: 1 })
    expect(seen.names).toEqual(expect.arrayContaining(['Backend', 'cache', 'cacheFor', 'createCache']))
    expect(seen.required).toEqual(seen.names)
  })

  it('works by require alone', () => {
    const source = `
      const { cache, createCache } = require('warp-cache')
      const double = cache((n) => n * 2)
      const kept = createCache({ maxSize: 2 })
      kept.set('a', 1)
      console.log(double(2), double(2), double.cacheInfo().hits, kept.get('a'))`
    expect(node(project, 'required.cjs', source)).toBe('4 4 1 1\n')
  })

  it('loads no native code, neither on import nor when a memory cache is used', () => {
    const source = `
      import { cache, createCache } from 'warp-cache'
      const both = cache((a, b) => ({ a, b }), { ttl: 1000 })
      both(1, { x: [2] })
      await cache(async (n) => n)(1)
      createCache({ policy: 'lru' }).set('a', 1)
      process.report.excludeNetwork = true
      const { sharedObjects } = process.report.getReport()
      console.log(JSON.stringify(sharedObjects.filter((path) => path.endsWith('.node'))))`
    expect(JSON.parse(node(project, 'no-addon.mjs', source))).toEqual([])
  })

  it('sees a native addon that is loaded, so that the test above can fail', () => {
    const source = `
      require(${JSON.stringify(join(root, 'index.js'))})
      process.report.excludeNetwork = true
      const { sharedObjects } = process.report.getReport()
      console.log(sharedObjects.filter((path) => path.endsWith('.node')).length)`
    expect(Number(node(project, 'addon.cjs', source))).toBeGreaterThan(0)
  })

  it('tells how long its import takes', () => {
    const source = `
      const start = performance.now()
      await import('warp-cache')
      console.log(performance.now() - start)`
    const runs = Array.from({ length: 9 }, () => Number(node(project, 'import-time.mjs', source)))
    const median = runs.sort((a, b) => a - b)[4] ?? Number.NaN
    console.log(`import 'warp-cache': ${median.toFixed(1)} ms, the median of ${runs.length} fresh processes`)
    expect(median).toBeGreaterThan(0)
  })
})
