import { beforeEach, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../shared/limits.ts'
import { ask, commandInput, data, query } from '../hub/engine/ask.ts'
import { openTestHouse, reading, type TestHouse } from '../hub/engine/engine-in-memory.ts'
import { comes } from '../hub/features/control/meeting.ts'
import { asPattern } from './lib/as-pattern.ts'
import { found } from './lib/central.ts'

let house: TestHouse
beforeEach(() => {
  house = openTestHouse()
  house.device('kitchen-pi')
  house.send(['lares/kitchen-pi/readings', reading(1, 20)])
})

type Verb = `devices/${'switch' | 'command' | 'configure'}`
const KITCHEN = { device: 'kitchen-pi' }
const LAMP = { ...KITCHEN, output: 'lamp' }
const error = (verb: Verb, params: Record<string, unknown>) => {
  const answer = ask(house, commandInput(verb, params))
  if (!answer.error) throw new Error('it was not refused')
  return answer.error
}
const works = (verb: Verb, params: Record<string, unknown>) =>
  expect(data(ask(house, commandInput(verb, params)))).toMatchObject(KITCHEN)
/** The device of a hint that says `lares devices show` it. */
const shown = (hint: string) =>
  query<{ device: { status: string } }>(house, 'devices/show', { device: found(hint, /lares devices show (\S+)$/) })
    .device
/** What the request that was held is answered at last. */
const later = () => house.published('/devices/switch')[0]?.error as { code: string; hint: string } | undefined

describe('what a person wrote', () => {
  it.each([
    [
      'no level',
      { ...LAMP, state: 'bright' },
      'Write on, off or toggle, or 40% for a dimmer.',
      /(on), (off) or (toggle), or (40%)/,
    ],
  ])('with %s is mended by the words of the hint', (_, params, hint, pattern) => {
    const met = error('devices/switch', params)
    expect(met.hint).toMatch(asPattern(hint))
    for (const state of pattern.exec(met.hint)?.slice(1) ?? []) works('devices/switch', { ...LAMP, state })
  })

  it('with a span that is none is mended by each that the hint writes', () => {
    const { hint } = error('devices/switch', { ...LAMP, state: 'on', for: 'a while' })
    expect(hint).toMatch(asPattern('Write it as 30s, 10min or "1h 30min".'))
    for (const span of /as (\S+), (\S+) or "(.*)"/.exec(hint)?.slice(1) ?? [])
      works('devices/switch', { ...LAMP, state: 'on', for: span })
  })

  it('with parameters that cannot be read is mended by those of the hint', () => {
    const { hint } = error('devices/command', { ...KITCHEN, command: 'identify', params: 'seconds' })
    expect(hint).toMatch(asPattern("Write seconds=5, or 'output=lamp state=on' in quotes, or JSON."))
    for (const params of [found(hint, /Write (\S+),/), found(hint, /'(.*)'/), '{"seconds":5}'])
      works('devices/command', { ...KITCHEN, command: 'identify', params })
  })

  it('with an interval of no sensor, with nothing, or with a persona that there is not, is mended as it says', () => {
    const sensor = error('devices/configure', { ...KITCHEN, interval_s: 300 })
    expect(sensor.hint).toMatch(
      asPattern('A sensor goes with its interval-s, its deadband, or both: --sensor KEY --interval-s 300.'),
    )
    works('devices/configure', {
      ...KITCHEN,
      sensor: 'cpu_temperature',
      interval_s: Number(found(sensor.hint, /-s (\d+)/)),
    })
    const nothing = error('devices/configure', KITCHEN)
    expect(nothing.hint).toMatch(asPattern('See lares help devices configure.'))
    works('devices/configure', { ...KITCHEN, heartbeat_s: 60 })
    const persona = error('devices/configure', { ...KITCHEN, persona: 'nobody' })
    expect(persona.hint).toMatch(asPattern('…There are these: ….'))
    works('devices/configure', { ...KITCHEN, persona: found(persona.hint, /these: (\w+)/) })
  })

  it('about a device that was shut out is about one of the list', () => {
    ask(house, commandInput('devices/revoke', KITCHEN))
    const { hint } = error('devices/switch', { ...LAMP, state: 'on' })
    expect(hint).toMatch(asPattern('Devices that can be told something are listed by: lares devices list.'))
    house.device('hall-pi')
    const [only] = query<{ devices: { id: string }[] }>(house, 'devices/list').devices
    expect(data(ask(house, commandInput('devices/switch', { ...LAMP, device: only?.id, state: 'on' })))).toMatchObject({
      device: 'hall-pi',
    })
  })
})

describe('a command that was not done', () => {
  const given = () => {
    house.send(commandInput('devices/switch', { ...LAMP, state: 'on' }))
    return house.published('kitchen-pi/command')[0]
  }

  it('because the device refused it: its page is shown, and after the mend it is done', () => {
    comes(house, 'kitchen-pi')
    const answer = { id: given()?.id, ok: false, error: { code: 'device_busy', message: 'in use' } }
    house.send(['lares/kitchen-pi/result', answer])
    expect(later()?.hint).toMatch(asPattern('See what it has and what is wrong with it: lares devices show …'))
    expect(shown(later()?.hint ?? '')).toMatchObject({ status: 'online' })
    house.send(['lares/kitchen-pi/result', { id: given()?.id, ok: true }])
    expect(house.published('/devices/switch')).toMatchObject([{ status: 'ok' }])
  })

  it('because the device came too late: it is said again when its page says that it is back', () => {
    house.send({ kind: 'presence', device: 'kitchen-pi', online: true, reason: 'connected' })
    given()
    house.tick(COMMANDS.switchMs)
    expect(later()).toMatchObject({ code: 'expired' })
    expect(later()?.hint).toMatch(asPattern('Say it again when the device is back: lares devices show …'))
    comes(house, 'kitchen-pi')
    expect(shown('lares devices show kitchen-pi')).toMatchObject({ status: 'online' })
    house.send(['lares/kitchen-pi/result', { id: given()?.id, ok: true }])
    expect(house.published('/devices/switch')).toMatchObject([{ status: 'ok' }])
  })

  it('or was, and nobody knows: the page of the device is shown', () => {
    comes(house, 'kitchen-pi')
    given()
    house.tick(COMMANDS.switchMs + COMMANDS.graceMs)
    expect(later()).toMatchObject({ code: 'outcome_unknown' })
    expect(later()?.hint).toMatch(asPattern('See how the device is before you say it again: lares devices show …'))
    expect(shown(later()?.hint ?? '')).toMatchObject({ status: 'online' })
  })

  it('because too many are on their way: they are shown, and when they are over there is room', () => {
    for (let n = 0; n < COMMANDS.perDevice; n += 1) given()
    const { hint } = error('devices/switch', { ...LAMP, state: 'on' })
    expect(hint).toMatch(asPattern('Each ends when its time is over: lares devices commands … shows them.'))
    const device = found(hint, /devices commands (\S+)/)
    expect(query<{ commands: unknown[] }>(house, 'devices/commands', { device, limit: 200 }).commands).toHaveLength(100)
    house.tick(COMMANDS.switchMs)
    works('devices/switch', { ...LAMP, state: 'on' })
  })
})
