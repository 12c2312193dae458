import { defineConfig } from 'vitest/config'
export default defineConfig({
  esbuild: { target: 'es2022' },
  resolve: { alias: { 'warp-cache': '/tmp/shim.ts', '../src/index.js': '/tmp/shim.ts', '../src/index': '/tmp/shim.ts' } },
  test: { pool: 'forks', execArgv: ['--expose-gc'], testTimeout: 60000, include: ['__test__/*.spec.ts'] },
})
