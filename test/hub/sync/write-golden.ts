import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GOLDEN_FOLDER, makeGolden } from './golden.ts'

/** Run once for each release, with node: what its hub sends is kept, and every later central is tried with it. */
const golden = makeGolden()
mkdirSync(GOLDEN_FOLDER, { recursive: true })
const file = join(GOLDEN_FOLDER, `${golden.version}.json`)
writeFileSync(file, `${JSON.stringify(golden, null, 1)}\n`)
console.log(`wrote ${file}`)
