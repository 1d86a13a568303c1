import { beforeEach, describe, expect, it } from 'vitest'
import { commandInput, query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { comes } from './meeting.ts'

let house: TestHouse
beforeEach(() => {
  house = openTestHouse()
  house.device('kitchen-pi')
})

const give = (more = {}) =>
  house.send(commandInput('devices/command', { device: 'kitchen-pi', command: 'identify', ...more }))
const told = () => house.published('kitchen-pi/command')
const listed = () => query<{ commands: { state: string; says: string }[] }>(house, 'devices/commands').commands
const states = () => listed().map(({ state }) => state)

/** The hub ends and starts so much later by the wall clock, with a monotonic clock that begins anew. */
function restartAfter(ms: number, clockSynced: boolean | null = true): void {
  house.now += ms
  house.clockSynced = clockSynced
  house.restart()
}

describe('a command that waits while the hub restarts', () => {
  it('is told when its device comes back, with the time that is left', () => {
    give({ within: '10min' })
    restartAfter(60_000)
    house.tick(1_000)
    comes(house, 'kitchen-pi')
    expect(told()).toMatchObject([{ name: 'identify', expires_in_ms: 539_000 }])
  })

  it('that was sent and not answered is told again, with the same id', () => {
    comes(house, 'kitchen-pi')
    give({ within: '10min' })
    const [first] = told()
    restartAfter(1_000)
    comes(house, 'kitchen-pi')
    expect(told()).toEqual([{ ...first, expires_in_ms: 599_000 }])
    house.send(['lares/kitchen-pi/result', { id: first?.id, ok: true }])
    expect(states()).toEqual(['completed'])
  })

  it('is over where the time went by meanwhile', () => {
    give()
    restartAfter(60_000)
    expect(states()).toEqual(['failed'])
    comes(house, 'kitchen-pi')
    expect(told()).toEqual([])
  })

  it.each([
    ['follows no time source', 1_000, false],
    ['is not known to follow one', 1_000, null],
    ['ran backwards', -1_000, true],
  ])('is over rather than late where the clock %s', (_, ms, synced) => {
    give({ within: '1d' })
    restartAfter(ms, synced)
    expect(listed()).toMatchObject([
      {
        state: 'failed',
        says: 'kitchen-pi was not told before the hub restarted, whose clock does not say how long that took: identify was not run',
      },
    ])
    comes(house, 'kitchen-pi')
    expect(told()).toEqual([])
  })

  it('expires by the monotonic clock from then on, whatever the wall clock does', () => {
    give({ within: '10min' })
    restartAfter(60_000)
    house.tick(1_000)
    const tick = (mono: number, now: number) => {
      house.effects = house.engine.tick({ now, clockSynced: true, mono })
    }
    tick(house.now + 500_000, house.now - 86_400_000)
    expect(states()).toEqual(['pending'])
    tick(house.now + 540_000, house.now - 86_400_000)
    expect(states()).toEqual(['failed'])
  })

  it('answers whoever asked with what is known', () => {
    comes(house, 'kitchen-pi')
    give()
    restartAfter(1_000)
    expect(house.published('/devices/command')).toMatchObject([{ status: 'pending', data: { state: 'executing' } }])
    house.tick(30_000)
    expect(house.published('/devices/command')).toEqual([])
  })
})

it('a batch that fails as a whole gives no command, and tells nobody', () => {
  comes(house, 'kitchen-pi')
  house.db.exec("CREATE TRIGGER broken BEFORE INSERT ON commands_underway BEGIN SELECT RAISE(ABORT, 'no'); END")
  give()
  expect(told()).toEqual([])
  expect(house.all('SELECT 1 FROM control_actions')).toEqual([])
})
