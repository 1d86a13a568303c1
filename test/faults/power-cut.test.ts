import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startHub } from '../../scripts/lib/bench/hub-process.ts'
import { checkHistory } from './lib/check-history.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { makeFleet, pause, progress, runFleet, settleFleet, within } from './lib/fleet.ts'
import { CUT, type PowerCut, startDoomedHub } from './lib/power-cut-hub.ts'
import { chosenSeed, seededRandom } from './lib/seeded-random.ts'
import { shimTrouble } from './lib/shim.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 8)
const DEVICES = 8

describe.skipIf(shimTrouble !== null)('a hub that loses power under load', () => {
  let data: ReturnType<typeof makeDataFolder>

  beforeEach(() => {
    data = makeDataFolder()
  })
  afterEach(() => data.remove())

  /** Makes devices with a hub that is stopped in order, so that they are on the disk whatever comes. */
  async function devicesFor(random: () => number) {
    const hub = await startHub(data)
    const devices = await makeFleet(hub, DEVICES, random)
    expect(await hub.stop()).toBe(0)
    return devices
  }

  /** A hub that may lose power before it listens: how it ended. */
  async function cutDuringSync(afterSyncs: number, seed: number) {
    try {
      const hub = await startDoomedHub({ folder: data.folder, seed, keep: 'some', afterSyncs })
      return await hub.stop()
    } catch (error) {
      // It ended before it was ready; the message names the exit status.
      return Number(/ended with (\d+)/.exec(String(error))?.[1] ?? Number.NaN)
    }
  }

  it(
    `keeps every acknowledged message, once and in order, over ${ROUNDS} power cuts`,
    async () => {
      const seed = chosenSeed()
      const random = seededRandom(seed)
      console.log(`seed ${seed} (LARES_TEST_SEED=${seed} repeats it)`)
      const devices = await devicesFor(random)
      let check = checkHistory(data.folder, devices)
      for (let round = 1; round <= ROUNDS; round += 1) {
        const keep = random() < 0.5 ? 'none' : 'some'
        const hub = await startDoomedHub({ folder: data.folder, seed: seed + round, keep })
        const closed = runFleet(devices, hub)
        await within(60_000, progress(devices, random() * 3_000))
        await pause(random() * 20)
        hub.signal('SIGUSR2')
        expect(await hub.ended).toBe(CUT)
        await closed
        check = checkHistory(data.folder, devices)
        expect({ seed, round, keep, faults: check.faults }).toEqual({ seed, round, keep, faults: [] })
      }
      const hub = await startHub(data)
      await settleFleet(devices, hub)
      expect(await hub.stop()).toBe(0)
      const end = checkHistory(data.folder, devices)
      expect({ seed, faults: end.faults }).toEqual({ seed, faults: [] })
      console.log(`${ROUNDS} power cuts, ${check.acknowledged} messages acknowledged before the last, none lost`)
    },
    ROUNDS * 60_000,
  )

  it('opens again after a power cut at any of its fsyncs, from the very first start on', async () => {
    const seed = chosenSeed()
    let cuts = 0
    for (const afterSyncs of [1, 2, 3, 5, 8, 13, 21]) {
      const end = await cutDuringSync(afterSyncs, seed)
      // A start and an end have only so many.
      if (end === 0) break
      expect({ afterSyncs, seed, end }).toEqual({ afterSyncs, seed, end: CUT })
      cuts += 1
      const hub = await startHub(data)
      await makeFleet(hub, 1, seededRandom(seed))
      expect({ afterSyncs, seed, code: await hub.stop(), log: hub.log() }).toMatchObject({ code: 0 })
      data.remove()
      data = makeDataFolder()
    }
    expect(cuts).toBeGreaterThan(3)
  })

  it.each(['synchronous-normal', 'ack-first'] as const)(
    'would notice a hub without its safeguard: %s loses acknowledged messages',
    async (mutation) => {
      const random = seededRandom(7)
      const devices = await devicesFor(random)
      const cut: PowerCut = { folder: data.folder, seed: 7, keep: 'none', mutation }
      const faults: string[] = []
      for (let round = 1; round <= 5 && faults.length === 0; round += 1) {
        const hub = await startDoomedHub(cut)
        const closed = runFleet(devices, hub)
        await within(60_000, progress(devices, 500))
        hub.signal('SIGUSR2')
        expect(await hub.ended).toBe(CUT)
        await closed
        faults.push(...checkHistory(data.folder, devices).faults)
      }
      expect(faults.join('\n')).toContain('acknowledged messages are lost')
    },
  )
})
