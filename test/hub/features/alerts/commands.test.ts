import { describe, expect, it } from 'vitest'
import type { Caller } from '../../../../hub/engine/caller.ts'
import { memberOf } from '../../callers.ts'
import { ask, commandInput, data, LOCAL, query } from '../../engine/ask.ts'
import { type AlertsHouse, alertsHouse, HOUR, MINUTE, PHONE, SECOND } from './alerts-house.ts'

function home(targets: Record<string, object> = { phone: PHONE, mail: PHONE }): AlertsHouse {
  const made = alertsHouse(targets)
  made.house.device('kitchen-pi')
  made.read('kitchen-pi', 20)
  return made
}

const say = (made: AlertsHouse, verb: string, params: Record<string, unknown> = {}, caller: Caller = LOCAL) =>
  ask(made.house, commandInput(verb as `${string}/${string}`, params, { caller }))
const done = <T = Record<string, unknown>>(made: AlertsHouse, verb: string, params: Record<string, unknown> = {}) =>
  data<T>(say(made, verb, params))
const refusal = (made: AlertsHouse, verb: string, params: Record<string, unknown>) => say(made, verb, params).error

/** Somebody who lives there. */
const resident = (made: AlertsHouse): Caller =>
  memberOf('resident', String(made.house.all<{ id: string }>('SELECT id FROM houses')[0]?.id))

describe('rules', () => {
  it('are there from the start, and one that was removed does not come back', () => {
    const made = home()
    const names = () => query<{ rules: { id: string }[] }>(made.house, 'alert-rules/list').rules.map(({ id }) => id)
    expect(names()).toEqual(expect.arrayContaining(['device-offline', 'danger', 'backup-old', 'failed-logins']))
    done(made, 'alert-rules/remove', { rule: 'Device offline' })
    made.house.restart()
    expect(names()).not.toContain('device-offline')
  })

  it('say in words when somebody is told', () => {
    const made = home()
    const { rule, says } = done<{ rule: string; says: string }>(made, 'alert-rules/add', {
      ...{ kind: 'entity_above', name: 'Warm', device: 'kitchen-pi', on_at: 28, off_at: 26, for: '10min' },
      ...{ targets: 'phone,mail:15', quiet: '22:00-7:00', repeat: '30min', severity: 'critical' },
    })
    expect(says).toBe('a value is above 28, until it is at 26; kitchen-pi; for 10 min')
    const { rules } = query<{ rules: { id: string }[] }>(made.house, 'alert-rules/list')
    expect(rules.find(({ id }) => id === rule)).toMatchObject({
      ...{ targets: 'phone, mail:15', quiet: '22:00-07:00', repeat_min: 30, severity: 'critical', is_enabled: true },
    })
    done(made, 'alert-rules/update', { rule: 'warm', quiet: 'none', repeat: 'none', targets: 'all' })
    const changed = query<{ rules: { id: string }[] }>(made.house, 'alert-rules/list').rules.find(
      ({ id }) => id === rule,
    )
    expect(changed).toMatchObject({ targets: 'all', quiet: null, repeat_min: null })
  })

  it('that are switched off end what they raised, which is told', () => {
    const made = home()
    made.only()
    done(made, 'alert-rules/add', { kind: 'entity_above', name: 'Warm', on_at: 28 })
    made.read('kitchen-pi', 30)
    expect(made.told(30 * SECOND, 'phone')).toEqual(['Kitchen-pi Temperature is 30 °C, above 28 °C'])
    done(made, 'alert-rules/disable', { rule: 'warm' })
    expect(made.told(2 * MINUTE, 'phone')).toEqual([
      'Its rule is not in force any more: kitchen-pi Temperature is 30 °C, above 28 °C',
    ])
    done(made, 'alert-rules/enable', { rule: 'warm' })
    expect(made.told(2 * MINUTE, 'phone')).toHaveLength(1)
  })

  it.each([
    [{ kind: 'entity_above' }, 'Say it with --on-at.', { kind: 'entity_above', on_at: 1 }],
    [{ kind: 'entity_state' }, 'Say it with --state.', { kind: 'entity_state', state: 'on' }],
    [{ kind: 'entity_silent' }, 'Say it with --for, such as --for 6h.', { kind: 'entity_silent', for: '6h' }],
    [
      { kind: 'entity_above', on_at: 1, off_at: 2 },
      'Say an --off-at that is not above --on-at.',
      { kind: 'entity_above', on_at: 1, off_at: 0 },
    ],
    [
      { kind: 'entity_below', on_at: 1, off_at: 0 },
      'Say an --off-at that is not below --on-at.',
      { kind: 'entity_below', on_at: 1, off_at: 2 },
    ],
    [{ kind: 'device_offline', state: 'on' }, 'Leave out --state.', { kind: 'device_offline' }],
    [{ kind: 'device_offline', code: 'x' }, 'Leave out --code.', { kind: 'device_offline' }],
    [{ kind: 'device_offline', on_at: 1 }, 'Leave out --on-at and --off-at.', { kind: 'device_offline' }],
    [{ kind: 'device_offline', measures: 'door' }, 'Leave out --measures.', { kind: 'device_offline' }],
    [{ kind: 'hub_problem', house: 'Home' }, 'Leave out --house.', { kind: 'hub_problem' }],
    [
      { kind: 'device_offline', house: 'Home', device: 'kitchen-pi' },
      'Leave out all but one of them.',
      { kind: 'device_offline', device: 'kitchen-pi' },
    ],
    [
      { kind: 'entity_above', on_at: 1, entity: 'sensor.kitchen_pi_cpu_temp' },
      'Did you mean sensor.kitchen_pi_cpu_temperature? See lares entities list.',
      { kind: 'entity_above', on_at: 1, entity: 'sensor.kitchen_pi_cpu_temperature' },
    ],
    [
      { kind: 'entity_above', on_at: 1, entity: 'zzz' },
      'See lares entities list.',
      { kind: 'entity_above', on_at: 1, entity: 'sensor.kitchen_pi_cpu_temperature' },
    ],
    [
      { kind: 'device_offline', targets: 'fone' },
      'Did you mean phone? It names phone, mail.',
      { kind: 'device_offline', targets: 'phone' },
    ],
  ])('%o is refused, and its remedy works', (wrong, hint, right) => {
    const made = home()
    expect(refusal(made, 'alert-rules/add', wrong)).toMatchObject({ hint })
    expect(say(made, 'alert-rules/add', right).status).toBe('ok')
  })

  it('about one of two entities of a name ask which', () => {
    const made = home()
    made.house.db.exec(
      "INSERT INTO device_entities (id, device_id, source, entity_id, key, name, entity_type, created_at, updated_at) VALUES ('e1', 'kitchen-pi', 'a', 'light.x', 'x', 'X', 'light', 0, 0), ('e2', 'kitchen-pi', 'b', 'light.x', 'y', 'Y', 'light', 0, 0)",
    )
    const rule = { kind: 'entity_state', state: 'on' }
    expect(refusal(made, 'alert-rules/add', { ...rule, entity: 'light.x' })).toMatchObject({
      hint: 'Name one of them by its id: e1, e2.',
    })
    expect(say(made, 'alert-rules/add', { ...rule, entity: 'e2' }).status).toBe('ok')
  })

  it('that nobody knows are named with the nearest', () => {
    const made = home()
    expect(refusal(made, 'alert-rules/enable', { rule: 'device-ofline' })).toMatchObject({
      hint: 'Did you mean device-offline? See lares alert-rules list.',
    })
    expect(refusal(made, 'alert-rules/enable', { rule: 'zzzzzzzzzz' })).toMatchObject({
      hint: 'See lares alert-rules list.',
    })
  })

  it('are for administrators', () => {
    const made = home()
    const asked = say(made, 'alert-rules/add', { kind: 'device_offline' }, resident(made))
    expect(asked.error).toMatchObject({ code: 'forbidden' })
  })

  it('name a target that is gone from hub.toml, which is in the health of the hub', () => {
    const made = home()
    made.only()
    done(made, 'alert-rules/add', { kind: 'device_offline', name: 'Mine', targets: 'mail' })
    made.house.restart({ settings: { alerts: { targets: { phone: PHONE } } } })
    made.house.tick(SECOND)
    expect(made.house.effects).toContainEqual({
      ...{ kind: 'problem', name: 'alerts_unknown:mail' },
      problem: { code: 'alerts_target_unknown', message: 'the rule Mine tells mail, which is not in hub.toml' },
    })
    // As its remedy says.
    done(made, 'alert-rules/update', { rule: 'Mine', targets: 'phone' })
    made.house.tick(5 * SECOND)
    expect(made.house.effects).toContainEqual({ kind: 'problem', name: 'alerts_unknown:mail', problem: null })
  })
})

