/** Where the addon is missing or does not fit, caches that need it say so, and no others notice. */
import { describe, expect, it } from 'vitest'
import { runProgram } from './support/program'

/** What a program prints that breaks the addon in some way and then makes a cache of it. */
function messageAfter(breaking: string): { code: string; message: string; memory: number; ours: boolean } {
  const { status, stdout, stderr } = runProgram(`
    'use strict'
    const fs = require('node:fs')
    const path = require('node:path')
    const root = path.join(__dirname, 'node_modules', 'warp-cache')
    const loader = path.join(root, 'index.js')
    const kept = fs.readlinkSync(loader)
    fs.unlinkSync(loader)
    try {
      ${breaking}
      const { cache, isWarpCacheError } = require('warp-cache')
      const memory = cache((n) => n)(5)
      try {
        cache((n) => n, { backend: 'threads', name: 'a' })
      } catch (error) {
        const { code, message } = error
        console.log(JSON.stringify({ code, message, memory, ours: isWarpCacheError(error) }))
      }
    } finally {
      fs.rmSync(loader, { force: true })
      fs.symlinkSync(kept, loader)
    }`)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout)
}

describe('an addon that', () => {
  it.each([
    ['is missing', '', 'could not be loaded (Cannot find module'],
    [
      'does not load',
      `fs.writeFileSync(loader, "throw new Error('no binding for moon-riscv')")`,
      'no binding for moon-riscv',
    ],
    ['throws no error', `fs.writeFileSync(loader, 'throw 5')`, 'could not be loaded'],
    [
      'is another package',
      `fs.writeFileSync(loader, 'exports.CachedFunction = class {}')`,
      'version undefined',
    ],
    [
      'was built from other sources',
      `fs.writeFileSync(loader, 'exports.CachedFunction = class { static interfaceVersion() { return 999 } }')`,
      'version 999',
    ],
    [
      'was built for another platform',
      `fs.writeFileSync(path.join(root, 'bad.node'), 'not an object file')
       fs.writeFileSync(loader, "module.exports = require('./bad.node')")`,
      'could not be loaded',
    ],
  ])('%s: the error says what was looked for, and how to build it', (_, breaking, why) => {
    const { code, message, memory, ours } = messageAfter(breaking)
    expect({ code, memory, ours }).toEqual({ code: 'ERR_WARP_CACHE_ADDON', memory: 5, ours: true })
    for (const part of [
      why,
      `${process.platform}-${process.arch}`,
      process.versions.node,
      'index.js',
      'npm run build:addon',
    ]) {
      expect(message).toContain(part)
    }
  })

  it('is not needed with maxSize 0, nor where no cache asks for it', () => {
    const { stdout, stderr } = runProgram(`
      const { cache } = require('warp-cache')
      const loaded = () => process.report.getReport().sharedObjects.some((path) => path.includes('warp-cache'))
      const before = [cache((n) => n)(1), cache((n) => n, { backend: 'threads', name: 'a', maxSize: 0 })(1), loaded()]
      const after = [cache((n) => n, { backend: 'threads', name: 'b' })(1), loaded()]
      console.log(JSON.stringify([before, after]))`)
    expect({ stdout: JSON.parse(stdout), stderr }).toEqual({
      stdout: [
        [1, 1, false],
        [1, true],
      ],
      stderr: '',
    })
  })
})

describe('a host that hides what native code writes', () => {
  it.each([
    ['refuses external buffers', 'return null'],
    [
      'gives a copy in their place',
      'const made = original.call(this); return made && (made.buffer ? { ...made, buffer: made.buffer.slice(0) } : made.slice(0))',
    ],
  ])('%s: everything works, without a near table', (_, replacement) => {
    const { stdout, stderr } = runProgram(`
      const addon = require('./node_modules/warp-cache/index.js')
      for (const name of ['controlWords', 'counters']) {
        const original = addon.CachedFunction.prototype[name]
        addon.CachedFunction.prototype[name] = function () { ${replacement} }
      }
      const { cache } = require('warp-cache')
      const cached = cache((n) => ({ n }), { backend: 'threads', name: 'a' })
      const values = [cached(1), cached(1), cached(1)]
      const { hits, misses, nearHits } = cached.cacheInfo()
      cached.cacheClear()
      const cleared = cached.cacheInfo().hits
      cached.cacheClose()
      console.log(JSON.stringify({ values, hits, misses, nearHits, cleared, closed: cached(2) }))`)
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      values: [{ n: 1 }, { n: 1 }, { n: 1 }],
      hits: 2,
      misses: 1,
      nearHits: 0,
      cleared: 0,
      closed: { n: 2 },
    })
  })
})

describe('a table that there is no memory for', () => {
  it('is done without: results are computed, counted and warned of once', () => {
    const { stdout, stderr } = runProgram(`
      const addon = require('./node_modules/warp-cache/index.js')
      addon.CachedFunction = Object.assign(function () {
        throw Object.assign(new Error('the system has no memory'), { code: 'ERR_WARP_CACHE_MEMORY' })
      }, { interfaceVersion: addon.CachedFunction.interfaceVersion })
      const { cache } = require('warp-cache')
      process.on('warning', ({ code, message }) => console.log(code, message.includes('the system has no memory')))
      const cached = cache(async (n) => n, { backend: 'threads', name: 'a' })
      const first = cached(1)
      if (cached(1) !== first) throw new Error('not shared')
      cached.cacheSet([5], 5)
      cached.cacheDelete(5)
      first.then(() => cached(1)).then(() => {
        const { misses, coalesced, detached, currentSize } = cached.cacheInfo()
        console.log(JSON.stringify({ misses, coalesced, detached, currentSize, has: cached.cacheHas(1) }))
      })`)
    expect(stdout.trim().split('\n')).toEqual([
      'WARP_CACHE_DETACHED true',
      JSON.stringify({ misses: 2, coalesced: 1, detached: 3, currentSize: 0, has: false }),
    ])
    expect(stderr).toContain('WARP_CACHE_DETACHED')
  })
})
