/** What this package is built and tested with is the same everywhere: exact versions, and lock files that name bytes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(__dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

const PACKAGES = ['package.json', 'benchmarks/package.json']
const REGISTRY = 'https://registry.npmjs.org/'
const EXACT = /^(npm:(@[\w-]+\/)?[\w-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/

interface Manifest {
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
  readonly overrides?: Record<string, string>
}
interface Locked {
  readonly link?: boolean
  readonly resolved?: string
  readonly integrity?: string
}

describe('dependencies', () => {
  it.each(PACKAGES)('of %s have exact versions', (file) => {
    const { dependencies, devDependencies, optionalDependencies, overrides } = JSON.parse(
      read(file),
    ) as Manifest
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides }
    expect(Object.keys(all).length).toBeGreaterThan(5)
    expect(Object.entries(all).filter(([, version]) => !EXACT.test(version))).toEqual([])
  })

  it('run nothing when this package is installed', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    expect(
      Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare|publish|pack)$/.test(name)),
    ).toEqual([])
  })

  it.each(PACKAGES)('of %s are bytes that the lock file names, from one registry', (file) => {
    const { packages } = JSON.parse(read(file.replace('package.json', 'package-lock.json'))) as {
      packages: Record<string, Locked>
    }
    const fetched = Object.entries(packages).filter(([path, { link }]) => path !== '' && link !== true)
    expect(fetched.length).toBeGreaterThan(50)
    const strays = fetched.filter(
      ([, { resolved = REGISTRY, integrity }]) =>
        !resolved.startsWith(REGISTRY) || integrity?.startsWith('sha512-') !== true,
    )
    expect(strays.map(([path]) => path)).toEqual([])
  })

  it('of the crate are bytes that Cargo.lock names, from one registry', () => {
    const packages = read('Cargo.lock').split('[[package]]').slice(1)
    expect(packages.length).toBeGreaterThan(20)
    const fetched = packages.filter((each) => !each.includes('name = "warp-cache"\n'))
    expect(fetched).toHaveLength(packages.length - 1)
    for (const each of fetched) {
      expect(each).toContain('source = "registry+https://github.com/rust-lang/crates.io-index"')
      expect(each).toMatch(/checksum = "[0-9a-f]{64}"/)
    }
  })

  it('are those of the lock files wherever something is built', () => {
    const commands = ['Makefile', '.ci/run', 'package.json', 'scripts/filesystems.sh']
      .flatMap((file) => read(file).replaceAll('\\\n', ' ').split('\n'))
      .filter((line) =>
        /\bcargo (\+\S+ )?(miri )?(build|test|bench|clippy|fetch|install)\b|\bnapi build\b|\bnpm (ci|install)\b/.test(
          line,
        ),
      )
    expect(commands.length).toBeGreaterThan(8)
    expect(commands.filter((line) => !line.includes('--locked') && !line.includes('npm ci'))).toEqual([])
  })
})

describe('compilers', () => {
  it('of Rust have exact versions', () => {
    expect(read('rust-toolchain.toml')).toMatch(/^channel = "\d+\.\d+\.\d+"$/m)
    const makefile = read('Makefile')
    expect(makefile).toMatch(/^NIGHTLY := nightly-\d{4}-\d\d-\d\d$/m)
    const others = [...makefile.matchAll(/cargo \+(\S+)/g)].filter(
      ([, toolchain]) => toolchain !== '$(NIGHTLY)',
    )
    expect(others).toEqual([])
  })
})

describe('scripts/audit.mjs', () => {
  const flaw = (severity: string) => ({
    lodash: [
      {
        id: 1,
        url: 'https://example.com',
        title: 'a flaw',
        severity,
        vulnerable_versions: '<5',
        cwe: [],
        cvss: {},
      },
    ],
  })

  const LODASH = {
    name: 'lodash',
    'dist-tags': { latest: '4.17.4' },
    versions: { '4.17.4': { name: 'lodash', version: '4.17.4' } },
  }

  it.each<[string, number, unknown, number, string]>([
    [
      'high',
      200,
      flaw('high'),
      1,
      '1 known flaws in packages that users install, 1 of them high or critical',
    ],
    ['critical', 200, flaw('critical'), 1, '1 of them high or critical'],
    ['moderate', 200, flaw('moderate'), 0, '1 known flaws in packages that users install, 0 of them'],
    ['none', 200, {}, 0, '0 known flaws'],
    ['unknown', 405, {}, 0, 'SKIPPED, the registry did not answer: 405'],
  ])('fails if what the registry knows is %s', async (_, answer, flaws, status, says) => {
    const registry = createServer((request, response) => {
      // First what is known to be wrong, then which versions there are.
      const [code, body] = request.method === 'POST' ? [answer, flaws] : [200, LODASH]
      response.writeHead(code, { 'content-type': 'application/json' })
      request.resume().on('end', () => response.end(JSON.stringify(body)))
    }).listen(0, '127.0.0.1')
    await once(registry, 'listening')
    const directory = mkdtempSync(join(tmpdir(), 'warp-cache-audit-'))
    try {
      const manifest = { name: 'user', version: '1.0.0', dependencies: { lodash: '4.17.4' } }
      const packages = { '': manifest, 'node_modules/lodash': { version: '4.17.4' } }
      writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest))
      writeFileSync(
        join(directory, 'package-lock.json'),
        JSON.stringify({ ...manifest, lockfileVersion: 3, packages }),
      )
      const { port } = registry.address() as AddressInfo
      const audit = spawn(process.execPath, [join(root, 'scripts/audit.mjs')], {
        cwd: directory,
        env: {
          PATH: process.env.PATH,
          HOME: directory,
          npm_config_registry: `http://127.0.0.1:${port}`,
          npm_config_fetch_retries: '0',
        },
      })
      let output = ''
      audit.stdout.on('data', (text) => {
        output += text
      })
      const [code] = await once(audit, 'close')
      expect(output).toContain(says)
      expect(code).toBe(status)
    } finally {
      registry.close()
      rmSync(directory, { recursive: true })
    }
  })
})

it('SECURITY.md and docs/security.md are where they are looked for', () => {
  for (const file of ['SECURITY.md', 'docs/security.md']) expect(existsSync(join(root, file))).toBe(true)
})
