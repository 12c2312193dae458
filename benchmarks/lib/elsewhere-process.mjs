// What another process does for a case: see `elsewhere.mjs`.

import { loadCase } from '../cases/index.mjs'
import { loadPeer } from '../peers/index.mjs'

const order = JSON.parse(process.argv[2])
await (await loadCase(order.case)).elsewhere({ ...order, peer: await loadPeer('warp-cache') })
process.exit(0)
