import { systemClock, wait } from '../../../../shared/clock.ts'
import { residentMb } from '../figures.ts'
import type { MakerHouse } from './maker-house.ts'

/** Where no bridge announces anything. */
const NOBODY = 'nobody'

/** Resident memory in MB of a hub with the devices of the house, and of one that listens at the same broker and has none. */
export async function addedMemory(
  house: MakerHouse,
  { empty, idleMs }: { empty: string; idleMs: number },
): Promise<{ with: number; without: number }> {
  const hubs = [await house.startHub({}), await house.startHub({ folder: empty, prefix: NOBODY })]
  try {
    await wait(systemClock, idleMs)
    const [full = 0, bare = 0] = hubs.map(({ pid }) => residentMb(pid))
    return { with: full, without: bare }
  } finally {
    await Promise.all(hubs.map((hub) => hub.stop()))
  }
}
