/** The command `warp-cache` as a process, over caches that other processes hold, have left, and have died with. */
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CommandHome } from './support/command'

let home: CommandHome
beforeAll(() => {
  home = new CommandHome()
})
afterEach(() => home.reset())
afterAll(() => home.remove())

const keys = (count: number) => Array.from({ length: count }, (_, i) => `key ${i}`)
/** All bytes of all files. */
const bytesOf = () => home.files().map((file) => [file, readFileSync(join(home.caches, file), 'latin1')])

describe.skipIf(process.platform === 'win32')('warp-cache', () => {
  describe('ls', () => {
    it('lists caches with those who use them, and says who is gone', async () => {
      const [one, two, other] = [await home.hold('price'), await home.hold('price'), await home.hold('page')]
      const listed = () => home.json('ls').caches
      expect(listed().map(({ name }: { name: string }) => name)).toEqual(['page', 'price'])
      const [page, price] = listed()
      expect(price.processes.sort()).toEqual([one.pid, two.pid].sort())
      expect(price).toMatchObject({
        isUsed: true,
        isCurrent: true,
        isRetired: false,
        boundBytes: 64 * 2 ** 20,
      })
      expect(price.options).toMatchObject({ maxSize: 128, maxBytes: 64 * 2 ** 20, maxKeySize: 512 })
      expect(price.file).not.toBe(page.file)
      await one.leave()
      expect(listed()[1].processes).toEqual([two.pid])
      await two.kill()
      expect(listed()[1]).toMatchObject({ isUsed: false, processes: [] })
      expect(listed()[0]).toMatchObject({ isUsed: true, processes: [other.pid] })
      const lines = home.run('ls').stdout.split('\n')
      expect(lines[0]).toMatch(/^NAME +FILE +MAX SIZE +MAX BYTES +ON DISK +PROCESSES +STATE$/)
      expect(lines[1]).toMatch(/^page +[0-9a-f]{8} +128 +64\.0 MiB +[\d.]+ KiB +1 +in use$/)
      expect(lines[2]).toMatch(/^price .* 0 +idle \d+ s$/)
    })

    it('of no directory lists nothing, and makes none', () => {
      const { status, stdout, stderr } = home.run('ls')
      expect([status, stdout, stderr]).toEqual([0, `No shared caches in ${home.caches}.\n`, ''])
      expect(home.json('ls')).toEqual({ directory: home.caches, caches: [] })
      expect(() => home.files()).toThrow('ENOENT')
    })
  })

  describe('stats', () => {
    it('says what cacheInfo() says, of the living and of the dead', async () => {
      const [one, two] = [
        await home.hold('price', { maxSize: 50 }),
        await home.hold('price', { maxSize: 50 }),
      ]
      await one.call(...keys(80), 'key 79', 'key 79')
      const { info } = await two.call('key 79', 'once', 'key 79')
      const { maxSize, currentSize, maxBytes, ...counted } = info
      const told = home.json('stats', 'price')
      expect(told).toMatchObject({
        ...counted,
        name: 'price',
        entries: currentSize,
        boundBytes: maxBytes,
        options: { maxSize },
      })
      expect(counted).toMatchObject({ hits: 4, misses: 81 })
      expect(told.ratio).toBeCloseTo(4 / 85)
      expect(told.evictions).toBeGreaterThan(0)
      await Promise.all([one.kill(), two.leave()])
      expect(home.json('stats', 'price')).toMatchObject({ ...counted, processes: [] })
    })

    it('gives the same to people', async () => {
      const one = await home.hold('price', { maxSize: 5_000 })
      await one.call(...keys(1_234), 'key 0')
      const { stdout } = home.run('stats', 'price')
      for (const line of [
        /^name +price$/m,
        /^file +[0-9a-f]{32}\.warp$/m,
        /^state +in use$/m,
        RegExp(`^processes +${one.pid}$`, 'm'),
        /^entries +1,234 of 5,000$/m,
        /^bytes +[\d.]+ KiB of 64\.0 MiB$/m,
        /^hit ratio +0\.1 %$/m,
        /^hits +1$/m,
        /^misses +1,234$/m,
      ])
        expect(stdout).toMatch(line)
    })

    it.each([['ls'], ['stats', 'price'], ['top', '-n', '1', '-d', '0.1']])(
      'like whoever only looks, leaves no trace: %s',
      async (...args) => {
        const one = await home.hold('price')
        await one.call(...keys(3), 'key 0')
        await one.leave()
        const before = bytesOf()
        expect(home.run(...args).status).toBe(0)
        expect(bytesOf()).toEqual(before)
      },
    )

    it('and the trace of one who does not only look can be seen', async () => {
      await (await home.hold('price')).leave()
      const before = bytesOf()
      home.run('verify', 'price')
      expect(bytesOf()).not.toEqual(before)
    })
  })

  describe('clear', () => {
    it('empties a cache for the processes that use it, and zeroes what it counts', async () => {
      const one = await home.hold('price')
      await one.call('a', 'b', 'a')
      const { status, stdout } = home.run('clear', 'price')
      expect([status, stdout]).toEqual([0, "Cleared 'price': 2 entries, for every process.\n"])
      expect(home.json('stats', 'price')).toMatchObject({ entries: 0, hits: 0, misses: 0, ratio: null })
      expect((await one.call('a')).computed).toBe(3)
      expect(home.json('clear', 'price')).toMatchObject({ name: 'price', entries: 1 })
    })

    it('leaves other caches alone, and does not stay', async () => {
      const [price, page] = [await home.hold('price'), await home.hold('page')]
      await Promise.all([price.call('a'), page.call('a')])
      home.run('clear', 'page')
      expect((await price.call('a')).computed).toBe(1)
      expect(home.json('ls').caches[0].processes).toEqual([page.pid])
    })

    it('empties what nobody uses', async () => {
      const one = await home.hold('price')
      await one.call('a')
      await one.kill()
      home.run('clear', 'price')
      expect((await (await home.hold('price')).call('a')).computed).toBe(1)
    })
  })

  describe('rm', () => {
    it('removes the file of a cache that nobody uses', async () => {
      const [price, page] = [await home.hold('price'), await home.hold('page')]
      await price.kill()
      const [, { file }] = home.json('ls').caches
      const { status, stdout } = home.run('rm', 'price')
      expect([status, stdout]).toEqual([0, `Removed 'price' (${file.slice(0, 8)}).\n`])
      expect(home.files()).toEqual([home.json('stats', 'page').file])
      expect(home.complaint('rm', 'price')).toMatchObject({ status: 3, code: 'not-found' })
      await page.leave()
      expect(home.json('rm', 'page').name).toBe('page')
      expect(home.files()).toEqual([])
    })

    it('leaves one that is in use, and says by whom', async () => {
      const one = await home.hold('price')
      await one.call('a')
      const { status, stdout, stderr } = home.run('rm', 'price')
      expect([status, stdout]).toEqual([4, ''])
      expect(stderr).toContain(`is in use by process ${one.pid}`)
      expect(home.complaint('rm', 'price')).toMatchObject({
        status: 4,
        stdout: '',
        code: 'in-use',
        name: 'price',
        processes: [one.pid],
      })
      expect((await one.call('a')).computed).toBe(1)
    })
  })

  describe('verify', () => {
    it('finds nothing in a cache that is used, and in one that somebody died with', async () => {
      const one = await home.hold('price', { maxSize: 10_000 })
      await one.call(...keys(500))
      expect(home.json('verify', 'price')).toMatchObject({
        name: 'price',
        sound: true,
        damage: null,
        entries: 500,
      })
      await one.kill()
      const { status, stdout } = home.run('verify', 'price')
      expect([status, stdout]).toEqual([
        0,
        expect.stringMatching(/^'price' is sound: 500 entries, [\d.]+ KiB\.\n$/),
      ])
    })

    it('says what is wrong in one that is damaged', async () => {
      const one = await home.hold('price')
      await one.call('needle')
      await one.leave()
      const path = join(home.caches, home.files()[0])
      const bytes = readFileSync(path)
      bytes[bytes.indexOf('value of needle') + 3] ^= 1
      writeFileSync(path, bytes)
      const { status, stdout, stderr } = home.run('verify', 'price')
      expect([status, stderr]).toEqual([1, ''])
      expect(stdout).toMatch(/^'price' is damaged: shard 0: the value of slot \d+ has another checksum\.\n$/)
      const json = home.run('verify', 'price', '--json')
      expect(json.status).toBe(1)
      expect(JSON.parse(json.stdout)).toMatchObject({
        sound: false,
        damage: expect.stringContaining('checksum'),
      })
    })

    it('says of one that was found damaged before that it is', async () => {
      await (await home.hold('price')).leave()
      const path = join(home.caches, home.files()[0])
      const bytes = readFileSync(path)
      // The state, by docs/file-format.md: retired.
      bytes.writeUInt32LE(2, 56)
      writeFileSync(path, bytes)
      expect(home.run('ls').stdout).toMatch(/ retired$/m)
      expect(home.run('verify', 'price')).toMatchObject({
        status: 1,
        stdout: expect.stringContaining('damaged'),
      })
      expect(home.complaint('clear', 'price')).toMatchObject({ status: 5, code: 'unreadable' })
      expect(home.files()).toHaveLength(1)
      expect(home.run('rm', 'price').status).toBe(0)
    })

    it.each(['verify', 'clear'])('and clear make no file and sweep none: %s', async (command) => {
      for (const name of ['price', 'page']) await (await home.hold(name)).leave()
      const files = home.files()
      expect(home.runIn({ WARP_CACHE_KEEP: '0' }, command, 'price').status).toBe(0)
      expect(home.files()).toEqual(files)
    })

    it('says so when a process holds a part of it for too long', async () => {
      const one = await home.hold('price')
      const path = join(home.caches, home.files()[0])
      const bytes = readFileSync(path)
      // By docs/file-format.md: participant 0, the living process, owns the only shard.
      const word = new BigUint64Array([
        (new BigUint64Array(bytes.buffer, bytes.byteOffset + 4096, 1)[0] << 16n) | 1n,
      ])
      const file = openSync(path, 'r+')
      writeSync(file, word, 0, 8, 29_184)
      closeSync(file)
      expect(home.complaint('verify', 'price')).toMatchObject({
        status: 4,
        stdout: '',
        code: 'busy',
        name: 'price',
      })
      // It is the owner's, who goes on.
      expect((await one.call('a', 'a')).computed).toBe(1)
    })
  })
})
