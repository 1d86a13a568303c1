import type { Sink } from '../../../hub/engine/follower-sink.ts'
import type { FollowerStep } from '../../../hub/engine/follower-step.ts'
import { FollowerRunner } from '../../../hub/front/follower-runner.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { systemClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { openTestHouse } from '../../hub/engine/engine-in-memory.ts'
import { inside, outside } from '../../hub/features/followers/test-followers.ts'
import { NO_SECRETS } from '../../hub/secrets/keys-in-memory.ts'

export interface FollowersLife {
  folder: string
  /** The server that takes rows. */
  url: string
  /** Readings that are stored first. */
  readings: number
  /** Called at each moment of a batch. */
  at: (moment: string) => void
}

/**
 * One life of a house over a database in a folder, with a follower that sends readings to a server and one that adds them up.
 * Resolves once both had everything.
 */
export async function liveFollowers({ folder, url, readings, at }: FollowersLife): Promise<void> {
  const { db, ...store } = openStore({ folder, now: systemClock.now(), log: silentLog })
  const base = inside()
  const sums = inside({
    apply(context, rows) {
      base.apply(context, rows)
      at('in the transaction of the work')
    },
  })
  const house = openTestHouse({ db, followers: [outside({ backoff: { firstMs: 1, capMs: 1 } }), sums] })
  const sink: Sink = async (rows, { signal, epoch }) => {
    at('before the delivery')
    const body = rows.map(({ id }) => `${epoch} ${id}\n`).join('')
    await fetch(url, { method: 'POST', body, signal })
    at('after the delivery')
  }
  const runner = new FollowerRunner({
    async persist(change: FollowerStep) {
      at(`before ${change.step}`)
      const answer = house.input({ kind: 'follower', change })
      at(`after ${change.step}`)
      return answer
    },
    isOpen: () => true,
    secrets: NO_SECRETS,
    clock: systemClock,
    log: silentLog,
    sinks: new Map([['export', async () => sink]]),
  })
  if (readings > 0) {
    if (!db.prepare("SELECT 1 FROM devices WHERE id = 'garden-esp'").get()) house.device('garden-esp', 'mqtt')
    const items = Array.from({ length: readings }, () => ({ sensor: 's', kind: 'number', value: 1 }))
    house.send(['lares/garden-esp/readings', { items }])
  }
  runner.start()
  const behind = 'SELECT 1 FROM followers WHERE position < (SELECT max(id) FROM readings)'
  await new Promise<void>((resolve) => {
    const stop = systemClock.every(10, () => {
      if (db.prepare(behind).get() !== undefined) return
      stop()
      resolve()
    })
  })
  await runner.stop()
  store.close()
}
