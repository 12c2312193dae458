import fs from 'node:fs/promises'

const answer = () => 42

named('before', answer)
await undefined
named('after a microtask', answer)
await new Promise((resolve) => setTimeout(resolve, 1))
named('after a timer', answer)
await fs.stat('.')
named('after input', answer)
await new Promise((resolve) => process.nextTick(resolve))
named('after a tick', answer)
for await (const one of [answer]) named('in for await', one)
class Holder {
  static field = named('static field', answer)
  method() {}
}
export const later = async () => {
  await undefined
  named('in an async function', Holder.field)
}
await (async () => {
  await undefined
  named('in an async arrow', answer)
})()
later()
