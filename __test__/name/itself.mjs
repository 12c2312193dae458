// Imports would keep this text from being run as a script.
const fs = process.getBuiltinModule('node:fs')
const url = process.getBuiltinModule('node:url')
const vm = process.getBuiltinModule('node:vm')

named(globalThis.host ?? 'as a module', () => 42)
if (globalThis.host === undefined) {
  const text = fs.readFileSync(process.argv[1], 'utf8')
  const filename = url.pathToFileURL(process.argv[1]).href
  globalThis.host = 'as a script'
  vm.runInThisContext(text, { filename })
  globalThis.host = 'as a function in a microtask'
  queueMicrotask(vm.compileFunction(text, [], { filename }))
}
