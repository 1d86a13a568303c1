import { beforeEach, describe, expect, it } from 'vitest'
import { memberOf } from '../../callers.ts'
import { ask, commandInput, data } from '../../engine/ask.ts'
import { START, type TestHouse } from '../../engine/engine-in-memory.ts'
import { spokenHouse } from './spoken-house.ts'

interface Answered {
  text: string
  intent: string | null
  heard: Record<string, string>
  done: string[]
  language: string
}

let house: TestHouse
beforeEach(() => {
  house = spokenHouse('en')
})

const say = (text: string, more: Record<string, unknown> = { device: 'kitchen-speaker' }) =>
  data<Answered>(ask(house, commandInput('voice/ask', { text, ...more })))
const told = () =>
  house.all<{ parameters: string; device_id: string }>('SELECT device_id, parameters FROM control_actions')
const home = () => house.all<{ id: string }>("SELECT id FROM houses WHERE name = 'Home'")[0]?.id ?? ''

describe('by voice', () => {
  it('nothing is opened or unlocked that lets somebody in', () => {
    for (const text of [
      'open the front door',
      'turn off the front door',
      'open the garage door',
      'set the garage door to 50 percent',
    ])
      expect(say(text)).toMatchObject({
        text: expect.stringMatching(/is not switched by voice\.$/),
        intent: null,
        done: [],
      })
    // Whatever it is called.
    house.db.prepare("UPDATE devices SET name = 'Big Bertha' WHERE name = 'garage door'").run()
    house.db.prepare("UPDATE device_entities SET name = 'wing' WHERE device_class = 'garage'").run()
    expect(say('open big bertha').text).toBe('Big bertha is not switched by voice.')
    for (const text of ['unlock the front door', 'unlock all doors'])
      expect(say(text)).toMatchObject({ intent: null, done: [] })
    expect(told()).toEqual([])
  })

  it.each([
    ['Garage', 'cover'],
    ['Garden gate', 'switch'],
    ['Front door opener', 'switch'],
    ['Garagentor', 'cover'],
    ['Türöffner Haustür', 'switch'],
    ['Türöffner', 'switch'],
    ['frontdoor_relay', 'switch'],
    ['Doorlock', 'switch'],
    ['Garagendeckel', 'cover'],
    ['Torantrieb', 'cover'],
  ])('%s is not moved, where nothing says what kind of %s it is', (name, type) => {
    const orders = JSON.stringify(type === 'cover' ? ['open', 'close'] : ['on', 'off'])
    house.db.prepare("UPDATE devices SET name = ? WHERE id = 'living-blind'").run(name)
    house.db
      .prepare("UPDATE device_entities SET entity_type = ?, device_class = NULL WHERE device_id = 'living-blind'")
      .run(type)
    house.db
      .prepare(
        "UPDATE entity_orders SET orders = ? WHERE entity_id = (SELECT id FROM device_entities WHERE device_id = 'living-blind')",
      )
      .run(orders)
    for (const text of [`open the ${name}`, `turn on the ${name}`, `schalte ${name} ein`, 'turn everything on'])
      expect(say(text, { device: 'kitchen-speaker' }).done).toEqual([])
    expect(told()).toEqual([])
  })

  it('a fan and a monitor are moved all the same, though their names end like a gate', () => {
    house.db.prepare("UPDATE devices SET name = 'Monitor' WHERE id = 'living-blind'").run()
    expect(say('open the monitor').done).toHaveLength(1)
  })

  it('nothing is switched in another house, whoever asks', () => {
    house.db
      .prepare("INSERT INTO houses (id, name, timezone, created_at, updated_at) VALUES ('h2', 'Cabin', 'UTC', 1, 1)")
      .run()
    house.db.prepare("UPDATE devices SET house_id = 'h2', room_id = NULL WHERE id = 'living-floor-lamp'").run()
    expect(say('turn off all lights').done).toHaveLength(3)
    expect(say('turn off the floor lamp')).toMatchObject({ intent: null })
    expect(told().map(({ device_id }) => device_id)).not.toContain('living-floor-lamp')
  })

  it('a persona that names what it may do does nothing else', () => {
    house.db.prepare(`UPDATE personas SET behavior_config = '{"actions":["timers/*"]}' WHERE id = 'companion'`).run()
    expect(say('set a timer for ten minutes').done).toHaveLength(1)
    expect(say('what time is it').text).toBe('It is 1 AM.')
    expect(say('turn on the kitchen lamp')).toMatchObject({ text: 'I may not do that here.', done: [] })
    expect(told()).toEqual([])
  })

  it('nobody does more than they may do in the house', () => {
    const by = (caller: ReturnType<typeof memberOf>) =>
      ask(house, commandInput('voice/ask', { text: 'help' }, { caller }))
    expect(by(memberOf('guest', home())).error?.code).toBe('forbidden')
    expect(by(memberOf('resident', home())).status).toBe('ok')
  })
})

