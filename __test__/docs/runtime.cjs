/** Loaded before an example: what its comments promise (see `checks.ts`) is compared here. */
const { inspect, isDeepStrictEqual } = require('node:util')

let failed = false
let unseen = new Set()

globalThis.__expect = (lines) => {
  unseen = new Set(lines)
}

globalThis.__check = (line, expected, value) => {
  unseen.delete(line)
  // biome-ignore lint/security/noGlobalEval: the expression is part of this repository's documentation
  const wanted = globalThis.eval(`(${expected})`)
  if (!isDeepStrictEqual(value, wanted)) fail(line, `the value is ${inspect(value)}, not ${expected}`)
}

globalThis.__throws = (line, expected, run) => {
  unseen.delete(line)
  try {
    run()
  } catch (error) {
    compare(line, expected, error)
    return
  }
  fail(line, `nothing is thrown, but should be: ${expected}`)
}

globalThis.__rejects = async (line, expected, run) => {
  const outcome = await run().then(
    () => ({}),
    (error) => ({ error }),
  )
  globalThis.__throws(line, expected, () => {
    if ('error' in outcome) throw outcome.error
  })
}

function compare(line, expected, error) {
  const names = error.code === undefined ? [error.name] : [error.name, `${error.name} [${error.code}]`]
  const forms = names.flatMap((name) => [name, `${name}: ${error.message}`])
  const start = expected.endsWith('…') ? expected.slice(0, -1) : undefined
  const matches = forms.some((form) => form === expected || (start !== undefined && form.startsWith(start)))
  if (!matches) fail(line, `what is thrown is ${forms.at(-1)}`)
}

function fail(line, message) {
  failed = true
  console.error(`line ${line}: ${message}`)
}

process.on('exit', (code) => {
  for (const line of unseen) fail(line, 'is never reached')
  if (failed && code === 0) process.exitCode = 1
})
