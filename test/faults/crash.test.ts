import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startHub } from '../../scripts/lib/bench/hub-process.ts'
import { checkHistory } from './lib/check-history.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { makeFleet, pause, progress, runFleet, settleFleet, within } from './lib/fleet.ts'
import { chosenSeed, seededRandom } from './lib/seeded-random.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 20)
const DEVICES = 8

describe('a hub that is killed under load', () => {
  let data: ReturnType<typeof makeDataFolder>

  beforeEach(() => {
    data = makeDataFolder()
  })
  afterEach(() => data.remove())

  it(
    `keeps every acknowledged message, once and in order, over ${ROUNDS} rounds`,
    async () => {
      const seed = chosenSeed()
      const random = seededRandom(seed)
      console.log(`seed ${seed} (LARES_TEST_SEED=${seed} repeats it)`)
      let hub = await startHub(data)
      const devices = await makeFleet(hub, DEVICES, random)
      let acknowledged = 0
      for (let round = 1; round <= ROUNDS; round += 1) {
        const closed = runFleet(devices, hub)
        // Mostly in the middle of the work, sometimes while devices are still being let in.
        if (random() < 0.8) await within(60_000, progress(devices, random() * 3_000))
        await pause(random() * 60)
        await hub.kill()
        await closed
        const check = checkHistory(data.folder, devices)
        expect({ seed, round, faults: check.faults }).toEqual({ seed, round, faults: [] })
        acknowledged = check.acknowledged
        hub = await startHub(data)
      }
      await settleFleet(devices, hub)
      expect(await hub.stop()).toBe(0)
      const end = checkHistory(data.folder, devices)
      expect({ seed, faults: end.faults }).toEqual({ seed, faults: [] })
      const sent = devices.reduce((sum, device) => sum + device.lanes.live.sent + device.lanes.backlog.sent, 0)
      expect(end.stored).toBe(sent)
      expect(acknowledged).toBeGreaterThan(ROUNDS)
      console.log(
        `${ROUNDS} kills, ${acknowledged} messages acknowledged before the last, ${end.stored} stored at the end, none lost`,
      )
    },
    ROUNDS * 30_000,
  )
})