describe('alerts', () => {
  function wrong() {
    const made = home()
    made.only()
    done(made, 'alert-rules/add', {
      kind: 'entity_above',
      name: 'Warm',
      on_at: 28,
      targets: 'phone,mail:5',
      repeat: '10min',
    })
    made.read('kitchen-pi', 30)
    made.told(30 * SECOND)
    const [alert] = query<{ alerts: { id: number }[] }>(made.house, 'alerts/list').alerts
    return { made, alert: alert?.id ?? 0 }
  }

  it('are listed with how they are, and shown with who was told', () => {
    const { made, alert } = wrong()
    expect(query(made.house, 'alerts/list')).toMatchObject({
      alerts: [{ id: alert, state: 'open', rule: 'Warm', says: 'kitchen-pi Temperature is 30 °C, above 28 °C' }],
    })
    expect(query(made.house, 'alerts/show', { alert })).toMatchObject({ told: [{ target: 'phone', says: 'was told' }] })
    made.read('kitchen-pi', 20)
    made.pass(2 * MINUTE)
    expect(query(made.house, 'alerts/list')).toMatchObject({ says: 'Nothing is wrong.', alerts: [] })
    expect(query(made.house, 'alerts/list', { all: true })).toMatchObject({ alerts: [{ state: 'over' }] })
  })

  it('that somebody acknowledged go to nobody else and are not repeated, and their end is told to who was told', () => {
    const { made, alert } = wrong()
    data(say(made, 'alerts/acknowledge', { alert }, resident(made)))
    expect(made.told(HOUR)).toEqual([])
    made.read('kitchen-pi', 20)
    expect(made.told(2 * MINUTE)).toEqual(['Kitchen-pi Temperature is no longer too high'])
  })

  it('that were acknowledged once are told when they are raised again', () => {
    const { made, alert } = wrong()
    done(made, 'alerts/acknowledge', { alert })
    made.read('kitchen-pi', 20)
    made.told(2 * MINUTE)
    made.read('kitchen-pi', 31)
    expect(made.told(2 * MINUTE, 'phone')).toEqual(['Kitchen-pi Temperature is 31 °C, above 28 °C'])
  })

  it('that are snoozed are told anew when the time is over, if it is still so', () => {
    const { made, alert } = wrong()
    done(made, 'alerts/snooze', { alert, until: '2h' })
    expect(query(made.house, 'alerts/list')).toMatchObject({
      alerts: [{ state: expect.stringMatching(/^snoozed until/) }],
    })
    expect(made.told(115 * MINUTE)).toEqual([])
    expect(made.told(7 * MINUTE, 'phone')).toEqual(['Kitchen-pi Temperature is 30 °C, above 28 °C'])
  })

  it('that are snoozed while word of them is on its way are told anew, too', () => {
    const made = home()
    made.only()
    done(made, 'alert-rules/add', { kind: 'entity_above', name: 'Warm', on_at: 28, targets: 'phone' })
    made.read('kitchen-pi', 30)
    made.pass(30 * SECOND)
    const [message] = made.claim()
    const [alert] = query<{ alerts: { id: number }[] }>(made.house, 'alerts/list').alerts
    done(made, 'alerts/snooze', { alert: alert?.id, until: '2h' })
    if (message) made.end(message, { is: 'done', value: undefined })
    expect(made.told(115 * MINUTE)).toEqual([])
    expect(made.told(7 * MINUTE)).toEqual(['Kitchen-pi Temperature is 30 °C, above 28 °C'])
  })

  it('are snoozed for a while that is ahead and bounded', () => {
    const { made, alert } = wrong()
    expect(refusal(made, 'alerts/snooze', { alert, until: 5 })).toMatchObject({
      hint: 'Name one that is ahead, such as 2h.',
    })
    expect(refusal(made, 'alerts/snooze', { alert, until: '60d' })).toMatchObject({
      hint: 'Name an earlier time, or switch its rule off: lares alert-rules disable RULE.',
    })
    expect(refusal(made, 'alerts/snooze', { alert: 999, until: '2h' })).toMatchObject({
      hint: 'See lares alerts list.',
    })
  })

  it('that are over cannot be acknowledged', () => {
    const { made, alert } = wrong()
    made.read('kitchen-pi', 20)
    made.pass(2 * MINUTE)
    expect(refusal(made, 'alerts/acknowledge', { alert })).toMatchObject({ hint: 'See lares alerts list.' })
  })

  it('of the hub are for administrators, and those of a house for who belongs to it', () => {
    const { made } = wrong()
    made.rule('disk', { kind: 'hub_disk', on_at: 90 })
    made.facts({ diskUsedShare: 0.99 })
    made.pass(10 * SECOND)
    const seen = (caller: Caller) => query<{ alerts: unknown[] }>(made.house, 'alerts/list', {}, caller).alerts
    expect(seen(LOCAL)).toHaveLength(2)
    expect(seen(resident(made))).toHaveLength(1)
    expect(seen(memberOf('resident', 'another'))).toEqual([])
  })
})

