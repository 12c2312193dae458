/** `warp-cache top`: what it shows adds up to what has happened, and it ends when it should. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CommandHome } from './support/command'

let home: CommandHome
beforeAll(() => {
  home = new CommandHome()
})
afterEach(() => home.reset())
afterAll(() => home.remove())

interface Counted {
  readonly hits: number
  readonly misses: number
}
interface Frame {
  readonly seconds: number
  readonly caches: (Counted & {
    readonly name: string
    readonly entries: number
    readonly bytes: number
    readonly evictions: number
    readonly processes: (Counted & { readonly pid: number })[]
  })[]
}

/** `top --json` while it runs. */
class Watch {
  private readonly child
  private readonly lines
  private readonly sums = new Map<string | number, Counted>()

  constructor(...args: string[]) {
    this.child = home.start('top', '--json', '-d', '0.1', ...args)
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]()
  }

  async frame(): Promise<Frame> {
    const frame: Frame = JSON.parse((await this.lines.next()).value)
    for (const cache of frame.caches) {
      this.add(cache.name, cache)
      for (const process of cache.processes) this.add(process.pid, process)
    }
    return frame
  }

  /** Reads on until that much has been counted in all; for a cache, or a process. */
  async until(what: string | number, counted: Counted): Promise<Frame> {
    for (;;) {
      const frame = await this.frame()
      const sum = this.sums.get(what) ?? { hits: 0, misses: 0 }
      if (sum.hits + sum.misses < counted.hits + counted.misses) continue
      expect({ what, ...sum }).toEqual({ what, ...counted })
      return frame
    }
  }

  /** What has been seen of a process, or of a cache. */
  seen(what: string | number): Counted | undefined {
    return this.sums.get(what)
  }

  async end(signal: NodeJS.Signals): Promise<unknown> {
    const ended = once(this.child, 'exit')
    this.child.kill(signal)
    return (await ended)[0]
  }

  private add(what: string | number, { hits, misses }: Counted): void {
    const sum = this.sums.get(what) ?? { hits: 0, misses: 0 }
    this.sums.set(what, { hits: sum.hits + hits, misses: sum.misses + misses })
  }
}

/** What gives a program a terminal, as util-linux has it. */
const hasScript = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '')

const keys = (count: number) => Array.from({ length: count }, (_, i) => `key ${i}`)

describe.skipIf(process.platform === 'win32')('warp-cache top', () => {
  it('adds up to what each process did, also after a clear', async () => {
    const [one, two] = [await home.hold('price', { maxSize: 40 }), await home.hold('price', { maxSize: 40 })]
    await one.call('before', 'before')
    const watch = new Watch()
    await watch.frame()
    await one.call(...keys(50), 'key 49', 'key 49')
    await two.call('key 49')
    const frame = await watch.until('price', { hits: 3, misses: 50 })
    expect(watch.seen(one.pid)).toEqual({ hits: 2, misses: 50 })
    expect(watch.seen(two.pid)).toEqual({ hits: 1, misses: 0 })
    const stats = home.json('stats', 'price')
    expect(frame.caches).toMatchObject([{ entries: stats.entries, bytes: stats.bytes, maxSize: 40 }])
    home.run('clear', 'price')
    await one.call('key 1', 'key 1')
    await watch.until(one.pid, { hits: 3, misses: 51 })
    expect(await watch.end('SIGTERM')).toBe(0)
  })

  it('shows caches and processes that come, and no longer those that are gone', async () => {
    const watch = new Watch()
    expect((await watch.frame()).caches).toEqual([])
    const one = await home.hold('price')
    await one.call('a', 'a')
    const { caches } = await watch.until('price', { hits: 1, misses: 1 })
    expect(caches[0].processes.map(({ pid }) => pid)).toEqual([one.pid])
    await one.kill()
    while ((await watch.frame()).caches[0].processes.length > 0);
    home.run('rm', 'price')
    while ((await watch.frame()).caches.length > 0);
    expect(await watch.end('SIGINT')).toBe(0)
  })

  it('shows those that have a part of their name', async () => {
    await Promise.all([home.hold('price of bread'), home.hold('page')])
    const frame = JSON.parse(home.run('top', 'e of', '-n', '1', '-d', '0.1', '--json').stdout)
    expect(frame.caches).toMatchObject([{ name: 'price%20of%20bread', hits: 0, ratio: null }])
  })

  it('draws a table so often, for people', async () => {
    const one = await home.hold('price')
    await one.call('a')
    const { status, stdout } = home.run('top', '-n', '2', '-d', '0.1')
    expect(status).toBe(0)
    expect(stdout.match(/^Shared caches: 1, in the last [\d.]+ s$/gm)).toHaveLength(2)
    expect(stdout).toMatch(/^NAME +FILE +HITS\/S +MISSES\/S +RATIO +ENTRIES +BYTES +EVICTIONS\/S$/m)
    expect(stdout).toMatch(/^price +[0-9a-f]{8} +0 +0 +- +1 +224 B +0$/m)
    expect(stdout).toMatch(RegExp(`^ {2}process ${one.pid} +0 +0 +-$`, 'm'))
    // There is no terminal to steer.
    expect(stdout).not.toContain('\x1b')
  })

  it.skipIf(!hasScript)('draws in one place on a terminal, and gives the cursor back', async () => {
    await home.hold('price')
    const { status, stdout } = spawnSync('script', ['-qec', `${home.shell} top -n 2 -d 0.1`, '/dev/null'], {
      env: home.env,
      encoding: 'utf8',
      timeout: 30_000,
    })
    expect(status).toBe(0)
    const screens = stdout.split('\x1b[H').slice(2)
    expect(screens).toHaveLength(2)
    for (const screen of screens) {
      const lines = screen.split('\x1b[K\r\n')
      expect(lines.map((line) => line.trim().split(/[ :]/)[0]).slice(0, 4)).toEqual([
        'Shared',
        'NAME',
        'price',
        'process',
      ])
      expect(screen).toContain('\x1b[J')
    }
    expect(stdout.startsWith('\x1b[?25l') && stdout.endsWith('\x1b[?25h')).toBe(true)
  })

  it('ends when nobody reads on', () => {
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', `${home.shell} top --json -d 0.1 | head -n 1; echo then`],
      { env: home.env, encoding: 'utf8', timeout: 30_000 },
    )
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^\{.*\}\nthen\n$/)
  })
})
