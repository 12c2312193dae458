/** The Makefile, without running what it says. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(__dirname, '..')
const makefile = readFileSync(join(root, 'Makefile'), 'utf8')
const TARGETS = [...makefile.matchAll(/^([a-z-]+):.*## /gm)].map(([, target]) => target as string)

it('has the targets that are spoken of', () => {
  expect(TARGETS).toEqual(
    expect.arrayContaining(['demo', 'test', 'soak-deaths', 'soak-hostile-bytes', 'deny']),
  )
})

it.each(TARGETS)('make %s uses no variable that is set nowhere', (target) => {
  // Called by make, this would get its flags.
  const { MAKEFLAGS, MAKELEVEL, MFLAGS, ...env } = process.env
  const dry = spawnSync('make', ['--dry-run', '--warn-undefined-variables', target], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  expect(dry.status).toBe(0)
  expect(dry.stderr).toBe('')
})
