declare const named: (label: string, fn: unknown) => unknown
// biome-ignore lint/suspicious/noExplicitAny: one source for both dialects
declare const cached: (label: string) => any

export class Users {
  @cached('method') byId(id: number) {
    return id
  }
  @cached('static method') static all() {
    return 1
  }
  @cached('getter') get size() {
    return 1
  }
  @cached('outer') @cached('inner') twice() {
    return 2
  }
  static field = named('static field', () => 42)
}

if (Users) {
  class Late {
    @cached('class in a block') method() {
      return 3
    }
  }
  named('block', () => Late)
}

export function make() {
  class Inner {
    @cached('in a function') method() {
      return 3
    }
  }
  return Inner
}
make()

const makers = [
  () => {
    class Inner {
      @cached('in a nameless function') method() {
        return 4
      }
    }
    return Inner
  },
]
makers[0]?.()
