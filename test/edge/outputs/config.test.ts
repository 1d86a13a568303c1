import { describe, expect, it } from 'vitest'
import { clashingSensors, configureOutputs, outputLines } from '../../../edge/config/configure-outputs.ts'
import { configureSensors } from '../../../edge/config/load-settings.ts'
import { configSchema } from '../../../edge/config/schema.ts'
import { systemMachine } from '../../../edge/health/machine.ts'
import { explain } from '../../../shared/errors.ts'

const configure = (outputs: Record<string, Record<string, unknown>>, gpio: Record<string, unknown> = {}) =>
  configureOutputs(configSchema.parse({ outputs, gpio }), '/etc/lares/edge.toml')

const complaint = (table: Record<string, unknown>, gpio: Record<string, unknown> = {}) =>
  configure({ pump: table }, gpio).faults.map(({ error }) => explain(error))[0] ?? 'nothing'

describe('a table of an output', () => {
  it('needs a type and a pin; the rest has a default that is safe', () => {
    const { plans, faults } = configure({
      pump: { type: 'relay', pin: 17 },
      'Wohnzimmer Süd': { type: 'dimmer', pin: 18, safe: 12.5, max_on: '1h 30min', hub_loss: 'never' },
    })
    expect(faults).toEqual([])
    expect(plans).toMatchObject([
      { key: 'pump', name: 'pump', kind: 'switch', safe: 0, maxOnMs: null, hubLossMs: 60_000 },
      { name: 'Wohnzimmer Süd', kind: 'dimmer', safe: 12.5, full: 100, maxOnMs: 5_400_000, hubLossMs: null },
    ])
    expect(outputLines(plans)).toEqual([
      'its outputs, by their keys in the house:',
      expect.stringMatching(/^ {2}pump +relay at GPIO17, safe off, safe after 1 min without the hub$/),
      expect.stringContaining(
        'dimmer at GPIO18, safe 12.5 %, on for 1 h 30 min at most, stays as it is without the hub',
      ),
    ])
  })

  it.each([
    [{ pin: 17 }, '[outputs.pump] type: is missing', 'type = "relay"'],
    [{ type: 'relais', pin: 17 }, 'type: relais is none that there is', 'Did you mean relay?'],
    [{ type: 'relay' }, '[outputs.pump] pin: is missing', 'pin = 17'],
    [{ type: 'relay', pin: 17, max_onn: '2h' }, 'has no key max_onn; did you mean max_on?', 'max_on = "2h"'],
    [{ type: 'relay', pin: 17, max_on: 7200 }, 'max_on: is to be a text in quotes', 'max_on = "2h"'],
    [{ type: 'relay', pin: 17, max_on: 'long' }, 'max_on: is to be a span of time', 'max_on = "2h"'],
    [{ type: 'relay', pin: 17, max_on: '5w' }, 'up to "24d"', 'max_on = "2h"'],
    [{ type: 'relay', pin: 17, safe: 'on', max_on: '2h' }, 'max_on: ends nothing where on is the safe state', 'max_on'],
    [{ type: 'relay', pin: 17, hub_loss: 'no' }, 'or "never"', 'hub_loss = "10min"'],
    [{ type: 'relay', pin: 17, safe: 'of' }, 'safe: is to be off or on', 'safe = "off"'],
    [{ type: 'relay', pin: 17, frequency_hz: 5 }, 'has no key frequency_hz', ''],
    [{ type: 'dimmer', pin: 18, safe: 'off' }, 'safe: is to be a number', 'safe = 20'],
    [{ type: 'dimmer', pin: 17 }, 'pin: GPIO17 has no PWM of its own', 'GPIO12, GPIO13, GPIO18, GPIO19'],
    [{ type: 'dimmer', pin: 40, chip: 'pwmchip0' }, 'channel: goes with chip', 'channel = 0'],
    [{ type: 'dimmer', pin: 40, chip: '../../etc', channel: 0 }, 'is to be a folder of /sys/class/pwm', 'pwmchip0'],
  ])('%j is left out with what is wrong and what works', (table, wrong, remedy) => {
    const told = complaint(table)
    expect(told).toContain('/etc/lares/edge.toml: ')
    expect(told).toContain(wrong)
    expect(told).toContain(remedy)
  })

  it('is left out alone', () => {
    const { plans, faults } = configure({ pump: { type: 'relay' }, light: { type: 'relay', pin: 22 } })
    expect([plans.map(({ key }) => key), faults.map(({ part }) => part)]).toEqual([['light'], ['output pump']])
  })
})

describe('a pin', () => {
  it.each(['talk_button', 'mute_switch', 'status_led'])('of %s is that of no output', (part) => {
    expect(complaint({ type: 'relay', pin: 17 }, { [part]: 17 })).toContain(
      `[outputs.pump] pin: GPIO17 is that of [gpio] ${part}`,
    )
    expect(complaint({ type: 'dimmer', pin: 18 }, { [part]: { pin: 18 } })).toContain('GPIO18 is that of')
    expect(complaint({ type: 'relay', pin: 17 }, { [part]: 22 })).toBe('nothing')
  })

  it('is that of one output only, and so is a key', () => {
    const { plans, faults } = configure({
      pump: { type: 'relay', pin: 18 },
      light: { type: 'dimmer', pin: 18 },
      Pump: { type: 'relay', pin: 22 },
    })
    expect(plans.map(({ table }) => table)).toContain('pump')
    expect(faults.map(({ error }) => error.message)).toContainEqual(
      expect.stringContaining('[outputs.light] pin: GPIO18 is that of [outputs.pump]'),
    )
  })
})

it('two spellings of one name are told, and a sensor does not get the key of an output', () => {
  const key = 'Küche'
  const { plans, faults } = configure({
    [key.normalize('NFC')]: { type: 'relay', pin: 17 },
    [key.normalize('NFD')]: { type: 'relay', pin: 22 },
    room: { type: 'relay', pin: 23 },
  })
  expect(faults.map(({ error }) => error.message)).toEqual([expect.stringContaining('are one name')])
  const { sources } = configureSensors(
    { room: { driver: 'simulated' }, hall: { driver: 'simulated' } },
    { machine: systemMachine(), file: null },
  )
  expect(clashingSensors(sources, plans)).toMatchObject([
    { part: 'sensor room', error: { message: 'the sensor room has the key of [outputs.room]' } },
  ])
})
