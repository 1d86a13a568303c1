import { loadLayout } from './layout.ts'
import { type AskedHouse, questions } from './questions.ts'

/** Rounds until the compiler has seen enough of the code that runs. */
const WARM_UP = 8

/** Asks a house of one checkout's modules, one round for each message, and answers with its times. Says `ready` before. */
const order = JSON.parse(process.argv[2] ?? '') as AskedHouse & { root: string }
const ask = questions(await loadLayout(order.root), order)
for (let n = 0; n < WARM_UP; n += 1) ask()
process.on('message', () => process.send?.(ask()))
process.send?.('ready')
