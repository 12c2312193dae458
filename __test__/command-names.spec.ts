/** Which cache the command takes a name for, what it says if that is none or several, and what else may lie there. */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CommandHome } from './support/command'

let home: CommandHome
beforeAll(() => {
  home = new CommandHome()
})
afterEach(() => home.reset())
afterAll(() => home.remove())

const fileName = (digit: string) => `${digit.repeat(32)}.warp`

describe.skipIf(process.platform === 'win32')('a name', () => {
  /** Caches that nobody uses any more. */
  async function made(...caches: [name: string, options?: object][]): Promise<void> {
    for (const [name, options] of caches) await (await home.hold(name, options)).leave()
  }

  it('is the full one, or a part that only one cache has', async () => {
    await made(['price'], ['price of bread'], ['page', { version: '2' }])
    const named = (name: string) => home.json('stats', name).name
    expect(named('price')).toBe('price')
    expect(named('bread')).toBe('price%20of%20bread')
    expect(named('price of')).toBe('price%20of%20bread')
    expect(named('price%20of%20bread')).toBe('price%20of%20bread')
    expect(named('page')).toBe('page+2')
  })

  it.each(['stats', 'clear', 'rm', 'verify'])(
    'that is a part of several is refused by %s',
    async (command) => {
      await made(['price of bread'], ['price of milk'])
      const { status, stdout, stderr } = home.run(command, 'price')
      expect([status, stdout]).toEqual([3, ''])
      expect(stderr).toContain("'price' is a part of 2 names.")
      expect(stderr).toMatch(/^price%20of%20bread +[0-9a-f]{8} +idle/m)
      expect(stderr).toMatch(/^price%20of%20milk +[0-9a-f]{8} +idle/m)
      const { caches, ...complaint } = home.complaint(command, 'price')
      expect(complaint).toMatchObject({ status: 3, stdout: '', code: 'ambiguous' })
      expect(caches.map(({ file }: { file: string }) => file).sort()).toEqual(home.files())
    },
  )

  it('of several files needs one of them, and says how they differ', async () => {
    await made(['price', { maxSize: 10 }], ['price', { maxSize: 20_000 }], ['page'])
    const { status, stderr } = home.run('stats', 'price')
    expect(status).toBe(3)
    expect(stderr).toContain("2 files have the name 'price'.")
    const [, file] = /^price +([0-9a-f]{8}) +idle \d+ s +maxSize 20,000$/m.exec(stderr) ?? []
    expect(stderr).toMatch(/^price +[0-9a-f]{8} +idle \d+ s +maxSize 10$/m)
    expect(home.json('stats', 'price', '--file', file).options.maxSize).toBe(20_000)
    expect(home.json('stats', '--file', file).options.maxSize).toBe(20_000)
    expect(home.run('rm', 'price', '--file', file).status).toBe(0)
    expect(home.json('stats', 'price').options.maxSize).toBe(10)
    expect(home.complaint('stats', 'page', '--file', file)).toMatchObject({ status: 3, code: 'not-found' })
  })

  it('is shown without what a terminal would obey', async () => {
    await made(['price\u202Enekcohs'])
    for (const { stdout, stderr } of [home.run('ls'), home.run('stats', 'price'), home.run('rm', 'page')]) {
      expect(stdout + stderr).toContain('price\uFFFDnekcohs')
      expect(stdout + stderr).not.toContain('\u202E')
    }
    expect(home.json('ls').caches[0].name).toBe('price\u202Enekcohs')
  })

  it('of none is told with what there is', async () => {
    expect(home.run('clear', 'price')).toMatchObject({
      status: 3,
      stdout: '',
      stderr: "There is no shared cache for 'price'; there is none at all.\n",
    })
    await made(['page'])
    expect(home.run('clear', 'price').stderr).toMatch(/; there are:\n.*\npage +[0-9a-f]{8} +idle/)
    expect(home.complaint('clear', 'price')).toMatchObject({ code: 'not-found', caches: [{ name: 'page' }] })
  })
})

