/** A clock that all processes of the machine share, in milliseconds. */
'use strict'
module.exports = { now: () => Number(process.hrtime.bigint()) / 1e6 }
