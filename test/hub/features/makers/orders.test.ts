import { beforeEach, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../../../shared/limits.ts'
import { memberOf, programWith } from '../../callers.ts'
import { ask, commandInput, query } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { accepted, entityOf, lampOf, reach, type SaidState, saying, source, states, Z2M } from './makers-house.ts'
import { houseThatTakesOrders, LIGHT, orderingIn } from './ordering-house.ts'

let house: TestHouse
let device: string
beforeEach(() => {
  const made = houseThatTakesOrders()
  house = made.house
  device = made.device
})

const { give, set, told, orders, answers, says, ordered, lastId } = orderingIn(() => house)
const listed = () => query<{ commands: Record<string, unknown>[] }>(house, 'devices/commands').commands

describe('devices switch of a lamp of another maker', () => {
  it('is told once, and is done when the lamp says that it is on', () => {
    give('devices/switch', { device: 'Lamp', output: 'on' })
    expect(told()).toEqual([
      { kind: 'maker_order', source: Z2M, uniqueId: LIGHT, order: { order: 'on' }, id: lastId() },
    ])
    expect(answers()).toEqual([])
    ordered(lastId())
    expect(answers()).toEqual([])
    house.send(states({ uniqueId: LIGHT, state: false }))
    expect(answers()).toEqual([])
    house.send(states({ uniqueId: LIGHT, state: true }))
    expect(says()).toMatchObject([['ok', { says: 'Lamp: Ceiling is on', state: 'completed', device }]])
    expect(listed()).toMatchObject([{ command: 'switch', state: 'completed', params: 'output=light_0x1 order=on' }])
    expect(house.all('SELECT 1 FROM commands_underway')).toEqual([])
  })

  it('dims it, and waits for the brightness that it was told', () => {
    give('devices/switch', { device: 'Lamp', output: 'Ceiling', state: '40%' })
    expect(orders()).toEqual([[LIGHT, { order: 'level', percent: 40 }]])
    house.send(states({ uniqueId: LIGHT, state: true, attributes: { brightness: 254 } }))
    expect(answers()).toEqual([])
    house.send(states({ uniqueId: LIGHT, state: true, attributes: { brightness: 101 } }))
    expect(says()).toMatchObject([['ok', { says: 'Lamp: Ceiling is on at 40 %' }]])
  })

  it('that is on already is done when it was published', () => {
    house.send(states({ uniqueId: LIGHT, state: true }))
    give('devices/switch', { device: 'Lamp', output: 'on' })
    expect(answers()).toEqual([])
    ordered(lastId())
    expect(says()).toMatchObject([['ok', { state: 'completed' }]])
  })

  it('toggles what is known, and refuses where nothing is', () => {
    give('devices/switch', { device: 'Lamp', output: 'toggle' })
    expect(says()).toMatchObject([['error', { code: 'device_refused', message: expect.stringContaining('not known') }]])
    house.send(states({ uniqueId: LIGHT, state: true }))
    give('devices/switch', { device: 'Lamp', output: 'toggle' })
    expect(orders()).toEqual([[LIGHT, { order: 'off' }]])
    house.send(states({ uniqueId: LIGHT, state: false }))
    expect(says()).toMatchObject([['ok', { says: 'Lamp: Ceiling is off' }]])
  })

  it('asks which where it has several', () => {
    const plug = (n: number) =>
      entityOf('0x2', 'switch', {
        uniqueId: `switch/${n}`,
        entityId: `switch.l${n}`,
        name: `L${n}`,
        orders: ['on', 'off'],
      })
    house.send(saying([lampOf('0x2', { name: 'Plug', entities: [plug(1), plug(2)] })], { whole: false }))
    accepted(house, 'Plug')
    expect(ask(house, commandInput('devices/switch', { device: 'Plug', output: 'on' })).error).toMatchObject({
      code: 'bad_params',
      hint: 'Name one of them: switch_l1, switch_l2.',
    })
    house.send(
      saying([lampOf('0x3', { name: 'Probe', entities: [entityOf('0x3', 'button', { orders: ['press'] })] })], {
        whole: false,
      }),
    )
    accepted(house, 'Probe')
    expect(ask(house, commandInput('devices/switch', { device: 'Probe', output: 'on' })).error).toMatchObject({
      message: 'output: Probe has none that is switched on or off',
    })
  })

  it('for some time is refused, because it would not go off again by itself', () => {
    const wish = { device: 'Lamp', output: 'Ceiling', state: 'on', for: '10min' }
    expect(ask(house, commandInput('devices/switch', wish)).error).toMatchObject({
      code: 'bad_params',
      hint: 'Leave it out, and switch it off later.',
    })
    expect(told()).toEqual([])
  })
})

describe('entities set', () => {
  it.each<[string, unknown, string, Record<string, unknown>, SaidState | null, string]>([
    [
      'effect',
      'blink',
      'select/effect',
      { order: 'option', option: 'Blink' },
      { uniqueId: '', state: 'Blink' },
      'Blink',
    ],
    ['delay', '120', 'number/delay', { order: 'value', value: 120 }, { uniqueId: '', state: 120 }, '120'],
    ['delay', 1, 'number/delay', { order: 'value', value: 1 }, { uniqueId: '', state: 1 }, '1'],
    ['blind', 'OPEN', 'cover/blind', { order: 'open' }, null, 'open'],
    [
      ...(['blind', 50, 'cover/blind', { order: 'position', percent: 50 }] as const),
      ...([{ uniqueId: '', state: 'open', attributes: { current_position: 49 } }, '50 %'] as const),
    ],
    ['door', 'lock', 'lock/door', { order: 'lock' }, { uniqueId: '', state: 'locked' }, 'lock'],
    ['identify', 'press', 'button/identify', { order: 'press' }, null, 'press'],
    [
      ...(['heating', '21.5', 'climate/heating', { order: 'temperature', degrees: 21.5 }] as const),
      ...([{ uniqueId: '', state: 'heat', attributes: { temperature: 21.5 } }, '21.5'] as const),
    ],
    ['heating', 'off', 'climate/heating', { order: 'mode', mode: 'off' }, { uniqueId: '', state: 'off' }, 'off'],
    ['label', 'Hallo 🎵', 'text/label', { order: 'text', text: 'Hallo 🎵' }, null, 'Hallo 🎵'],
  ])('%s %s is told, and done when that is seen', (entity, what, uniqueId, order, seen, words) => {
    set(entity, what)
    expect(orders()).toEqual([[uniqueId, order]])
    ordered(lastId())
    if (seen !== null) {
      expect(answers()).toEqual([])
      house.send(states({ ...seen, uniqueId }))
    }
    expect(says()).toMatchObject([['ok', { says: expect.stringMatching(new RegExp(`^Lamp: \\w+ took ${words}$`)) }]])
  })

  it.each<[string, unknown, string]>([
    ['Ceiling', 'open', 'It takes on, off, toggle, 0% to 100%.'],
    ['Ceiling', '140%', 'It takes on, off, toggle, 0% to 100%.'],
    ['effect', 'rainbow', 'It takes Blink, none.'],
    ['delay', 301, 'It takes a number from 0 to 300.'],
    ['delay', 'soon', 'It takes a number from 0 to 300.'],
    ['blind', 'on', 'It takes open, close, stop, 0% to 100%.'],
    ['heating', 31, 'It takes a number from 5 to 30, heat, off.'],
    ['identify', 'on', 'It takes press.'],
  ])('%s %s is refused with what it takes, and tells nobody', (entity, what, hint) => {
    const answer = ask(house, commandInput('entities/set', { entity, what }))
    expect(answer.error).toMatchObject({ code: 'bad_params', hint })
    expect([told(), house.all('SELECT 1 FROM control_actions')]).toEqual([[], []])
  })

  it('of what can only be read, or is not there, says so with the nearest', () => {
    expect(ask(house, commandInput('entities/set', { entity: 'Ceilng', what: 'on' })).error).toMatchObject({
      code: 'not_found',
      hint: `Did you mean ${'Ceiling'}? See lares entities list.`,
    })
    expect(ask(house, commandInput('entities/set', { entity: 'Temperature', what: 3 })).error?.code).toBe('not_found')
  })

  it('is understood by entity id, key, and the names of device and entity together', () => {
    for (const entity of ['light.0x1', 'light_0x1', 'lamp ceiling']) {
      set(entity, 'on')
      expect(orders()).toEqual([[LIGHT, { order: 'on' }]])
    }
  })

  it('tells two that are called the same apart', () => {
    house.send(
      saying(
        [
          lampOf('0x2', {
            name: 'Lamp',
            entities: [entityOf('0x2', 'light', { name: 'Ceiling', orders: ['on', 'off'] })],
          }),
        ],
        { whole: false },
      ),
    )
    const other = accepted(house, 'zigbee2mqtt_0x2')
    expect(ask(house, commandInput('entities/set', { entity: 'Ceiling', what: 'on' })).error).toMatchObject({
      message: '2 entities are called Ceiling: light.0x1 (Lamp), light.0x2 (Lamp)',
      hint: 'Name one of them by its entity id, with --device where two have the same.',
    })
    house.send(states({ uniqueId: 'light/0x2_state', state: false }))
    give('entities/set', { entity: 'Ceiling', what: 'on', device: other })
    expect(orders()).toEqual([['light/0x2_state', { order: 'on' }]])
  })

  it('switches an output of an agent too', () => {
    house.device('kitchen-pi')
    house.db.exec(
      `INSERT INTO device_entities (id, device_id, source, entity_id, unique_id, key, name, entity_type, created_at, updated_at)
       VALUES ('e', 'kitchen-pi', 'lares', 'switch.pump', 'u', 'pump', 'Pump', 'switch', 0, 0)`,
    )
    house.restart()
    set('Pump', 'on')
    expect(house.all("SELECT command, parameters FROM control_actions WHERE device_id = 'kitchen-pi'")).toEqual([
      { command: 'switch', parameters: '{"output":"pump","state":"on"}' },
    ])
    give('devices/switch', { device: 'kitchen-pi', output: 'off' })
    expect(
      house.all("SELECT parameters FROM control_actions WHERE device_id = 'kitchen-pi' ORDER BY id DESC LIMIT 1"),
    ).toEqual([{ parameters: '{"output":"pump","state":"off"}' }])
  })

  it('is for residents, not for guests and programs that were given less', () => {
    const home = String(house.all('SELECT id FROM houses')[0]?.id)
    const asked = (caller: ReturnType<typeof memberOf>) => {
      house.send(commandInput('entities/set', { entity: 'Ceiling', what: 'on' }, { caller }))
      return [house.published(`/${caller.client}/entities/set`)[0]?.error, told().length]
    }
    for (const caller of [memberOf('guest', home), programWith([{ right: 'read' }], home)])
      expect(asked(caller)).toMatchObject([{ code: 'forbidden' }, 0])
    expect(asked(memberOf('owner', 'other'))).toMatchObject([{ code: 'not_found' }, 0])
    expect(asked(memberOf('resident', home))).toEqual([undefined, 1])
  })
})

describe('the outcome of an order', () => {
  it('that cannot be published is what the other side says', () => {
    set('Ceiling', 'on')
    ordered(lastId(), 'the broker is away')
    expect(says()).toMatchObject([
      ['error', { code: 'device_refused', message: 'Lamp did not switch Ceiling: the broker is away' }],
    ])
    ordered(lastId())
    ordered(99)
    expect(listed()).toMatchObject([{ state: 'failed' }])
  })

  it('that nobody sees in time may have been, and is not told again', () => {
    set('Ceiling', 'on')
    ordered(lastId())
    house.tick(COMMANDS.switchMs + COMMANDS.graceMs)
    expect(says()).toMatchObject([
      ['error', { code: 'outcome_unknown', message: 'Lamp did not answer: Ceiling may have been switched' }],
    ])
    expect(told()).toEqual([])
  })

  it('of a device that is away waits for it, and is over in time', () => {
    house.send(source(false, 'away'))
    set('Ceiling', 'on')
    expect([told(), says()]).toMatchObject([[], [['pending', { state: 'pending' }]]])
    house.send(source(true))
    expect(orders()).toEqual([[LIGHT, { order: 'on' }]])
    house.now += 5_000
    house.send(reach('zigbee2mqtt_0x1', false))
    set('Ceiling', 'off')
    house.tick(COMMANDS.switchMs)
    house.now += 5_000
    house.send(reach('zigbee2mqtt_0x1', true))
    expect(told()).toEqual([])
    expect(listed()[0]).toMatchObject({
      state: 'failed',
      says: 'Lamp was not there in time: Ceiling was not switched',
    })
  })

  it('after a kill is not told twice, and is seen when the state comes', () => {
    set('identify', 'press')
    set('Ceiling', 'on')
    house.restart()
    expect(told()).toEqual([])
    house.tick(1_000)
    expect(told()).toEqual([])
    house.send(states({ uniqueId: LIGHT, state: true }))
    expect(listed().map(({ state }) => state)).toEqual(['completed', 'executing'])
  })

  it('is not that of another one of the same device', () => {
    set('delay', 5)
    house.send(states({ uniqueId: LIGHT, state: true }), states({ uniqueId: 'number/delay', state: 6 }))
    expect(listed()).toMatchObject([{ state: 'executing' }])
  })
})
