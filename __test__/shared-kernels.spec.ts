/**
 * What kernels and limits refuse: locks, room, files without names, descriptors, permission. The function computes and
 * says so once, or does without what was refused.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { DEADLINE_MS, runBehind } from './support/program'
import { BY_DESCRIPTOR, LOCKS, type Refusal, refusing, UNNAMED } from './support/refusing'

const [EPERM, EINTR, EISDIR, EINVAL, ENOSYS, EOPNOTSUPP] = [1, 4, 21, 22, 38, 95]

let base: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'warp-cache-kernels-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const files = () => readdirSync(base).flatMap((home) => readdirSync(join(base, home)))

interface Told {
  readonly computed: number
  readonly warnings: readonly string[]
}

/** Runs a program that knows `call`, which calls a cached function 30 times for three results. What it says at its end. */
function tell(behind: readonly string[], source = 'call()'): Told {
  const { status, signal, stdout, stderr } = runBehind(
    behind,
    { WARP_CACHE_DIR: base },
    DEADLINE_MS,
    `
    const assert = require('node:assert')
    const { closeSync, openSync } = require('node:fs')
    const { cache } = require('warp-cache')
    const warnings = []
    process.removeAllListeners('warning').on('warning', ({ code, message }) => warnings.push(code + ' ' + message))
    let computed = 0
    const make = (options) => cache((n) => { computed++; return 2 * n }, { backend: 'shared', name: 'refused', ...options })
    function call(cached = make()) {
      for (let i = 0; i < 30; i++) assert.strictEqual(cached(i % 3), 2 * (i % 3))
    }
    process.on('exit', () => console.log(JSON.stringify({ computed, warnings })))
    ${source}`,
  )
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
  return JSON.parse(stdout)
}

/** Runs it where the kernel refuses these; skips the test where kernels cannot be told to. */
function tellRefused(context: TestContext, refusals: readonly Refusal[]): Told {
  const behind = refusing(...refusals)
  return typeof behind === 'string' ? context.skip(behind) : tell(behind)
}

function expectOneWarning({ computed, warnings }: Told, reason: string): void {
  expect(computed).toBe(30)
  expect(warnings).toEqual([expect.stringMatching(/^WARP_CACHE_DETACHED The cache 'refused' has no table: /)])
  expect(warnings[0]).toContain(reason)
}

describe.skipIf(process.platform !== 'linux')('a kernel that refuses', () => {
  const locks = [EINVAL, EPERM, ENOSYS, EINTR].map((errno) => ({ ...LOCKS, errno }))
  const room = [EOPNOTSUPP, EPERM, ENOSYS, EINTR].map((errno): Refusal => ({ call: 'fallocate', errno }))

  it.for<[string, readonly Refusal[]]>([
    ...locks.map((refusal): [string, Refusal[]] => ['lock bytes of files', [refusal]]),
    ...room.map((refusal): [string, Refusal[]] => ['reserve room for a file', [refusal]]),
    ['give a new file its name in one step', [{ call: 'linkat', errno: EPERM }]],
    [
      'give a new file its name in one step',
      [
        { ...UNNAMED, errno: EOPNOTSUPP },
        { call: 'renameat2', errno: ENOSYS },
      ],
    ],
  ])('to %s is a warning, and the function computes: %j', ([reason, refusals], context) => {
    expectOneWarning(tellRefused(context, refusals), `cannot ${reason}`)
    expect(files()).toEqual([])
  })

  it.for<Refusal>([
    ...[EOPNOTSUPP, EISDIR, EINVAL].map((errno) => ({ ...UNNAMED, errno })),
    ...[EPERM, EINVAL].map((errno) => ({ ...BY_DESCRIPTOR, errno })),
    { call: 'flock', errno: ENOSYS },
  ])('what can be done in another way is not missed: %j', (refusal, context) => {
    expect(tellRefused(context, [refusal])).toEqual({ computed: 3, warnings: [] })
    expect(files()).toHaveLength(1)
    expect(tell([])).toEqual({ computed: 0, warnings: [] })
  })

  it('to lock a directory keeps a file that is not to be used, and the function computes', (context) => {
    tell([])
    const [home] = readdirSync(base)
    const path = join(base, home, files()[0])
    writeFileSync(path, 'rubbish')
    expectOneWarning(tellRefused(context, [{ call: 'flock', errno: ENOSYS }]), 'cannot lock a directory')
    expect(tell([])).toEqual({ computed: 3, warnings: [] })
  })

  it('the locks of a file that is open already costs the table, and no more', (context) => {
    tell([])
    expectOneWarning(tellRefused(context, [{ ...LOCKS, errno: EINVAL }]), 'cannot lock bytes of files')
    expect(tell([])).toEqual({ computed: 0, warnings: [] })
  })
})

describe.skipIf(process.platform === 'win32')('a process without descriptors', () => {
  const limited = ['sh', '-c', 'ulimit -n 64 && exec "$@"', 'sh']
  const exhaust = `
    const taken = []
    for (;;) try { taken.push(openSync('/dev/null')) } catch ({ code }) { assert.strictEqual(code, 'EMFILE'); break }`

  it('computes, says so once, and has its table when there are some again', () => {
    const source = `
      require('warp-cache').cache((n) => n, { backend: 'threads', name: 'loads the addon' })(1)
      ${exhaust}
      const cached = make()
      call(cached)
      assert.deepStrictEqual([computed, cached.cacheInfo().detached], [30, 30])
      taken.forEach(closeSync)
      const until = () => {
        const before = computed
        cached(1)
        if (computed > before) return setImmediate(until)
        assert(cached.cacheInfo().hits > 0)
        computed = 30
      }
      until()`
    expectOneWarning(tell(limited, source), 'too many open files')
  })

  it('goes on with a table that it has', () => {
    const source = `
      const cached = make({ near: false })
      cached(0)
      ${exhaust}
      call(cached)
      for (let i = 0; i < 5_000; i++) cached.cacheSet([i], i)
      assert.strictEqual(cached(4_999), 4_999)
      assert.strictEqual(cached.cacheInfo().detached, 0)`
    expect(tell(limited, source)).toEqual({ computed: 3, warnings: [] })
  })
})

describe.skipIf(process.platform === 'win32')('a user without permission', () => {
  /** Runs it as somebody who may not enter the base: root becomes another user once everything is loaded. */
  const strip = `
    require('warp-cache').cache((n) => n, { backend: 'threads', name: 'loads the addon' })(1)
    if (process.getuid() === 0) {
      process.setgid(65_534)
      process.setuid(65_534)
    }
    assert.throws(() => make(), { code: 'ERR_WARP_CACHE_DIRECTORY', message: /may not be opened or made by this user/ })`

  it.each([0o000, 0o500])('is told so at decoration: a base of permissions %i', (mode) => {
    chmodSync(base, mode)
    try {
      expect(tell([], strip)).toEqual({ computed: 0, warnings: [] })
    } finally {
      chmodSync(base, 0o700)
    }
  })

  it('cannot get at another user’s caches, and is told so', (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can be two users')
    chmodSync(base, 0o777)
    mkdirSync(join(base, 'warp-cache-65534'), { mode: 0o700 })
    const source = strip.replace(
      'may not be opened or made by this user',
      'may not be opened|belongs to another',
    )
    expect(tell([], source)).toEqual({ computed: 0, warnings: [] })
    chmodSync(base, 0o700)
  })
})
