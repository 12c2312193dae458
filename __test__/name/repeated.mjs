const answer = () => 42
for (let turn = 0; turn < 2; turn++) named('one function, twice', answer)
for (const label of ['first closure', 'second closure']) named(label, () => label)

const functions = []
for (const label of ['let go', 'after collection']) {
  functions.push(new WeakRef(named(label, () => label)))
  // A function that a WeakRef was just made of lives to the end of the turn.
  await new Promise((resolve) => setTimeout(resolve, 1))
  globalThis.gc()
  report('gone', functions[0].deref() === undefined)
}
