import type { TestHouse } from '../../engine/engine-in-memory.ts'

let connects = 0

/** An agent connects and introduces itself. */
export function comes(house: TestHouse, device: string): void {
  connects += 1
  const birth = {
    ...{ agent: '1.0.0', hardware: null, boot: 'b', epoch: 'e1', connects, capabilities: [], sensors: [] },
    ...{ clock: { synced: true, source: null }, sent: { at: house.now, mono: house.now } },
  }
  house.send({ kind: 'presence', device, online: true, reason: 'connected' }, [`lares/${device}/birth`, birth])
}

export function leaves(house: TestHouse, device: string): void {
  house.send({ kind: 'presence', device, online: false, reason: 'lost' })
}
