/**
 * The size of the memory path: the package, bundled, minified and compressed, without the modules that serve only other
 * backends. That these are not needed is shown by running the bundle that lacks them.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, inject, it } from 'vitest'
import { node, root } from './run'

// A guard against growth. The bar is 12 KB, and is missed: `make bench` prints by how much.
const LIMIT_BYTES = 16_500
const OTHER_BACKENDS = /\/src\/(backends\/(store|native)|codec\/codecs|keys\/(encode|parse)|name)\.ts$/

const { project } = inject('packed')

it(`the memory path has at most ${LIMIT_BYTES} bytes, minified and compressed`, async () => {
  const bytes = compressed(await bundled({ entry: 'src/index.ts', without: OTHER_BACKENDS }))
  const all = compressed(await bundled({ entry: 'src/index.ts' }))
  console.log(`minified and compressed: ${bytes} bytes for the memory path, ${all} bytes for everything`)
  expect(bytes).toBeLessThan(all)
  expect(bytes).toBeLessThanOrEqual(LIMIT_BYTES)
})

it('the memory path works without the modules that are not counted', async () => {
  const source = `
    for (const policy of ['sieve', 'lru', 'lfu', 'fifo', 'mru']) {
      const f = cache((...args) => args.length, { maxSize: 2, policy, ttl: 1000, cacheErrors: 1, freeze: true })
      for (const args of [[], [1], ['a'], [1, 'a'], [{ a: [1] }], [new Map([[1, new Date(0)]])]]) f(...args)
      for (const entry of [...f.cacheEntries()]) f.cacheDelete(...entry.args)
      f.cacheSet([1], 1)
      f.cacheRefresh(1)
      try { f(() => {}) } catch (error) { if (!isWarpCacheError(error)) throw error }
    }
    const kept = createCache()
    kept.set('a', 1)
    kept.close()
    class Users { byId(id) { return Promise.resolve(id) } }
    const descriptor = Object.getOwnPropertyDescriptor(Users.prototype, 'byId')
    Object.defineProperty(Users.prototype, 'byId', cache()(Users.prototype, 'byId', descriptor))
    const users = new Users()
    users.byId(1)
    console.log(cacheFor(users, 'byId').cacheInfo().misses)`
  const memoryPath = await bundled({ entry: 'src/index.ts', without: OTHER_BACKENDS })
  const using = `const { cache, cacheFor, createCache, isWarpCacheError } = module.exports;${source}`
  expect(node(project, 'memory-path.cjs', `${memoryPath};${using}`)).toBe('1\n')
})

it('an import that nothing is taken from leaves nothing in a bundle', async () => {
  expect(await bundled({ source: `import 'warp-cache'` })).toBe('')
})

/** A module with the same exports, and nothing in them. */
function emptied(path: string): string {
  const names = readFileSync(path, 'utf8').matchAll(/^export (?:async )?(?:function|class|const) (\w+)/gm)
  return [...names].map(([, name]) => `export const ${name} = undefined\n`).join('')
}

const compressed = (text: string) => gzipSync(text, { level: 9 }).length

async function bundled(what: { entry?: string; source?: string; without?: RegExp }): Promise<string> {
  const { entry, source, without } = what
  const { outputFiles } = await build({
    ...(entry === undefined ? {} : { entryPoints: [join(root, entry)] }),
    ...(source === undefined ? {} : { stdin: { contents: source, resolveDir: project } }),
    bundle: true,
    minify: true,
    format: source === undefined ? 'cjs' : 'esm',
    platform: 'node',
    target: 'node20',
    write: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'leave out',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, ({ path }) =>
            without?.test(path.replaceAll('\\', '/')) ? { contents: emptied(path), loader: 'ts' } : undefined,
          )
        },
      },
    ],
  })
  return outputFiles[0]?.text ?? ''
}
