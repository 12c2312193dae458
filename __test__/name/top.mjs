const answer = () => 42

named('plain', answer)
export const pair = [named('indented', answer), named('same line', answer)]
class Holder {
  static field = named('static field', answer)
  static {
    named('static block', answer)
  }
  method() {}
}
export const fallback = named('exported', () => Holder)
export default class {
  static field = named('nameless class', answer)
  method() {}
}
