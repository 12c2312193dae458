/**
 * docs/recipes.md and README.md: their programs, as they stand there, share what they compute with processes of every kind, alive and
 * dead. How often something was computed is counted by a log that all of them append to.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { examplesOf } from './docs/examples'
import { Home } from './docs/home'
import { ask, Machine, type Program, RENDER, VERSION } from './support/recipe'

const IDS = ['/1', '/2', '/3', '/4', '/5', '/6', '/7', '/8']

const run = describe.skipIf(process.platform === 'win32')

let home: Home
let machine: Machine
const started = new Set<string>()

beforeAll(() => {
  home = new Home()
  for (const { file, code } of recipes()) home.provide({ file, code })
  home.provide({ file: 'render.mjs', code: RENDER })
})
afterAll(() => home.remove())
beforeEach(() => {
  machine = new Machine(home)
})
afterEach(() => machine.stop())

/** The programs of the page; and that of README.md, made to say where it listens. */
function recipes() {
  const examples = ['README.md', 'docs/recipes.md'].flatMap(examplesOf)
  return examples
    .filter(({ file }) => file !== undefined)
    .map(({ file, code }) => ({ file: file!, code: code.replace('.listen(8080)', LISTEN) }))
}

const LISTEN = `.listen(process.env.PORT, function () { console.log('listening on', this.address().port) })`

function start(file: string, ...how: [Parameters<Machine['start']>[1]?]): Program {
  started.add(file)
  return machine.start(file, ...how)
}

/** Asks for each page, and expects what version of it. */
async function askForAll(port: number, { ids = IDS, version = 'none' } = {}): Promise<void> {
  for (const id of ids) expect((await ask(port, id)).text).toBe(`page ${id} of version ${version}`)
}

async function infoOf(port: number): Promise<Record<string, number>> {
  return JSON.parse((await ask(port, '/cache')).text)
}

const computed = () =>
  machine
    .renders()
    .map(({ id }) => id)
    .sort()

run('a cluster', () => {
  it('computes everything once, and stays warm when every worker has died and was replaced', async () => {
    const cluster = start('cluster.mjs')
    const port = await cluster.listening(4)
    for (let round = 0; round < 3; round++) await askForAll(port)
    expect(computed()).toEqual(IDS)
    const workers = [...new Set(machine.renders().map(({ pid }) => pid))]
    expect(workers).toHaveLength(4)
    for (const [i, worker] of workers.entries()) {
      process.kill(worker, 'SIGKILL')
      await cluster.listening(5 + i)
    }
    for (let round = 0; round < 3; round++) await askForAll(port)
    expect(computed()).toEqual(IDS)
  })
})

run('several independent processes', () => {
  it('share what they compute, and so do those that come when all have gone', async () => {
    const two = [start('app.mjs'), start('app.mjs')]
    for (const program of two) await askForAll(await program.listening())
    expect(computed()).toEqual(IDS)
    for (const program of two) await program.kill()
    const port = await start('app.mjs').listening()
    await askForAll(port)
    expect(computed()).toEqual(IDS)
    expect(await infoOf(port)).toMatchObject({ hits: 16, misses: 8, currentSize: 8, detached: 0 })
  })
})

run('child processes', () => {
  it('find what those before them have computed', async () => {
    const jobs = start('jobs.mjs', { args: ['a', 'b', 'a', 'a'] })
    expect(await jobs.ended, jobs.stderr).toBe(0)
    const page = (id: string) => `page ${id} of version none\n`
    expect(jobs.stdout).toBe(page('a') + page('b') + page('a') + page('a'))
    expect(computed()).toEqual(['a', 'b'])
    started.add('job.mjs')
  })
})

run('two versions at once', () => {
  it('have a table each, and both are warm when their processes come back', async () => {
    for (let round = 0; round < 2; round++) {
      const versions = ['41', '42'].map((version) => ({
        version,
        program: start('app.mjs', { env: { WARP_CACHE_VERSION: version } }),
      }))
      for (const { version, program } of versions) await askForAll(await program.listening(), { version })
      await machine.stop()
      expect(computed()).toEqual([...IDS, ...IDS].sort())
    }
  })

  it('are told apart by their code where no name is given, wherever that is', async () => {
    for (const round of [1, 2]) {
      const releases = ['41', '42'].map((version) => ({
        version,
        program: machine.start(released(version, `round-${round}/release-${version}`)),
      }))
      for (const { version, program } of releases) await askForAll(await program.listening(4), { version })
      await machine.stop()
      expect(computed()).toEqual([...IDS, ...IDS].sort())
    }
  })

  /** The program of README.md, with code of this version, in a directory of its own. */
  function released(version: string, directory: string): string {
    const path = join(home.directory, directory)
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'package.json'), '{ "name": "app" }')
    writeFileSync(join(path, 'render.mjs'), RENDER.replace(VERSION, `'${version}'`))
    writeFileSync(join(path, 'server.mjs'), recipes().find(({ file }) => file === 'server.mjs')!.code)
    return join(directory, 'server.mjs')
  }
})

