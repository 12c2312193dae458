/**
 * What the package loads when it is needed: that it works wherever a call may be made, that it shares one state with
 * what was loaded before, and that each file is loaded by what needs it and by nothing else.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, inject, it } from 'vitest'
import { node } from './run'

const { project } = inject('packed')

/** Uses every file that is loaded late, and what they have in common with the rest; prints what came of it. */
const USE = `
  const seen = []
  class Point {}
  const length = cache((...args) => args.length)
  for (const each of [new Date(0), new Map([[1, { a: 1 }]]), new Uint8Array(3), Symbol.for('a'), /a/g]) {
    length(each)
    length(each)
  }
  seen.push(length.cacheInfo().hits, [...length.cacheEntries()].length)
  try { length(new Point()) } catch (error) { seen.push(isWarpCacheError(error), error.message.slice(0, 10)) }
  try { cache(length, { tll: 1 }) } catch (error) { seen.push(isWarpCacheError(error), error.code) }
  for (const policy of ['lru', 'lfu', 'fifo', 'mru']) {
    const f = cache((n) => n, { policy, maxSize: 2 })
    for (const n of [1, 2, 3, 3]) f(n)
    seen.push(f.cacheInfo().hits)
  }
  const kept = createCache({ maxSize: 2 })
  kept.set(new Date(1), 'a')
  seen.push(kept.get(new Date(1)), [...kept.entries()].length)
  seen.push(Object.isFrozen(cache(() => ({}), { freeze: true })()))
  const stored = cache((n) => ({ n }), { backend: new Map(), name: 'stored' })
  stored({ at: new Date(2) })
  seen.push(stored({ at: new Date(2) }).n.at.getTime(), stored.cacheInfo().hits)
  const failing = cache(() => { throw new Error('no') }, { cacheErrors: 1e6, now: () => 0 })
  for (let i = 0; i < 2; i++) try { failing() } catch {}
  seen.push(failing.cacheInfo().misses)
  console.log(JSON.stringify(seen))`

const SEEN = [
  ...[5, 5],
  ...[true, 'Argument 1', true, 'ERR_WARP_CACHE_OPTION'],
  ...[1, 1, 1, 1],
  ...['a', 1, true, 2, 1, 1],
]
const NAMES = '{ cache, createCache, isWarpCacheError }'

it('works when required, and when imported', () => {
  expect(JSON.parse(node(project, 'late.cjs', `const ${NAMES} = require('warp-cache')\n${USE}`))).toEqual(
    SEEN,
  )
  expect(JSON.parse(node(project, 'late.mjs', `import ${NAMES} from 'warp-cache'\n${USE}`))).toEqual(SEEN)
})

