import { statSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { systemClock, wait } from '../../../shared/clock.ts'
import { buildShim, shimTrouble } from '../../../test/faults/lib/shim.ts'
import { declareSensors } from './declare-sensors.ts'
import { type BenchOptions, CONNECTIONS, load, residentMb, withFolder } from './figures.ts'
import { type HubProcess, startHub } from './hub-process.ts'
import type { LoadReport } from './load.ts'
import { createDevices } from './local-admin.ts'
import { FIRST_SEQ, SENSORS } from './ring.ts'

export interface DurableFigures extends LoadReport {
  bytesPerReading: number
  /** Highest seen while the load ran. */
  residentMb: number
}

/** The real hub: credentials, access rights, validation, de-duplication, a FULL commit before each PUBACK. */
export function durableHub(options: BenchOptions): Promise<DurableFigures> {
  return withFolder((scratch) => measure(join(scratch, 'data'), options))
}

/** The same on a disk whose every fsync takes 10 ms longer, as a poor SD card's does. */
export async function slowDiskHub(options: BenchOptions): Promise<DurableFigures> {
  if (shimTrouble !== null) throw new Error(shimTrouble)
  return withFolder((scratch) => {
    const folder = join(scratch, 'data')
    const env = {
      LD_PRELOAD: buildShim('slow-fsync'),
      LARES_SLOW_FSYNC_FOLDER: folder,
      LARES_SLOW_FSYNC_MS: '10',
    }
    return measure(folder, options, env)
  })
}

async function measure(folder: string, options: BenchOptions, env: NodeJS.ProcessEnv = {}): Promise<DurableFigures> {
  const hub = await startHub({ folder, env })
  const devices = await createDevices(hub.ports.socket, CONNECTIONS)
  await declareSensors(hub.ports.plain, devices)
  const before = await sizeAfterRestart(hub)
  const again = await startHub({ folder, env })
  const memory = watchMemory(again.pid)
  const clients = devices.map(({ device, secret }) => ({
    id: device,
    user: device,
    password: secret,
    topic: `lares/${device}/readings`,
  }))
  const report = await load({ port: again.ports.plain, clients, firstSeq: FIRST_SEQ }, options)
  const residentMb = memory()
  const after = await sizeAfterRestart(again)
  const rows = report.acknowledged * SENSORS.length
  if (after.rows - before.rows !== rows)
    throw new Error(`${rows} readings were acknowledged, ${after.rows - before.rows} are stored`)
  return { ...report, residentMb, bytesPerReading: Math.round(((after.bytes - before.bytes) / rows) * 10) / 10 }
}

/** Stops the hub, which checkpoints, and looks at the file. */
async function sizeAfterRestart(hub: HubProcess): Promise<{ bytes: number; rows: number }> {
  const code = await hub.stop()
  if (code !== 0) throw new Error(`the hub ended with ${code}\n${hub.log()}`)
  const file = join(hub.folder, 'hub.db')
  const db = new Sqlite(file, { readonly: true })
  const rows = Number(db.prepare('SELECT count(*) FROM readings').pluck().get())
  db.close()
  return { bytes: statSync(file).size, rows }
}

function watchMemory(pid: number): () => number {
  let highest = 0
  const stop = systemClock.every(200, () => {
    highest = Math.max(highest, residentMb(pid))
  })
  return () => {
    stop()
    return highest
  }
}

/** By then it has given back what its start took. */
const IDLE_MS = 15_000

/** A fresh hub ten seconds after its start; no garbage collection is forced. */
export function idleHub(): Promise<number> {
  return withFolder(async (scratch) => {
    const hub = await startHub({ folder: join(scratch, 'data') })
    await wait(systemClock, IDLE_MS)
    const memory = residentMb(hub.pid)
    await hub.stop()
    return memory
  })
}
