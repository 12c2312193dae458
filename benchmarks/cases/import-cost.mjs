// What does `import` cost in a process that has loaded nothing else: milliseconds, native libraries, and bytes
// of the code, minified and compressed? Counted are the files that the import and the first cached calls load;
// what only another backend would load is not.

import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'

const SPECIFIERS = {
  'warp-cache': undefined,
  'lru-cache': 'lru-cache',
  'quick-lru': 'quick-lru',
  'tiny-lru': 'tiny-lru',
  '@neophi/sieve-cache': '@neophi/sieve-cache',
  memoize: 'memoize',
  'p-memoize': 'p-memoize',
  'micro-memoize': 'micro-memoize',
  'nano-memoize': 'nano-memoize',
  memoizee: 'memoizee',
  'async-cache-dedupe': 'async-cache-dedupe',
  cacheable: 'cacheable',
  bentocache: 'bentocache',
  ocache: 'ocache',
}

export default {
  name: 'import-cost',
  title: 'Cost of the import',
  baseline: 'lru-cache',
  subjects: Object.keys(SPECIFIERS),
  variants: ['import'],
  loadsPeer: false,
  tables: [
    { title: 'time of `await import()`', unit: 'ms', columns: [{ id: 'ms', title: 'import' }] },
    { title: 'bundle, minified and gzipped', unit: 'KB', columns: [{ id: 'size', title: 'size' }] },
  ],

  async run({ subject }) {
    const location = SPECIFIERS[subject]
      ? import.meta.resolve(SPECIFIERS[subject])
      : pathToFileURL(process.env.WARP_CACHE_BENCH_IMPL).href
    const start = process.hrtime.bigint()
    const loaded = await import(location)
    const ms = Number(process.hrtime.bigint() - start) / 1e6
    if (subject === 'warp-cache') exercise(loaded)
    const native = process.report.getReport().sharedObjects.filter((file) => file.endsWith('.node')).length
    return { values: { ms, native, size: await bundledSize(location) } }
  },
}

/** A function and a method, so that whatever the memory backend loads late is loaded. */
function exercise({ cache }) {
  const double = cache((n) => 2 * n)
  const method = cache()(
    function (n) {
      return n + this.step
    },
    { kind: 'method', name: 'add', static: false, private: false, addInitializer() {}, metadata: {} },
  )
  if (double(2) + method.call({ step: 1 }, 2) !== 7) throw new Error('wrong result')
}

async function bundledSize(location) {
  const { build } = await import('esbuild')
  const bundle = await build({
    entryPoints: [fileURLToPath(location)],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    plugins: [{ name: 'loaded-only', setup: leaveOutWhatIsNotLoaded }],
  })
  return gzipSync(bundle.outputFiles[0].contents, { level: 9 }).length / 1_000
}

/** A CommonJS file that requires another one inside a function has not loaded it until then. */
function leaveOutWhatIsNotLoaded(builder) {
  const loaded = createRequire(import.meta.url).cache
  builder.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir, kind }) => {
    if (kind !== 'require-call') return undefined
    const file = resolve(resolveDir, path)
    const isLoaded = [file, `${file}.js`, `${file}.cjs`, `${file}.json`, resolve(file, 'index.js')].some(
      (candidate) => candidate in loaded,
    )
    return isLoaded ? undefined : { path, external: true }
  })
}
