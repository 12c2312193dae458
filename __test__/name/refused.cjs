const vm = require('node:vm')

const answer = () => 42
function make() {
  return named('function', answer)
}
make()
;(() => named('arrow called in place', answer))()
;(() => {
  named('block of an arrow', answer)
})()
;[answer].map((one) => named('callback', one))
;[answer].forEach(named.bind(null, 'called by a builtin'))
class Holder {
  field = named('instance field', answer)
  constructor() {
    named('constructor', answer)
  }
  get value() {
    return named('getter', answer)
  }
  static make() {
    return class {
      static field = named('class in a method', answer)
      method() {}
    }
  }
}
new Holder().value
Holder.make()
const makers = [
  () =>
    class {
      static field = named('class in a nameless function', answer)
      method() {}
    },
]
makers[0]()
function* generate() {
  yield named('generator', answer)
}
generate().next()
// biome-ignore lint/security/noGlobalEval: refusing it is what is tested
eval("named('direct eval', answer)")
// biome-ignore lint/security/noGlobalEval: refusing it is what is tested
const indirectly = eval
indirectly("named('indirect eval', () => 42)")
new Function('answer', "named('new Function', answer)")(answer)
vm.runInThisContext("named('vm script', () => 42)")
vm.runInThisContext("named('vm script with the name of a file', () => 42)", { filename: __filename })
vm.compileFunction("named('vm function', () => 42)", [], { filename: __filename })()
vm.runInThisContext("(() => named('vm arrow', () => 42))", { filename: __filename })()
process.nextTick(() => named('tick', answer))
process.nextTick(vm.compileFunction("named('vm function in a tick', () => 42)", [], { filename: __filename }))
setTimeout(() => named('timer', answer), 1)
Promise.resolve(answer).then((one) => named('reaction', one))
named('bound', answer.bind(null))
named('builtin', Math.max)
named('proxy', new Proxy(answer, {}))
