import type { ChildProcess } from 'node:child_process'
import { firstLine } from './child-line.ts'
import { anonymousClients, type BenchOptions, end, load, runProgram } from './figures.ts'
import type { LoadReport } from './load.ts'
import { FIRST_SEQ } from './ring.ts'

async function measure(server: ChildProcess, options: BenchOptions): Promise<LoadReport> {
  try {
    const { plain } = await firstLine<{ plain: number }>(server)
    return await load({ port: plain, clients: anonymousClients(), firstSeq: FIRST_SEQ }, options)
  } finally {
    await end(server)
  }
}

/** Aedes as it comes, which stores nothing. */
export const bareBroker = (options: BenchOptions) => measure(runProgram('bare-broker'), options)

/** A server that only acknowledges: what the load generator can do at most. */
export const generatorCeiling = (options: BenchOptions) => measure(runProgram('sink'), options)
