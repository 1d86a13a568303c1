import { beforeEach, describe, expect, it } from 'vitest'
import { query } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { arrives, houseWithSpeakers, say } from '../sessions/talk.ts'

let house: TestHouse
beforeEach(() => {
  house = houseWithSpeakers()
  say(house, 'groups/create', { name: 'Night' })
  say(house, 'groups/assign', { group: 'Night', device: 'kitchen-pi' })
  house.tick(1_000)
  house.published('kitchen-pi/desired')
})

/** What it was told last, at once or within a second. */
const told = () => {
  const atOnce = house.published('kitchen-pi/desired')
  house.tick(1_000)
  return [...atOnce, ...house.published('kitchen-pi/desired')].at(-1)
}
const lines = () => query<{ settings: unknown[] }>(house, 'devices/show', { device: 'kitchen-pi' }).settings

describe('the volume of a speaker', () => {
  it('is its own, else that of its group, and goes to it with a version', () => {
    say(house, 'groups/update', { group: 'Night', volume: 40 })
    expect(told()).toMatchObject({ version: 2, settings: { volume: 40 } })
    say(house, 'devices/configure', { device: 'kitchen-pi', volume: 70 })
    expect(told()).toMatchObject({ version: 3, settings: { volume: 70 } })
    say(house, 'devices/configure', { device: 'kitchen-pi', reset: 'volume' })
    expect(told()).toMatchObject({ version: 4, settings: { volume: 40 } })
    say(house, 'groups/update', { group: 'Night', clear: 'volume' })
    expect(told()?.settings).toEqual({})
  })

  it('is never so soft that somebody for emergencies is missed, and is what it was behind that', () => {
    say(house, 'devices/configure', { device: 'kitchen-pi', volume: 0 })
    expect(told()?.settings).toEqual({ volume: 0 })
    say(house, 'groups/update', { group: 'Night', persona: 'emergency' })
    expect(told()?.settings).toEqual({ volume: 30 })
    say(house, 'groups/update', { group: 'Night', clear: 'persona' })
    expect(told()?.settings).toEqual({ volume: 0 })
  })

  it('is shown with what the device says of it', () => {
    say(house, 'groups/update', { group: 'Night', volume: 40 })
    const version = told()?.version ?? 0
    expect(lines()).toEqual([{ setting: 'volume', wanted: '40', says: 'not taken yet' }])
    house.send(['lares/kitchen-pi/reported', { version, settings: { volume: 40 }, refused: [] }])
    expect(lines()).toEqual([{ setting: 'volume', wanted: '40', says: 'taken' }])
  })

  it('is a whole number of a hundred, also for a group', () => {
    for (const volume of [-1, 101, 40.5])
      expect(say(house, 'devices/configure', { device: 'kitchen-pi', volume }).error).toMatchObject({
        code: 'bad_params',
      })
    expect(say(house, 'groups/update', { group: 'Night', settings: { volume: 'loud' } }).error).toMatchObject({
      message: 'settings.volume: is no volume',
    })
  })

  it('of a group is nothing to a device that has no speaker, nor is what central wrote there that is none', () => {
    say(house, 'groups/update', { group: 'Night', volume: 40 })
    told()
    house.db.exec("UPDATE devices SET capabilities = '[]' WHERE id = 'kitchen-pi'")
    say(house, 'houses/update', { name: 'Cottage' })
    expect(told()?.settings).toEqual({})
    arrives(house, 'kitchen-pi')
    house.db.exec(`UPDATE device_groups SET settings = '{"volume":"all"}'`)
    say(house, 'houses/update', { name: 'House' })
    told()
    expect(lines()).toEqual([])
  })
})

describe('by voice', () => {
  const asks = (text: string, device = 'kitchen-pi') =>
    say(house, 'voice/ask', { text, device }).data as { text: string; done: string[] }

  it('it goes up and down by ten, to a number, and off and on', () => {
    expect(asks('quieter').text).toBe('Volume 90 percent.')
    expect(asks('louder').text).toBe('Volume 100 percent.')
    expect(asks('louder').text).toBe('I cannot speak any louder.')
    expect(asks('set the volume to fifty').text).toBe('Volume 50 percent.')
    expect(told()?.settings).toEqual({ volume: 50 })
    expect(asks('mach lauter').text).toBe('Lautstärke 60 Prozent.')
    expect(asks('mute yourself').text).toBe('I am silent now.')
    expect(told()?.settings).toEqual({ volume: 0 })
    expect(asks('stummschaltung aufheben').text).toBe('Lautstärke 50 Prozent.')
    house.restart()
    expect(house.published('kitchen-pi/desired').at(-1)?.settings).toEqual({ volume: 50 })
    expect(asks('set the volume to two hundred').done).toEqual([])
  })

  it('it is not softer than somebody for emergencies may be, and says so', () => {
    say(house, 'groups/update', { group: 'Night', persona: 'emergency' })
    house.tick(1_000)
    expect(asks('volume to five percent').text).toBe('I stay at 30 percent, so that an emergency is heard.')
    expect(told()?.settings).toEqual({ volume: 30 })
  })

  it('it is told whoever has something ring on a silent speaker', () => {
    asks('mute yourself')
    expect(asks('set a timer for ten minutes').text).toBe(
      'A timer of 10 minutes is set. But this speaker is silent, so nobody will hear it.',
    )
    expect(asks('weck mich jeden Werktag um sieben').text).toContain('niemand wird es hören')
    expect(asks('set a timer for ten minutes', 'hall-pi').text).toBe('A timer of 10 minutes is set.')
  })

  it('it is that of a speaker, and of who was spoken to', () => {
    asks('volume fifty', 'hall-pi')
    expect(told()).toBeUndefined()
    house.db.exec("UPDATE devices SET capabilities = '[]' WHERE id = 'kitchen-pi'")
    expect(asks('louder')).toMatchObject({ text: 'I cannot change the volume of this speaker.', done: [] })
  })
})
