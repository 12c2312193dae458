/**
 * The size of the memory path: what an import loads, bundled, minified and compressed, without the files that are
 * loaded when they are needed. That these are not needed is shown in a process that counts what it has loaded.
 */
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, inject, it } from 'vitest'
import { node } from './run'

/** The bar for the memory path. */
const LIMIT_BYTES = 12_000

const { project, files } = inject('packed')
const entry = join(project, 'node_modules/warp-cache/dist/esm.mjs')
/** The code that an import loads. */
const LOADED = ['esm.mjs', 'index.js', 'main.js']

it(`the memory path has at most ${LIMIT_BYTES} bytes, minified and compressed`, async () => {
  const late = files.map((file) => /^dist\/(.+\.js)$/.exec(file)?.[1] ?? '').filter((file) => file !== '')
  const external = late.filter((file) => !LOADED.includes(file)).map((file) => `./${file}`)
  const bytes = compressed(await bundled({ entryPoints: [entry], external }))
  const all = compressed(await bundled({ entryPoints: [entry] }))
  console.log(`minified and compressed: ${bytes} bytes for the memory path, ${all} bytes for everything`)
  expect(external).not.toEqual([])
  expect(bytes).toBeLessThan(all)
  expect(bytes).toBeLessThanOrEqual(LIMIT_BYTES)
})

it('the memory path works without the files that are not counted', () => {
  const source = `
    const { cache, cacheFor } = require('warp-cache')
    const ARGUMENTS = [[], [1], ['a'], [1, 'a'], [null, true, 1n], [{ b: 1, a: [1, { c: undefined }] }], [0], [-0]]
    const f = cache((...args) => args.length, { maxSize: 4, ttl: 1000 })
    for (const args of [...ARGUMENTS, ...ARGUMENTS]) f(...args)
    f.cacheSet([1], 1)
    f.cacheRefresh(1)
    f.cacheDelete(1)
    f.cacheHas(1)
    f.cachePeek(1)
    f.cacheInfo()
    f.cacheClear()
    const plain = cache((...args) => args.length)
    for (const args of [...ARGUMENTS, ...ARGUMENTS]) plain(...args)
    class Users {
      byId(id) { return Promise.resolve(id) }
      fail() { return Promise.reject(new Error('no')) }
    }
    for (const name of ['byId', 'fail']) {
      const descriptor = Object.getOwnPropertyDescriptor(Users.prototype, name)
      Object.defineProperty(Users.prototype, name, cache()(Users.prototype, name, descriptor))
    }
    const users = new Users()
    Promise.allSettled([users.byId(1), users.byId(1), users.fail()]).then(() => {
      console.log(cacheFor(users, 'byId').cacheInfo().coalesced, f.cacheInfo().hits, plain.cacheInfo().hits)
      console.log(Object.keys(require.cache).map((file) => require('node:path').basename(file)).join())
    })`
  expect(node(project, 'memory-path.cjs', source)).toBe('1 0 8\nmemory-path.cjs,index.js,main.js\n')
})

it('an import that nothing is taken from leaves nothing in a bundle', async () => {
  const stdin = { contents: `import 'warp-cache'`, resolveDir: project }
  expect(await bundled({ stdin, format: 'esm' })).toBe('')
})

const compressed = (text: string) => gzipSync(text, { level: 9 }).length

async function bundled(options: Parameters<typeof build>[0]): Promise<string> {
  const { outputFiles } = await build({
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    ...options,
    write: false,
  })
  return outputFiles?.[0]?.text ?? ''
}
