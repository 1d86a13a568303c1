import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { readLedger } from '../../../hub/engine/ledger.ts'
import { LANES, type TestDevice } from './test-device.ts'

export interface HistoryCheck {
  /** What is wrong, in sentences. Empty when every promise was kept. */
  faults: string[]
  /** Messages acknowledged and rows stored, over all devices. */
  acknowledged: number
  stored: number
}

/**
 * Compares what devices were told with what a dead hub's database holds: acknowledged is a part of stored, nothing is
 * stored twice, each lane is in its order, the file is sound and the ledger balances.
 *
 * A copy is opened, so that the hub finds its files as the crash left them.
 */
export function checkHistory(folder: string, devices: readonly TestDevice[]): HistoryCheck {
  const scratch = mkdtempSync(join(tmpdir(), 'lares-history-'))
  try {
    for (const name of ['hub.db', 'hub.db-wal'])
      if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(scratch, name))
    const db = new Sqlite(join(scratch, 'hub.db'))
    try {
      return compare(db, devices)
    } finally {
      db.close()
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function compare(db: Sqlite.Database, devices: readonly TestDevice[]): HistoryCheck {
  const faults: string[] = []
  const integrity = db.pragma('integrity_check', { simple: true })
  if (integrity !== 'ok') faults.push(`integrity_check: ${String(integrity)}`)
  const broken = db.pragma('foreign_key_check') as unknown[]
  if (broken.length > 0) faults.push(`${broken.length} rows without their parent`)
  const read = db
    .prepare(
      'SELECT r.value FROM readings r JOIN reading_series s ON s.id = r.series_id WHERE s.device_id = ? AND s.sensor = ? ORDER BY r.id',
    )
    .pluck()
  let stored = 0
  let acknowledged = 0
  for (const device of devices) {
    acknowledged += device.acknowledged
    faults.push(...device.complaints.map((complaint) => `${device.identity.device}: ${complaint}`))
    for (const lane of LANES) {
      const values = read.all(device.identity.device, lane) as number[]
      stored += values.length
      faults.push(...compareLane(device, lane, values).map((fault) => `${device.identity.device} ${lane}: ${fault}`))
    }
  }
  faults.push(...checkLedger(db, stored))
  return { faults, acknowledged, stored }
}

function compareLane(device: TestDevice, lane: (typeof LANES)[number], values: number[]): string[] {
  const faults: string[] = []
  const history = device.lanes[lane]
  const present = new Set(values)
  if (present.size !== values.length) faults.push(`${values.length - present.size} rows are there twice`)
  if (values.some((value, index) => index > 0 && value < (values[index - 1] ?? 0))) faults.push('out of order')
  if (values.some((value) => value > history.sent)) faults.push('holds what was never sent')
  const promised = [...history.pubacked, ...Array.from({ length: history.acked }, (_, index) => index + 1)]
  const lost = [...new Set(promised)].filter((seq) => !present.has(seq))
  if (lost.length > 0) faults.push(`${lost.length} acknowledged messages are lost, the first is ${Math.min(...lost)}`)
  return faults
}

function checkLedger(db: Sqlite.Database, stored: number): string[] {
  const ledger = readLedger(db)
  const faults: string[] = []
  if (ledger.received !== ledger.applied + ledger.duplicate + ledger.rejected)
    faults.push(`the ledger does not balance: ${JSON.stringify(ledger)}`)
  if (ledger.applied !== stored) faults.push(`the ledger says ${ledger.applied} applied, ${stored} rows are stored`)
  return faults
}
