/** What the fixtures call in place of `cache`: it prints the name that a function gets, or why it gets none. */
const { resolveName } = require(process.env.NAME_MODULE)

function print(label, outcome) {
  process.stdout.write(`${JSON.stringify([label, outcome])}\n`)
}

function attempt(label, make) {
  try {
    print(label, { name: make() })
  } catch ({ code, message }) {
    print(label, { code, message })
  }
}

globalThis.report = print

globalThis.named = function named(label, fn, options = {}) {
  attempt(label, () => resolveName(fn, options, named))
  return fn
}

/** A decorator of both dialects. */
globalThis.cached = (label) =>
  function decorator(target, context, descriptor) {
    const member = typeof context === 'object' ? 'value' : descriptor.get ? 'get' : 'value'
    const fn = descriptor === undefined ? target : descriptor[member]
    attempt(label, () => resolveName(fn, {}, decorator))
    const replacement = () => fn
    return descriptor === undefined ? replacement : { ...descriptor, [member]: replacement }
  }
