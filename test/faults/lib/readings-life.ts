import { newestKey } from '../../../hub/store/append-keys.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { silentLog } from '../../../shared/log.ts'
import { ask, commandInput } from '../../hub/engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../hub/engine/engine-in-memory.ts'
import { guest, LANES, OF_GUEST, SENDERS, type Sender, sentMessage } from './sent-readings.ts'
import { watchStatements } from './watched-statements.ts'

const HOUR = 3_600_000
/** As many as make a step of the index in the middle of it. */
const BATCHES = 12
/** Sent once more than was acknowledged: what a device has in its outbox when an acknowledgement is lost. */
const AGAIN = 2

/** A message that the house has committed, and what it made of it. */
export interface AcknowledgedMessage extends Sender {
  seq: number
  verdict: string
}

/** What a house says after a commit. Keys of readings: the newest before it and with it. */
export interface AfterCommit {
  acknowledged: AcknowledgedMessage[]
  keys: { before: number; newest: number }
}

export interface ReadingsLife {
  folder: string
  /** The n-th of the house: the clock goes on with it. */
  life: number
  /** How far each lane is acknowledged, by `device lane`. */
  acknowledged: Readonly<Record<string, number>>
  /** Called at each moment. */
  at: (moment: string) => void
  said: (after: AfterCommit) => void
}

/**
 * One life of a house over a database in a folder: readings and events of three devices in three lanes, some of them sent again,
 * the index that is filled meanwhile, rollups and a purge of what is old, a device that is erased, and a stop in order.
 */
export function liveReadings({ folder, life, acknowledged, at, said }: ReadingsLife): void {
  const now = START + life * 6 * HOUR
  const { db, ...store } = openStore({ folder, now, log: silentLog })
  watchStatements(db, at)
  const house = openTestHouse({ db, now })
  // A part of the house fails on it: its whole batch is taken back and runs again, input by input.
  db.exec(
    "CREATE TEMP TRIGGER broken BEFORE INSERT ON main.events WHEN NEW.event_type = 'poison' BEGIN SELECT RAISE(ABORT, 'poisoned'); END",
  )
  const send = (messages: (Sender & { seq: number })[], more: Parameters<TestHouse['send']> = []) => {
    const before = newestKey(db, 'readings')
    const verdicts = house.send(...messages.map((message) => sentMessage(message, message.seq)), ...more)
    said({
      acknowledged: messages.map((message, index) => ({ ...message, verdict: verdicts[index] ?? '' })),
      keys: { before, newest: newestKey(db, 'readings') },
    })
  }
  for (const device of SENDERS) introduce(house, device)
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const messages = SENDERS.flatMap((device) =>
      LANES.map((lane) => {
        const from = Math.max(1, (acknowledged[`${device} ${lane}`] ?? 0) - AGAIN + 1)
        return { device, lane, seq: from + batch }
      }),
    )
    send(messages, batch % 6 === 5 ? [[`lares/${SENDERS[0]}/event`, { type: 'poison' }]] : [])
  }
  // In the first hour all is rolled up, in the next what is old is purged.
  pass(house)
  pass(house)
  const { device } = guest(life)
  introduce(house, device)
  const ofGuest = Array.from({ length: OF_GUEST.all }, (_, index) => ({ ...guest(life), seq: index + 1 }))
  send(ofGuest.slice(0, OF_GUEST.first))
  pass(house)
  send(ofGuest.slice(OF_GUEST.first))
  ask(house, commandInput('devices/erase', { device }))
  const unfinished = "SELECT 1 FROM erasures WHERE state IN ('events', 'rows')"
  for (let ticks = 0; ticks < 50 && house.all(unfinished).length > 0; ticks += 1) house.tick(1_000)
  house.engine.stop({ now: house.now, clockSynced: true })
  store.close()
}

function introduce(house: TestHouse, device: string): void {
  if (house.all('SELECT 1 FROM devices WHERE id = ?', device).length === 0) house.device(device, 'mqtt')
}

/** A full hour comes, and as many ticks as its work takes. */
function pass(house: TestHouse): void {
  house.tick(HOUR)
  for (let ticks = 0; ticks < 8; ticks += 1) house.tick(1_000)
}