describe('targets', () => {
  it('are listed with what became of the last message, and get one that says that it is a test', () => {
    const made = home({ phone: PHONE })
    expect(done(made, 'alerts/test')).toMatchObject({ targets: ['phone'] })
    expect(done(made, 'alerts/targets')).toMatchObject({ targets: [{ target: 'phone', state: 'on its way' }] })
    made.house.tick(SECOND)
    expect(made.arrive()).toMatchObject([{ target: 'phone', title: 'This is a test' }])
    expect(done(made, 'alerts/targets')).toMatchObject({
      targets: [{ target: 'phone', state: 'arrived', error: null }],
    })
  })

  it('of a rule get a test that says what they would be told', () => {
    const made = home()
    done(made, 'alert-rules/test', { rule: 'device-offline' })
    made.house.tick(SECOND)
    expect(made.arrive().map(({ target, text }) => [target, text])).toEqual([
      ['phone', 'You are told when a device cannot be reached; for 15 min.'],
      ['mail', 'You are told when a device cannot be reached; for 15 min.'],
    ])
  })

  it('that are not there are said to be added to hub.toml', () => {
    const made = home({})
    const hint = 'Add one to [alerts] of hub.toml and restart the hub: docs/alerts.md says how.'
    expect(refusal(made, 'alerts/test', {})).toMatchObject({ hint })
    expect(done(made, 'alerts/targets')).toMatchObject({ says: expect.stringContaining('kind = "ntfy"') })
  })
})