it('runs nothing of the program’s in place of the addon when it was put into a bundle', async () => {
  writeFileSync(join(project, 'index.js'), "console.log('an index.js of the program')")
  const source = `const { cache } = require('warp-cache')
    console.log(cache((n) => n)(5))
    try { cache((n) => n, { backend: 'threads', name: 'a' }) } catch ({ code, message }) { console.log(code, message) }`
  await build({
    stdin: { contents: source, resolveDir: project },
    outfile: join(project, 'out', 'bundle.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  })
  const printed = node(project, 'run-bundle.cjs', "require('./out/bundle.cjs')")
  expect(printed).toMatch(/^5\nERR_WARP_CACHE_ADDON /)
  expect(printed).toContain('keep warp-cache out of the bundle')
})

it('notices files of another build in the place of its own', () => {
  const outcome = node(
    project,
    'replaced.cjs',
    `const { readFileSync, writeFileSync } = require('node:fs')
     const file = require.resolve('warp-cache').replace('index.js', 'rare.js')
     const ours = readFileSync(file, 'utf8')
     const { cache } = require('warp-cache')
     writeFileSync(file, ours.replace(/build !== '/, "build !== 'another "))
     const f = cache((n) => n)
     try { f(new Date(1)) } catch ({ message }) { console.log(message) }
     writeFileSync(file, ours)
     console.log(f(5))`,
  )
  expect(outcome).toBe('The files of warp-cache were replaced while this process ran: restart it.\n5\n')
})

it('loads each file when it is needed', () => {
  const source = `
    const { basename } = require('node:path')
    const { cache, createCache } = require('warp-cache')
    const before = new Set(Object.keys(require.cache))
    const loaded = () => console.log(Object.keys(require.cache).filter((file) => !before.has(file)).map((file) => basename(file)).join())
    const f = cache((n) => n)
    f({ a: 1 })
    loaded()
    try { cache(1) } catch {}
    loaded()
    f(new Date(0))
    loaded()
    cache((n) => n, { backend: new Map(), name: 'f' })
    loaded()`
  expect(node(project, 'when.cjs', source).split('\n')).toEqual([
    '',
    'mistakes.js',
    'mistakes.js,rare.js',
    'mistakes.js,rare.js,stores.js,failures.js,name.js',
    '',
  ])
})

it('works in a worker, and after the working directory has changed', () => {
  const source = `
    const { Worker, isMainThread } = require('node:worker_threads')
    const ${NAMES} = require('warp-cache')
    if (isMainThread) new Worker(__filename)
    else {${USE}}
    if (isMainThread) {
      process.chdir('/')
      ${USE}
    }`
  const lines = node(project, 'worker.cjs', source).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual([SEEN, SEEN])
})

it('works where intrinsics are frozen', () => {
  const source = `
    for (const { prototype } of [Object, Function, Array, Map, Set, Date, Error, Promise, RegExp]) Object.freeze(prototype)
    for (const each of [Object, Function, Array, Map, Set, Date, Error, Promise, RegExp, Reflect, JSON]) Object.freeze(each)
    const ${NAMES} = require('warp-cache')
    ${USE}`
  expect(JSON.parse(node(project, 'frozen.cjs', source))).toEqual(SEEN)
})

it('leaves everything usable when the call stack ends while a file is loaded', () => {
  const source = `
    const { basename } = require('node:path')
    const { cache, createCache, isWarpCacheError } = require('warp-cache')
    const before = new Set(Object.keys(require.cache))
    const calls = [
      (f) => f(new Date(0)),
      () => cache((n) => n, { backend: new Map(), name: 'f' })(1),
      () => { try { cache(1) } catch (error) { if (!isWarpCacheError(error)) throw error } },
    ]
    const f = cache((...args) => args.length)
    let ended = 0
    // From the deepest call on, each frame tries again until one has room for it.
    const descend = (call) => {
      try { descend(call) } catch (error) {
        if (!(error instanceof RangeError)) throw error
      }
      if (done) return
      try { call(f); done = true } catch (error) {
        if (!(error instanceof RangeError)) throw error
        ended++
      }
    }
    let done = false
    for (const call of calls) { done = false; descend(call) }
    console.log(ended > 30, done)
    f(1)
    {${USE}}`
  const [tried, seen] = node(project, 'deep.cjs', source).trim().split('\n')
  expect(tried).toBe('true true')
  expect(JSON.parse(seen ?? '')).toEqual(SEEN)
})

it.each(['cjs', 'esm'] as const)('works when it is bundled to one file in the format %s', async (format) => {
  const { outputFiles } = await build({
    stdin: { contents: `import ${NAMES} from 'warp-cache'\n${USE}`, resolveDir: project },
    bundle: true,
    minify: true,
    format,
    platform: 'node',
    // What a bundle in ES modules needs for the modules of Node that CommonJS requires.
    banner:
      format === 'cjs'
        ? {}
        : {
            js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
          },
    write: false,
  })
  const file = format === 'cjs' ? 'bundled.cjs' : 'bundled.mjs'
  expect(JSON.parse(node(project, file, outputFiles[0]?.text))).toEqual(SEEN)
})

it('works when Rollup bundles it', async () => {
  const { build: viteBuild } = await import('vite')
  writeFileSync(join(project, 'rolled.js'), `import ${NAMES} from 'warp-cache'\n${USE}`)
  await viteBuild({
    configFile: false,
    root: project,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: { ssr: 'rolled.js', outDir: 'rolled', minify: false, rollupOptions: { output: { format: 'es' } } },
  })
  expect(JSON.parse(node(project, 'rolled/rolled.mjs'))).toEqual(SEEN)
})