describe('what is switched', () => {
  it('is what was named, at once, and it says what it is doing', () => {
    expect(say('turn on the kitchen lamp')).toMatchObject({ text: 'Switching kitchen lamp on.', intent: 'switch_on' })
    expect(say('set the heater to twenty one point five degrees').text).toBe('Setting heater to 21.5 degrees.')
    expect(say('close the blind').text).toBe('Closing blind.')
    expect(told().map(({ parameters }) => JSON.parse(parameters))).toMatchObject([
      { output: 'light', order: 'on' },
      { output: 'climate', order: 'temperature', degrees: 21.5 },
      { output: 'cover', order: 'close' },
    ])
    expect(house.all('SELECT 1 FROM commands_underway WHERE asker IS NOT NULL')).toEqual([])
  })

  it('is in the room of whoever was spoken to where nobody says which', () => {
    expect(say('turn the lights on', { device: 'bed-speaker' }).text).toBe('Switching bedside lamp on.')
    expect(say('turn the lights on', { device: 'kitchen-speaker' }).text).toBe('Switching kitchen lamp on.')
    expect(say('turn the lights on', {}).text).toBe('I find no light here. Say which room.')
    expect(say('turn off everything in the living room').done).toHaveLength(2)
  })

  it('is asked for where several are called alike', () => {
    house.db.prepare("UPDATE devices SET name = 'lamp' WHERE id IN ('living-floor-lamp', 'bed-bedside-lamp')").run()
    expect(say('turn on the lamp', { device: 'bed-speaker' }).text).toBe('Switching lamp on.')
    expect(say('turn on the device lamp light', {}).intent).toBeNull()
    expect(told().map(({ device_id }) => device_id)).toEqual(['bed-bedside-lamp'])
  })

  it('is said to be away where it is', () => {
    house.db.prepare("UPDATE devices SET status = 'offline' WHERE id = 'kitchen-kitchen-lamp'").run()
    expect(say('turn on the kitchen lamp').text).toBe('Kitchen lamp cannot be reached.')
  })
})

describe('what heats', () => {
  it.each(['heater', 'heating', 'thermostat', 'radiator'])('is understood as the %s, whatever it is called', (word) => {
    house.db.prepare("UPDATE devices SET name = 'Comet 4' WHERE id = 'living-heater'").run()
    expect(say(`turn the ${word} to nineteen degrees`, { device: 'living-speaker' }).done).toHaveLength(1)
    expect(say(`turn the living room ${word} to nineteen degrees`).done).toHaveLength(1)
    expect(say('stell die Heizung auf 19 Grad', { device: 'living-speaker' }).done).toHaveLength(1)
  })

  it('is not what cools', () => {
    house.db.prepare("UPDATE devices SET name = 'AC' WHERE id = 'living-heater'").run()
    house.db.prepare("UPDATE device_entities SET name = 'AC' WHERE device_id = 'living-heater'").run()
    expect(say('turn the heating to nineteen degrees').intent).toBeNull()
    expect(say('set the ac to nineteen degrees').done).toHaveLength(1)
  })
})

describe('names', () => {
  it('are those that things have now', () => {
    expect(say('turn on the disco ball').intent).toBeNull()
    house.db.prepare("UPDATE devices SET name = 'Disco-Ball' WHERE id = 'living-floor-lamp'").run()
    expect(say('turn on the disco ball').intent).toBe('switch_on')
    house.db.prepare("UPDATE devices SET revoked_at = 1 WHERE id = 'living-floor-lamp'").run()
    expect(say('turn on the disco ball').intent).toBeNull()
    house.db.prepare("UPDATE rooms SET name = 'Studio' WHERE id = 'bed'").run()
    expect(say('how warm is the studio').text).toBe('Studio, temperature: 21.5 degrees.')
  })
})

