/**
 * The TypeScript suites. `tc39` and `legacy` run the behaviour tests in the two decorator dialects, `types` and
 * `types-legacy` compile the type tests, `packaging` packs the built package and uses it as a stranger would.
 */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const soak = process.env.SOAK === '1'

const shared = {
  pool: 'forks' as const,
  execArgv: ['--expose-gc'],
  testTimeout: soak ? 600_000 : 60_000,
  hookTimeout: 60_000,
}

const typeTests = (name: string, include: string, tsconfig: string) => ({
  extends: true as const,
  test: { name, include: [], typecheck: { enabled: true, only: true, include: [include], tsconfig } },
})

export default defineConfig({
  // esbuild lowers TC39 decorators only below esnext; `experimentalDecorators` it reads from the nearest tsconfig.json.
  esbuild: { target: 'es2022' },
  resolve: { alias: { 'warp-cache': fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    // By default one processor is left to Vitest itself, which has little to do: half of two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { extends: true, test: { ...shared, name: 'tc39', include: ['__test__/*.spec.ts'] } },
      { extends: true, test: { ...shared, name: 'legacy', include: ['__test__/legacy/*.spec.ts'] } },
      {
        extends: true,
        test: {
          ...shared,
          name: 'packaging',
          include: ['__test__/packaging/*.spec.ts'],
          globalSetup: '__test__/packaging/global-setup.ts',
        },
      },
      typeTests('types', '__test__/*.test-d.ts', 'tsconfig.json'),
      typeTests('types-legacy', '__test__/legacy/*.test-d.ts', '__test__/legacy/tsconfig.json'),
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text', 'html'] },
  },
})
