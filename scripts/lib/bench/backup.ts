import { parseArgs } from 'node:util'
import { BackupCopier } from '../../../hub/core/backup-copier.ts'
import { systemClock, wait } from '../../../shared/clock.ts'
import { explain } from '../../../shared/errors.ts'
import { declareSensors } from './declare-sensors.ts'
import { load, withFolder } from './figures.ts'
import { addRollups, type FullHouse, fillHouse } from './full-house.ts'
import { startHub } from './hub-process.ts'
import type { LoadReport } from './load.ts'
import { FIRST_SEQ } from './ring.ts'

/** The load has warmed up, and its measurement has begun. */
const BEGIN_MS = 5_000

/** What a backup costs those who send meanwhile. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rollups: { type: 'string', default: '1000000' }, seconds: { type: 'string', default: '30' } },
  })
  const rollups = Number(values.rollups)
  const seconds = Number(values.seconds)
  if (!(rollups >= 1_000 && seconds >= 5))
    throw new Error('--rollups is a number from 1000 on, --seconds one from 5 on')
  const figures = await withFolder(async (scratch) => {
    const house = await fillHouse(scratch, 1_000)
    addRollups(house.folder, rollups)
    console.log(`${rollups} hourly rollups; 50 connections with 20 messages in flight, for ${seconds} s each\n`)
    const alone = await measure(house, { name: 'alone', seconds })
    console.log(`alone:     ${alone.messagesPerSecond} messages/s, slowest answer ${alone.slowestMs} ms`)
    const meanwhile = await measure(house, { name: 'meanwhile', seconds, backup: true })
    console.log(`meanwhile: ${meanwhile.messagesPerSecond} messages/s, slowest answer ${meanwhile.slowestMs} ms`)
    console.log(`the backup took ${meanwhile.backupMs} ms`)
    return {
      slowest_ms: meanwhile.slowestMs,
      slowest_alone_ms: alone.slowestMs,
      slowest_ratio: round(meanwhile.slowestMs / alone.slowestMs),
      ingest_slowdown: round(1 - meanwhile.messagesPerSecond / alone.messagesPerSecond),
      backup_ms: meanwhile.backupMs,
      pause_to_backup_ratio: round(meanwhile.slowestMs / meanwhile.backupMs),
    }
  })
  console.log(`\n${JSON.stringify(figures)}`)
}

/** In a copy of the house; with a backup, as the hub makes it each hour, in the middle of it. */
async function measure(
  house: FullHouse,
  { name, seconds, backup = false }: { name: string; seconds: number; backup?: boolean },
): Promise<LoadReport & { backupMs: number }> {
  const folder = house.copy(name)
  const hub = await startHub({ folder })
  try {
    await declareSensors(hub.ports.plain, house.devices)
    const clients = house.devices.map(({ device, secret }) => ({
      id: device,
      user: device,
      password: secret,
      topic: `lares/${device}/readings`,
    }))
    const loaded = load({ port: hub.ports.plain, clients, firstSeq: FIRST_SEQ }, { seconds })
    const backupMs = backup ? await timedBackup(folder, Math.max(BEGIN_MS, (seconds * 1_000) / 3 + 1_000)) : 0
    return { ...(await loaded), backupMs }
  } finally {
    await hub.stop()
  }
}

async function timedBackup(folder: string, afterMs: number): Promise<number> {
  await wait(systemClock, afterMs)
  const started = systemClock.mono()
  await new BackupCopier(folder).copy(systemClock.now())
  return Math.round(systemClock.mono() - started)
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`scripts/bench: ${explain(error)}\n`)
    process.exit(1)
  },
)
