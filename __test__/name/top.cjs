const answer = () => 42

named('plain', answer)
module.exports = [named('indented', answer), named('same line', answer)]
class Holder {
  static field = named('static field', answer)
  static {
    named('static block', answer)
  }
  method() {}
}
if (Holder) for (const one of [answer]) named('block', one)
named('declared', declared)
function declared() {}
named(
  'nameless',
  (
    () => () =>
      1
  )(),
)
named(
  'odd name',
  Object.defineProperty(() => 1, 'name', { value: 'a:b#c d%' }),
)
named(
  'name replaced',
  Object.defineProperty(() => 2, 'name', { get: () => named('never', answer) }),
)