describe('an answer', () => {
  it('is repeated to whom it was given, and to nobody else', () => {
    say('is ben home')
    expect(say('repeat that').text).toBe('Ben is not at home.')
    expect(say('repeat that', { device: 'bed-speaker' }).text).toBe('I have not said anything yet.')
  })

  it('says what was heard where nothing was understood', () => {
    expect(say('the weather is nice')).toMatchObject({
      ...{ text: 'I did not understand. I heard: the weather is nice.', intent: null, done: [] },
    })
  })

  it('is in the language in which it was asked, whatever that of the persona is', () => {
    expect(say('wie spät ist es')).toMatchObject({ text: 'Es ist 1 Uhr.', language: 'de' })
    expect(say('wie spät ist es', { language: 'en' }).intent).toBeNull()
  })

  it('tells how old a value is, and of which sensor of a room', () => {
    house.now = START + 3 * 3_600_000
    expect(say('how warm is the kitchen').text).toBe('Kitchen, temperature: 21.5 degrees, 3 hours ago.')
    expect(say('how much power is the washing machine using').text).toContain('412 watts')
    expect(say('is the garage window open').text).toBe('Garage window is open.')
  })
})

describe('timers and alarms by voice', () => {
  it('ring where they were set, and stop there', () => {
    say('set a pasta timer for ten minutes')
    say('set a timer for ten minutes', { device: 'bed-speaker' })
    house.tick(600_000)
    expect(say('stop', { device: 'living-speaker' }).text).toBe('Nothing is ringing.')
    expect(say('stop').done).toHaveLength(1)
    expect(house.all("SELECT device_id FROM timers WHERE state = 'ringing'")).toEqual([{ device_id: 'bed-speaker' }])
  })

  it('are cancelled by name, by span, or all, and not by guessing', () => {
    say('set a pasta timer for ten minutes')
    say('set a timer for five minutes')
    expect(say('cancel the timer').done).toEqual([])
    expect(say('cancel the pasta timer').text).toBe('The timer is cancelled.')
    expect(say('cancel the ten minute timer').text).toBe('No timer is running.')
    expect(say('cancel the five minute timer').text).toBe('The timer is cancelled.')
    expect(say('how long is left on the timer').text).toBe('No timer is running.')
  })

  it('mean the next time of two halves of a day, and the day that was said', () => {
    // One at night in Berlin, on a Thursday.
    expect(say('wake me at half past seven').text).toBe('The alarm is set for today at half past 7 AM.')
    expect(say('wake me at quarter to one').text).toBe('The alarm is set for today at 12:45 PM.')
    expect(say('wake me tomorrow at seven').text).toBe('The alarm is set for tomorrow at 7 AM.')
    expect(say('wake me on thursday at midnight').text).toBe('The alarm is set for Thursday next week at midnight.')
    house.now += 10 * 3_600_000
    expect(say('set an alarm for seven').text).toBe('The alarm is set for today at 7 PM.')
    expect(say('cancel all alarms').text).toBe('5 alarms are cancelled.')
  })

  it('come again on the days that were said, and are left out for one of them', () => {
    expect(say('wake me every weekday at seven').text).toBe('The alarm is set for every weekday at 7 AM.')
    expect(say('weck mich jeden abend um acht').text).toBe('Der Wecker ist gestellt: jeden Tag um 20 Uhr.')
    expect(say('wake me on sundays at nine').text).toBe('The alarm is set for every Sunday at 9 AM.')
    expect(say('do i have an alarm for wednesday').text).toContain('2 alarms are set')
    expect(say('cancel the alarm for sunday').text).toBe(
      'Left out once. The alarm rings again Sunday next week at 9 AM.',
    )
    expect(say('lösch den wecker um neun').text).toBe('Der Wecker ist gelöscht.')
    expect(say('cancel the eight o clock alarm').text).toBe('The alarm is cancelled.')
    expect(say('i do not need the alarm today').text).toBe('Left out once. The alarm rings again tomorrow at 7 AM.')
    expect(say('cancel the alarm').text).toBe('The alarm is cancelled.')
    house.tick(7 * 24 * 3_600_000)
    expect(house.all("SELECT 1 FROM events WHERE event_type = 'timer_rang'")).toEqual([])
  })

  it('say so where the hub does not know how late it is', () => {
    house.clockSynced = false
    expect(say('wake me at half past seven').text).toContain('I am not sure of my clock')
  })
})

describe('what is to be remembered', () => {
  it('is told again in the order in which it was said', () => {
    say('remember that the key is under the mat')
    say('make a note that Ben comes on Friday')
    expect(say('what did i ask you to remember').text).toBe(
      'You asked me to remember: the key is under the mat; Ben comes on Friday.',
    )
  })
})
