import { openOutboxDatabase } from '../../edge/outbox/open-outbox.ts'
import { Outbox } from '../../edge/outbox/outbox.ts'
import { systemClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'

/**
 * Writes numbered readings into the outbox of a folder as fast as the disk takes them, and prints each number after
 * it is stored, until somebody kills it.
 */
const [folder = '', first = '0'] = process.argv.slice(2)
const { db, stamp } = openOutboxDatabase(folder, systemClock, silentLog)
const outbox = new Outbox({ db, stamp, clock: systemClock, boot: 'boot-1', log: silentLog })
for (let value = Number(first); ; value += 1) {
  if (outbox.readings([{ sensor: 'cpu', value }]) === 'stored') process.stdout.write(`${value}\n`)
}
