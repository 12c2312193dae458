/**
 * The name under which a function's entries live in a store: given, or made from the place where it is cached.
 * What compilers and bundlers make of that place is in `name-compiled.spec.ts`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { resolveName } from '../src/name'
import { expectRefused, fixtures, names, type Outcome, runFixture, runNode, write } from './name/node'
import { fc, SOAK } from './support/draws'

/** `line:column` of the call that has the label, in the text of a file. */
function placeIn(path: string, label: string): string {
  const text = readFileSync(path, 'utf8')
  const lines = text.slice(0, text.search(new RegExp(`named\\(\\s*'${label}'`))).split('\n')
  return `${lines.length}:${(lines.at(-1) ?? '').length + 1}`
}

const given = (name: unknown, version?: unknown) =>
  resolveName(() => 1, { name, version } as { name: string; version?: string }, given)

function attempt(): Outcome {
  try {
    return { name: resolveName(() => 1, {}, attempt) }
  } catch (error) {
    return error as Outcome
  }
}
const atTheTopOfThisFile = attempt()

describe('a given name', () => {
  afterEach(() => {
    delete process.env.WARP_CACHE_VERSION
  })

  it('stays readable, and the version follows it', () => {
    expect(given('users:byId')).toBe('users:byId')
    expect(given('@acme/app/pages', 'v2')).toBe('@acme/app/pages+v2')
    expect(given('größe/日本')).toBe('größe/日本')
  })

  it('takes the version from WARP_CACHE_VERSION, unless one is given', () => {
    process.env.WARP_CACHE_VERSION = 'v7'
    expect(given('pages')).toBe('pages+v7')
    expect(given('pages', 'v8')).toBe('pages+v8')
    expect(given('pages', '')).toBe('pages')
  })

  it('with its version is never that of another pair, nor a made one, in any encoding', () => {
    const tricky = fc.constantFrom(
      '+',
      '%',
      '%2B',
      ':',
      '#',
      ' ',
      '\n',
      '\u0000',
      '\u2028',
      // Whitespace to `\s` and to trim(), though not of Unicode's category Z.
      '\ufeff',
      '\ud800',
      '\udc00',
      '',
    )
    const text = fc.array(fc.oneof(tricky, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 6 })
    const pair = fc.tuple(
      text.map((units) => units.join('')).filter((name) => name !== ''),
      text.map((units) => units.join('')),
    )
    fc.assert(
      fc.property(pair, pair, ([name, version], [otherName, otherVersion]) => {
        const full = given(name, version)
        const same = name === otherName && version === otherVersion
        expect(full === given(otherName, otherVersion)).toBe(same)
        expect(full).toMatch(/^[^:#\s\p{Cc}\p{Cs}\p{Z}][^#\s\p{Cc}\p{Cs}\p{Z}]*$/u)
      }),
      { numRuns: SOAK ? 500_000 : 5_000 },
    )
    for (const [name, version, otherName, otherVersion] of [
      ['a+b', '', 'a', 'b'],
      ['a%2Bb', '', 'a+b', ''],
      ['\ud800', '', '\ud801', ''],
      ['\ud800', '', '\ufffd', ''],
      [':a', '', '%3Aa', ''],
    ]) {
      expect(given(name, version)).not.toBe(given(otherName, otherVersion))
    }
  })

  it.each([
    ['empty', '', 'an empty one'],
    ['longer than 512', 'x'.repeat(513), 'one of 513'],
    ['a number', 7, 'a value of type number'],
    ['null', null, 'null'],
    ['a symbol', Symbol('s'), 'a value of type symbol'],
  ])('is refused if it is %s', (_, name, shown) => {
    expect(() => given(name)).toThrow(
      expect.objectContaining({
        code: 'ERR_WARP_CACHE_NAME',
        message: `\`name\` must be a string of 1 to 512 characters, not ${shown}.`,
      }),
    )
    expect(given('x'.repeat(512))).toHaveLength(512)
  })

  it('is refused with a version that is too long, wherever that came from', () => {
    expect(() => given('a', 'x'.repeat(513))).toThrow('`version` must be a string of at most 512 characters')
    expect(() => given('a', 7)).toThrow('`version` must be a string of at most 512 characters')
    process.env.WARP_CACHE_VERSION = 'x'.repeat(513)
    expect(() => given('a')).toThrow(
      'the environment variable WARP_CACHE_VERSION must be a string of at most 512',
    )
  })

  it('is all that is needed anywhere', () => {
    expect(names(runNode(['--eval', "named('eval', () => 1, { name: 'mine' })"]))).toEqual(['mine'])
    expect(names(runNode(['--frozen-intrinsics', '--eval', "named('', () => 1, { name: 'a' })"]))).toEqual([
      'a',
    ])
  })
})

describe('a made name', () => {
  it.each(['top.cjs', 'top.mjs'])(
    'is the place, function and source at the top level of a module (%s)',
    (file) => {
      const outcomes = runFixture(file)
      expect([...outcomes].filter(([, outcome]) => outcome.name === undefined)).toEqual([])
      for (const [label, { name }] of outcomes) {
        const place = `:warp-cache:__test__/name/${file}:${placeIn(join(fixtures, file), label)}:`
        expect(name?.slice(0, place.length)).toBe(place)
        expect(name?.slice(place.length)).toMatch(/^[^:]*:[0-9a-f]{16}$/)
      }
      expect(outcomes.get('plain')?.name).toMatch(/:answer:/)
      expect(new Set(names(outcomes)).size).toBe(outcomes.size)
    },
  )

  it('holds any function name, and reads none that is not a plain one', () => {
    const outcomes = runFixture('top.cjs')
    expect(outcomes.get('odd name')?.name).toMatch(/:a%3Ab%23c%20d%25:/)
    expect(outcomes.get('name replaced')?.name).toMatch(/:\d+:1::[0-9a-f]{16}$/)
    expect(outcomes.has('never')).toBe(false)
  })

  it('is the same in every process, and another for another source, name, place or version', () => {
    const nameOf = (text: string, env = {}) => names(runNode([write('same.cjs', text)], { env }))[0]
    const name = nameOf("named('a', function f() { return 1 })")
    expect(nameOf("named('a', function f() { return 1 })")).toBe(name)
    expect(nameOf("named('a', function f() { return 1 })", { WARP_CACHE_VERSION: '2' })).toBe(`${name}+2`)
    expect(nameOf("named('a', function f() { return 1 }, { version: '2' })")).toBe(`${name}+2`)
    const others = [
      "named('a', function f() { return 2 })",
      "named('a', function g() { return 1 })",
      ';named("a", f)',
      "named('a', function f() { return 1 }, { key: (a) => a })",
      "named('a', function f() { return 1 }, { key: (a) => [a] })",
      "named('a', function f() { return 1 }, { perInstance: (a) => a.id })",
    ]
    const all = others.map((text) => nameOf(`${text}\nfunction f() { return 1 }`))
    expect(new Set([name, ...all]).size).toBe(1 + others.length)
  })

  it('belongs to the nearest package that has a name', () => {
    write('packages/typed/package.json', '{ "type": "module" }')
    const nameless = write('packages/typed/index.js', "named('a', () => 1)")
    write('node_modules/@scope/dep:1/package.json', '{ "name": "@scope/dep:1" }')
    const dependency = write('node_modules/@scope/dep:1/lib/a b.cjs', "named('a', () => 1)")
    expect(names(runNode([nameless]))[0]).toMatch(/^:@acme\/app:packages\/typed\/index\.js:1:1:/)
    expect(names(runNode([dependency]))[0]).toMatch(/^:@scope\/dep%3A1:lib\/a%20b\.cjs:1:1:/)
  })

  it('needs a package', () => {
    const outside = mkdtempSync(join(tmpdir(), 'warp-cache-unnamed-'))
    try {
      writeFileSync(join(outside, 'package.json'), '{ broken')
      writeFileSync(join(outside, 'a.mjs'), "named('a', () => 1)")
      expectRefused(
        runNode([join(outside, 'a.mjs')]).get('a'),
        /a\.mjs belongs to no package: no package\.json above/,
      )
    } finally {
      rmSync(outside, { recursive: true })
    }
  })

  it('survives a shebang, a byte order mark and carriage returns', () => {
    const script = write('shebang.cjs', "#!/usr/bin/env node\r\n\r\nnamed('a', () => 1)\r\n")
    const marked = write('marked.cjs', "\ufeff\r\nnamed('a', () => 1)")
    expect(names(runNode([script]))[0]).toMatch(/:shebang\.cjs:3:1:/)
    expect(names(runNode([marked]))[0]).toMatch(/:marked\.cjs:2:1:/)
  })

  it('is made after an await, in a module and in those that import it', () => {
    const outcomes = runFixture('imports-awaited.mjs')
    for (const label of ['in an async function', 'in an async arrow']) {
      expectRefused(outcomes.get(label), /cached inside the function|cached inside a nameless function/)
      outcomes.delete(label)
    }
    expect([...outcomes].filter(([, outcome]) => outcome.name === undefined)).toEqual([])
    expect(outcomes.size).toBe(8)
    expect(outcomes.get('importer')?.name).toMatch(/\/imports-awaited\.mjs:3:1:/)
  })

  it('is made however Node came to load the module', () => {
    const cjs = join(fixtures, 'top.cjs')
    const esm = join(fixtures, 'top.mjs')
    const hosts = [
      ['--require', cjs, '--eval', '0'],
      ['--import', esm, '--eval', '0'],
      ['--enable-source-maps', esm],
      ['--eval', `import(${JSON.stringify(esm)})`],
      ['--eval', `new (require('worker_threads').Worker)(${JSON.stringify(cjs)})`],
      [write('host.mjs', `import ${JSON.stringify(cjs)}`)],
      [write('lazy.cjs', `function load() { require(${JSON.stringify(cjs)}) }\nload()`)],
    ]
    for (const host of hosts) {
      const file = host.join().includes('top.cjs') || /host|lazy/.test(host.join()) ? 'top.cjs' : 'top.mjs'
      expect(names(runNode(host)), host.join(' ')).toEqual(names(runFixture(file)))
    }
  })
})

describe('no name is made', () => {
  const refusedCommon: [string, RegExp][] = [
    ['function', /cached inside the function `make` \(.*refused\.cjs:5:10\)/],
    ['arrow called in place', /inside a nameless function/],
    ['block of an arrow', /inside a nameless function/],
    ['callback', /inside a nameless function/],
    ['called by a builtin', /inside the function `forEach`/],
    ['instance field', /in a field of each instance of a class/],
    ['constructor', /inside the function `Holder`/],
    ['getter', /inside the function `get value`/],
    ['class in a method', /inside the function `make`/],
    ['class in a nameless function', /inside (a nameless function|the function `makers`)/],
    ['generator', /inside the function `generate`/],
    ['direct eval', /inside eval or new Function/],
    ['indirect eval', /inside eval or new Function/],
    ['new Function', /inside eval or new Function/],
    ['vm script', /was not loaded as a module/],
    ['vm script with the name of a file', /was not loaded as a module/],
    ['vm function', /was not loaded as a module/],
    ['vm arrow', /inside a nameless function/],
    ['tick', /inside a nameless function/],
    ['vm function in a tick', /was not loaded as a module/],
    ['timer', /inside (a nameless function|the function)/],
    ['reaction', /inside a nameless function/],
    ['bound', /source cannot be seen/],
    ['builtin', /source cannot be seen/],
    ['proxy', /source cannot be seen/],
  ]
  const refusedModule: [string, RegExp][] = [
    ['arrow', /inside the function `make`/],
    ['async arrow', /inside a nameless function/],
    ['vm async arrow', /was not loaded as a module/],
    ['strict vm async arrow', /resumed after an `await`, and what runs is not the text of its file/],
    ['strict vm function', /resumed after an `await`, and what runs is not the text of its file/],
    ['strict vm microtask', /resumed after an `await`, and what runs is not the text of its file/],
  ]

  it.each([
    ['refused.cjs', refusedCommon],
    ['refused.mjs', refusedModule],
  ])('anywhere else (%s)', (file, reasons) => {
    const outcomes = runFixture(file)
    for (const [label, why] of reasons) {
      expectRefused(outcomes.get(label), why)
      outcomes.delete(label)
    }
    expect([...outcomes]).toEqual([])
  })

  it.each([
    ['--eval', { args: ['--eval', "named('a', () => 1)"] }],
    ['--eval of a module', { args: ['--input-type=module', '--eval', "named('a', () => 1)"] }],
    ['standard input', { args: ['-'], input: "named('a', () => 1)" }],
    ['standard input, a module', { args: ['--input-type=module', '-'], input: "named('a', () => 1)" }],
    ['the REPL', { args: ['--interactive'], input: "named('a', () => 1)\n" }],
    [
      'a worker from text',
      { args: ['-e', 'new (require("worker_threads").Worker)("named(\'a\', () => 1)",{eval:true})'] },
    ],
    ['a data: module', { args: ['--eval', 'import("data:text/javascript,named(\'a\', () => 1)")'] }],
  ])('for code from %s', (_, { args, ...more }) => {
    expectRefused(runNode(args, more).get('a'), /was not loaded as a module|is in no file/)
  })

  it('for a module that a test runner or a transpiler puts into a function', () => {
    expectRefused(
      atTheTopOfThisFile,
      /nameless function \(bundlers, transpilers and test runners may put modules into one\)/,
    )
  })

  it('for a script that has the text and the name of a module', () => {
    const outcomes = runFixture('itself.mjs')
    expect(outcomes.get('as a module')?.name).toBeDefined()
    expectRefused(outcomes.get('as a script'), /was not loaded as a module/)
    expectRefused(outcomes.get('as a function in a microtask'), /was not loaded as a module/)
    const strict = `'use strict'
      named(globalThis.host ?? 'as a module', () => 42)
      if (globalThis.host === undefined) {
        globalThis.host = 'as a function'
        const text = require('node:fs').readFileSync(__filename, 'utf8')
        queueMicrotask(require('node:vm').compileFunction(text, [], { filename: __filename }))
      }`
    const strictOutcomes = runNode([write('itself.cjs', strict)])
    expect(strictOutcomes.get('as a module')?.name).toBeDefined()
    expectRefused(strictOutcomes.get('as a function'), /was not loaded as a module/)
  })

  it('for a class in a nameless function that is not called where it ends', () => {
    const body = "class Inner { static field = named('a', () => 1) }"
    for (const text of [
      `const itself = (f) => f\nitself(() => { ${body} })()`,
      `const itself = (f) => f\nitself((() => { ${body} }))()`,
    ]) {
      expectRefused(runNode([write('held.cjs', text)]).get('a'), /nameless function/)
    }
    const inPlace = `const made = (() => { ${body} })()`
    expect(names(runNode([write('in-place.cjs', inPlace)]))[0]).toMatch(/:in-place\.cjs:1:52:/)
  })

  it('for a second function at one place, even when the first one is gone', () => {
    const outcomes = runFixture('repeated.mjs', '--expose-gc')
    expect(outcomes.get('gone')).toBe(true)
    expect(outcomes.get('one function, twice')?.name).toMatch(/:answer:/)
    for (const [first, second] of [
      ['first closure', 'second closure'],
      ['let go', 'after collection'],
    ] as const) {
      expect(outcomes.get(first)?.name).toBeDefined()
      expectRefused(
        outcomes.get(second),
        /repeated\.mjs:\d+:\d+ has been evaluated before, for another function/,
      )
    }
  })

  it('for a module that is loaded a second time', () => {
    const outcomes = runFixture('reload.mjs')
    expect(outcomes.get('?first')?.name).toMatch(/\/reloaded\.mjs:1:1:/)
    expectRefused(outcomes.get('?second'), /has been evaluated before/)
  })

  it('where the intrinsics are frozen', () => {
    for (const { name, ...outcome } of runFixture('top.mjs', '--frozen-intrinsics').values()) {
      expect(name).toBeUndefined()
      expectRefused(outcome, /V8 does not show the call/)
    }
  })
})

describe('the stack trace settings of the program', () => {
  it('are used by nobody here, and left as they were', () => {
    const outcomes = runFixture('hooked.cjs')
    for (const kept of ['hook kept', 'limit still absent', 'accessor kept'])
      expect(outcomes.get(kept)).toBe(true)
    for (const label of ['with a hook', 'without a limit', 'with an accessor']) {
      expect(outcomes.get(label)?.name).toMatch(/\/hooked\.cjs:\d+:1:/)
    }
    for (const label of ['with a frozen limit of 0', 'frozen']) {
      expectRefused(outcomes.get(label), /V8 does not show the call/)
    }
  })
})
