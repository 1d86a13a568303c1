import { beforeEach, describe, expect, it } from 'vitest'
import { speakingPersona } from '../../../../hub/features/personas/speaking-persona.ts'
import { ask, commandInput, data } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { comes } from '../control/meeting.ts'

let house: TestHouse
beforeEach(() => {
  house = openTestHouse()
  for (const device of ['kitchen-pi', 'hall-pi']) house.device(device)
  for (const verb of ['create', 'assign'] as const)
    say(`groups/${verb}`, verb === 'create' ? { name: 'Day' } : { group: 'Day', device: 'kitchen-pi' })
  say('groups/assign', { group: 'Day', device: 'hall-pi' })
})

function say(verb: `${string}/${string}`, params: Record<string, unknown>) {
  return data(ask(house, commandInput(verb, params)))
}
const speaks = (device: string) => speakingPersona(house.db, device)?.id ?? null
/** The persona that each device was told within the next second. */
const told = () => {
  house.tick(1_000)
  return Object.fromEntries(
    house.effects.flatMap((effect) =>
      effect.kind === 'publish' && effect.topic.endsWith('/desired')
        ? [[effect.topic.split('/')[1], JSON.parse(effect.payload).persona]]
        : [],
    ),
  )
}

describe('who speaks on a device', () => {
  it('is its own persona before that of its group, and the companion where nobody was named', () => {
    expect(speaks('kitchen-pi')).toBe('companion')
    say('groups/update', { group: 'Day', persona: 'medication_nurse' })
    say('devices/configure', { device: 'hall-pi', persona: 'companion' })
    expect([speaks('kitchen-pi'), speaks('hall-pi')]).toEqual(['medication_nurse', 'companion'])
    say('groups/update', { group: 'Day', clear: 'persona' })
    expect(speaks('kitchen-pi')).toBe('companion')
  })

  it('is the emergency of its group before its own', () => {
    say('devices/configure', { device: 'hall-pi', persona: 'companion' })
    say('groups/update', { group: 'Day', persona: 'emergency' })
    expect([speaks('kitchen-pi'), speaks('hall-pi')]).toEqual(['emergency', 'emergency'])
  })

  it('is told to every device of a group within a second, and to each again after a restart', () => {
    for (const device of ['kitchen-pi', 'hall-pi']) comes(house, device)
    say('groups/update', { group: 'Day', persona: 'medication_nurse' })
    expect(told()).toEqual({ 'kitchen-pi': 'medication_nurse', 'hall-pi': 'medication_nurse' })
    house.restart()
    expect(house.published('/desired').map(({ persona }) => persona)).toEqual(['medication_nurse', 'medication_nurse'])
    say('personas/deactivate', { persona: 'medication_nurse' })
    expect(told()).toEqual({ 'kitchen-pi': null, 'hall-pi': null })
    say('personas/activate', { persona: 'medication_nurse' })
    expect(told()).toEqual({ 'kitchen-pi': 'medication_nurse', 'hall-pi': 'medication_nurse' })
  })

  it('is nobody who is inactive, whatever stands in device, group or central’s rows', () => {
    say('groups/update', { group: 'Day', persona: 'medication_nurse' })
    say('devices/configure', { device: 'hall-pi', persona: 'medication_nurse' })
    say('personas/deactivate', { persona: 'medication_nurse' })
    expect([speaks('kitchen-pi'), speaks('hall-pi')]).toEqual(['companion', 'companion'])
    house.db.exec("UPDATE personas SET is_active = 0 WHERE id = 'companion'")
    // The emergency is for emergencies, not for what is left over.
    expect([speaks('kitchen-pi'), speaks('hall-pi')]).toEqual([null, null])
    house.db.exec('UPDATE device_groups SET settings = \'{"persona": 7}\'')
    expect(speaks('kitchen-pi')).toBeNull()
  })

  it('can be given to nobody while it is inactive, and is not taken from all', () => {
    say('personas/deactivate', { persona: 'medication_nurse' })
    for (const [verb, params] of [
      ['groups/update', { group: 'Day', persona: 'medication_nurse' }],
      ['groups/update', { group: 'Day', settings: { persona: 'medication_nurse' } }],
      ['groups/create', { name: 'Night', persona: 'medication_nurse' }],
      ['devices/configure', { device: 'hall-pi', persona: 'medication_nurse' }],
    ] as const)
      expect(ask(house, commandInput(verb, params)).error).toMatchObject({
        ...{ code: 'bad_params', hint: 'Activate it first: lares personas activate medication_nurse.' },
      })
    expect(ask(house, commandInput('personas/deactivate', { persona: 'companion' })).error).toMatchObject({
      message: 'companion is the last persona that answers everyday questions',
    })
    expect(ask(house, commandInput('groups/update', { group: 'Day', settings: { persona: 7 } })).error).toMatchObject({
      message: 'settings.persona: is no persona',
    })
  })

  it('is asked about before it is taken from devices', () => {
    say('groups/update', { group: 'Day', persona: 'medication_nurse' })
    const input = commandInput('personas/deactivate', { persona: 'medication_nurse' })
    delete input.request.confirm
    expect(ask(house, input).error).toMatchObject({
      ...{ code: 'confirm_needed', message: expect.stringContaining('2 devices have medication_nurse') },
    })
  })

  it('keeps the other settings of a group', () => {
    say('groups/update', { group: 'Day', settings: { volume: 40 } })
    say('groups/update', { group: 'Day', persona: 'emergency' })
    say('groups/update', { group: 'Day', clear: 'persona' })
    expect(house.all("SELECT settings FROM device_groups WHERE name = 'Day'")).toEqual([{ settings: '{"volume":40}' }])
  })
})