run.each(['express-app.mjs', 'fastify-app.mjs'])('%s', (file) => {
  it('needs no middleware to share pages, and to delete them for all', async () => {
    const ports = await Promise.all([start(file), start(file)].map((program) => program.listening()))
    const page = { status: 200, type: expect.stringContaining('text/html'), text: 'page 7 of version none' }
    for (const port of ports) expect(await ask(port, '/pages/7')).toEqual(page)
    expect(computed()).toEqual(['7'])
    expect(await ask(ports[0], '/pages/7', 'DELETE')).toMatchObject({ status: 204 })
    for (const port of ports) expect(await ask(port, '/pages/7')).toEqual(page)
    expect(computed()).toEqual(['7', '7'])
  })
})

run('containers', () => {
  /** A command that runs what follows it in namespaces of its own; skips the test where that is not permitted. */
  function contained(context: TestContext, ...words: string[]): string[] {
    const command = ['unshare', '--user', '--map-root-user', '--mount', ...words]
    const { status, stderr, error } = spawnSync(command[0], [...command.slice(1), 'true'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, WARP_CACHE_DIR: machine.caches },
    })
    if (status !== 0) {
      const why = `no namespaces here: ${error?.message ?? stderr.trim()}`
      console.warn(`Skipped "${context.task.name}": ${why}`)
      context.skip(why)
    }
    return command
  }

  /** The same over a small file system in memory, in which the caches are. */
  function small(context: TestContext, size: string): string[] {
    const mount = `mount -t tmpfs -o size=${size} none "$WARP_CACHE_DIR" && exec "$@"`
    return contained(context, 'sh', '-c', mount, 'sh')
  }

  it('that do not see each other’s processes share a directory', async (context) => {
    const behind = contained(context, '--pid', '--fork', '--mount-proc', '--kill-child')
    const [first, second] = [start('app.mjs', { behind }), start('app.mjs', { behind })]
    await askForAll(await first.listening(), { ids: IDS.slice(0, 4) })
    const port = await second.listening()
    await askForAll(port)
    // Each is process 1 of its own world, and they take no harm of it.
    expect(new Set(machine.renders().map(({ pid }) => pid))).toEqual(new Set([1]))
    await first.kill()
    const more = [...IDS, '/9', '/10']
    await askForAll(port, { ids: more })
    await askForAll(await start('app.mjs', { behind }).listening(), { ids: more })
    expect(computed()).toEqual([...more].sort())
  })

  it('with a small /dev/shm cache what fits', async (context) => {
    const app = start('app.mjs', {
      behind: small(context, '2m'),
      env: { RENDER_LOG: `${machine.caches}-renders` },
    })
    const port = await app.listening()
    const askFor = async (id: string) => expect((await ask(port, id)).text.length).toBe(50_000)
    for (let i = 0; i < 200; i++) await askFor(`/large${i}`)
    const before = await infoOf(port)
    expect(before.currentSize).toBeGreaterThan(5)
    expect(before.bytes).toBeLessThan(2 * 2 ** 20)
    expect(before.evictions + before.currentSize + before.skippedWrites + before.oversizeSkips).toBe(200)
    await askFor('/large199')
    expect((await infoOf(port)).hits).toBe(before.hits + 1)
    expect(app.stderr).toBe('')
  })

  it('without room for any file compute, and say so', async (context) => {
    const app = start('app.mjs', {
      behind: small(context, '16k'),
      env: { RENDER_LOG: `${machine.caches}-renders` },
    })
    const port = await app.listening()
    await askForAll(port)
    await askForAll(port)
    expect(await infoOf(port)).toMatchObject({ hits: 0, misses: 16, currentSize: 0, detached: 16 })
    expect(app.stderr).toContain('[WARP_CACHE_DETACHED] WarpCacheWarning')
    expect(app.stderr).toContain('there is no room for the file')
  })
})

run('the cluster of README.md', () => {
  it('computes everything once, under a name that it made itself', async () => {
    const port = await start('server.mjs').listening(4)
    for (let round = 0; round < 3; round++) await askForAll(port)
    expect(computed()).toEqual(IDS)
    expect(new Set(machine.renders().map(({ pid }) => pid)).size).toBe(4)
  })
})

it.skipIf(process.platform === 'win32')('every program of the pages is run here', () => {
  expect([...started].sort()).toEqual(
    recipes()
      .map(({ file }) => file)
      .sort(),
  )
})
