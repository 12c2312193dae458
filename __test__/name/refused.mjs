import vm from 'node:vm'

const answer = () => 42
const filename = import.meta.url

export const make = () => named('arrow', answer)
make()
;(async () => {
  await undefined
  named('async arrow', answer)
})()
// These start at the first character of a script that has the name of this file, and nothing called them.
const later = "async () => { await 1; named('vm async arrow', () => 42) }"
vm.runInThisContext(later, { filename })()
vm.runInThisContext(`'use strict';${later.replace('vm', 'strict vm')}`, { filename, columnOffset: -13 })()
const body = "'use strict'; named('strict vm function', () => 42)"
Promise.resolve().then(vm.compileFunction(body, [], { filename }))
queueMicrotask(vm.compileFunction(body.replace('function', 'microtask'), [], { filename }))
