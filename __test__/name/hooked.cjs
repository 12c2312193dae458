const hook = (error, frames) => `hooked ${error.message} ${frames.length}`

Error.prepareStackTrace = hook
Error.stackTraceLimit = 1
named('with a hook', () => 1)
report('hook kept', Error.prepareStackTrace === hook && new Error('x').stack === 'hooked x 1')

delete Error.stackTraceLimit
named('without a limit', () => 2)
report('limit still absent', !('stackTraceLimit' in Error))

Object.defineProperty(Error, 'prepareStackTrace', { get: () => hook, configurable: true })
named('with an accessor', () => 3)
report('accessor kept', typeof Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace').get === 'function')

Object.defineProperty(Error, 'stackTraceLimit', { value: 0, writable: false, configurable: false })
named('with a frozen limit of 0', () => 4)

Object.freeze(Error)
named('frozen', () => 5)
