/** The command line of `warp-cache`: help, version, mistakes, and an installation without the addon. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CommandHome } from './support/command'

let home: CommandHome
let bare: CommandHome
beforeAll(() => {
  home = new CommandHome()
  bare = new CommandHome({ addon: false })
})
afterAll(() => Promise.all([home.remove(), bare.remove()]))

const root = join(__dirname, '..')
const COMMANDS = ['ls', 'stats', 'clear', 'rm', 'verify', 'top']

it('--version is the package`s', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(home.run('--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' })
})

it('--help is what docs/command.md shows, and names all commands', () => {
  const { status, stdout } = home.run('--help')
  expect(status).toBe(0)
  for (const command of COMMANDS) expect(stdout).toMatch(RegExp(`^  ${command} `, 'm'))
  expect(readFileSync(join(root, 'docs', 'command.md'), 'utf8')).toContain(`$ warp-cache --help\n${stdout}`)
})

it.each(COMMANDS)('%s --help needs nothing that is installed beside it', (command) => {
  const { status, stdout, stderr } = bare.run(command, '--help')
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain(`Usage: warp-cache ${command} `)
  expect(stdout).toContain('--json')
})

it('without a command there is the help, as a complaint', () => {
  const { status, stdout, stderr } = home.run()
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toBe(home.run('--help').stdout)
})

describe('a mistake ends with 2, and nothing on standard output', () => {
  it.each([
    [['lss'], 'Did you mean ls?'],
    [['ls', '--all'], "unknown option '--all'"],
    [['ls', 'price'], 'too many arguments'],
    [['stats', 'price', 'page'], 'too many arguments'],
    [['stats'], 'Say which cache'],
    [['clear'], 'Say which cache'],
    [['rm'], 'Say which cache'],
    [['verify'], 'Say which cache'],
    [['rm', '--file'], 'argument missing'],
    [['top', '-n', '0'], 'whole number'],
    [['top', '-n', '1.5'], 'whole number'],
    [['top', '-d', '0'], 'Seconds are a number'],
    [['top', '-d', ''], 'Seconds are a number'],
    [['top', '-d', '1e99'], 'Seconds are a number'],
  ])('%j', (args, message) => {
    const { status, stdout, stderr } = home.run(...args)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(home.complaint(...args)).toMatchObject({
      status: 2,
      code: 'usage',
      message: expect.stringContaining(message),
    })
  })
})

it('--json may stand before the command', () => {
  expect(JSON.parse(home.run('--json', 'ls').stdout)).toEqual(home.json('ls'))
})

it('without the addon it says so', () => {
  expect(bare.complaint('ls')).toMatchObject({ status: 5, stdout: '', code: 'ERR_WARP_CACHE_ADDON' })
  expect(bare.run('ls').stderr).toContain('npm run build:addon')
})