describe.skipIf(process.platform === 'win32')('the directory', () => {
  const notACache = (digit: string) => join(home.caches, fileName(digit))

  it('may have in it what is no cache', async () => {
    const price = await home.hold('price')
    const [file] = home.files()
    writeFileSync(join(home.caches, 'notes.txt'), 'not ours')
    writeFileSync(notACache('a'), 'no cache')
    mkdirSync(notACache('b'))
    symlinkSync(join(home.caches, file), notACache('c'))
    execFileSync('mkfifo', [notACache('d')])
    writeFileSync(notACache('e'), '')
    // As another version will make it: the layout's number is in the frozen part.
    copyFileSync(join(home.caches, file), notACache('f'))
    const bytes = readFileSync(notACache('f'))
    bytes.writeUInt32LE(99, 8)
    writeFileSync(notACache('f'), bytes)

    const listed: { name: string | null; file: string }[] = home.json('ls').caches
    expect(listed.map(({ name, file }) => [name, file])).toEqual([
      ['price', file],
      [null, fileName('a')],
      [null, fileName('e')],
      [null, fileName('f')],
    ])
    const { stdout } = home.run('ls')
    expect(stdout).toMatch(/^\(unreadable\) +aaaaaaaa .* unusable$/m)
    expect(stdout).toMatch(/^\(unreadable, layout 99\) +ffffffff .* idle \d+ s$/m)
    expect(home.json('stats', 'price').processes).toEqual([price.pid])

    for (const digit of ['a', 'f']) {
      for (const command of ['stats', 'clear', 'verify']) {
        expect(home.complaint(command, '--file', digit.repeat(32))).toMatchObject({
          status: 5,
          code: 'unreadable',
          file: fileName(digit),
        })
      }
      expect(home.json('rm', '--file', digit.repeat(32))).toEqual({ name: null, file: fileName(digit) })
    }
    expect(home.files()).toEqual(
      [file, 'notes.txt', fileName('b'), fileName('c'), fileName('d'), fileName('e')].sort(),
    )
  })

  it.each([
    ['is a file', () => writeFileSync(home.caches, ''), 'is a symbolic link, or not a directory'],
    ['is a link', () => symlinkSync('/', home.caches), 'is a symbolic link, or not a directory'],
    ['is open to others', () => mkdirSync(home.caches), 'has other permissions than 0700'],
  ])('that %s is not used', (_, make, fault) => {
    make()
    if (fault.includes('0700')) chmodSync(home.caches, 0o755)
    const commands = [
      ['ls'],
      ['stats', 'a'],
      ['clear', 'a'],
      ['rm', 'a'],
      ['verify', 'a'],
      ['top', '-n', '1'],
    ]
    for (const command of commands) {
      expect(home.complaint(...command)).toMatchObject({
        status: 5,
        stdout: '',
        code: 'ERR_WARP_CACHE_DIRECTORY',
        message: expect.stringContaining(fault),
      })
    }
    expect(home.run('ls').stderr).toMatch(/^The directory of shared caches, .* Mend or remove it/)
    if (fault.includes('0700')) chmodSync(home.caches, 0o700)
    rmSync(home.caches, { recursive: true })
  })

  it('has to be given by an absolute path', () => {
    const { status, stderr } = home.runIn({ WARP_CACHE_DIR: 'caches' }, 'ls')
    expect([status, stderr]).toEqual([5, expect.stringContaining('is not an absolute path')])
  })

  it('is found below WARP_CACHE_DIR, which need not exist', () => {
    const elsewhere = join(dirname(home.caches), 'elsewhere')
    const { status, stdout } = home.runIn({ WARP_CACHE_DIR: elsewhere }, 'ls')
    expect([status, stdout]).toEqual([0, expect.stringContaining(elsewhere)])
  })
})
