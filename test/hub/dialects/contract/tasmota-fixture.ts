import { TASMOTA } from '../../../../hub/dialects/tasmota/tasmota.ts'
import type { EntityOrder } from '../../../../shared/entity-order.ts'
import type { Actuator, DialectFixture, FixtureMessage } from './dialect-fixture.ts'

/** The discovery message of `SetOption19 0`: tasmota.github.io, "MQTT" and "Home Assistant"; the devices are made up. */
function config(mac: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ...{ ip: '192.168.1.5', dn: 'Boiler', fn: [null], hn: 'tasmota', mac, md: 'Athom Plug V2', ty: 0, if: 0 },
    ...{ ofln: 'Offline', onln: 'Online', state: ['OFF', 'ON', 'TOGGLE', 'HOLD'], sw: '13.1.0', t: topicOf(mac) },
    ...{ ft: '%prefix%/%topic%/', tp: ['cmnd', 'stat', 'tele'], rl: [1], swc: [-1], swn: [null], btn: [0] },
    ...{ so: { 4: 0, 68: 0, 82: 0, 114: 0 }, lk: 0, lt_st: 0, sho: [], sht: [], ver: 1 },
    ...more,
  }
}

const topicOf = (mac: string) => `tasmota_${mac.slice(-6)}`
const macAt = (prefix: string) => (prefix === 'tasmota/discovery' ? 'A0B1C2D33445' : 'A0B1C2D39999')
const SENSORS = { sn: { Time: '2026-06-24T08:39:31', ENERGY: { Power: 40 } }, ver: 1 }
const said = (prefix: string, mac: string, kind: string, payload: unknown): FixtureMessage => ({
  ...{ topic: `${prefix}/${mac}/${kind}`, payload, retained: true },
})

const BULB = 'A0B1C2D3B01B'
const BLIND = 'A0B1C2D3B11D'
const PLUG = 'A0B1C2D33445'

/** tasmota.github.io, "Commands", and "Lights", "Shutters and Blinds" for what comes back on `stat/…/RESULT`. */
function actuator(
  what: string,
  [mac, component, part]: readonly [string, string, string],
  orders: {
    order: EntityOrder
    told: readonly (readonly [command: string, payload: string])[]
    before: object
    after: object | null
  },
): Actuator {
  const { order, told, before, after } = orders
  const topic = `stat/${topicOf(mac)}/RESULT`
  return {
    ...{ what, uniqueId: `${component}/${mac.toLowerCase()}_${part}`, order },
    told: told.map(([command, payload]) => ({ topic: `cmnd/${topicOf(mac)}/${command}`, payload })),
    before: [{ topic, payload: before }],
    after: after === null ? null : [{ topic, payload: after }],
  }
}

const LIGHT = [BULB, 'light', 'power'] as const
const COVER = [BLIND, 'cover', 'shutter1'] as const
const WHITE = { POWER: 'ON', Dimmer: 100, HSBColor: '0,0,0', White: 100, CT: 370 }

/** Tasmota by its own discovery. */
export const TASMOTA_FIXTURE: DialectFixture = {
  dialect: TASMOTA,
  prefixes: ['tasmota/discovery', 'attic/discovery'],
  announce: (prefix, name) => [
    said(prefix, macAt(prefix), 'config', config(macAt(prefix), { dn: name })),
    said(prefix, macAt(prefix), 'sensors', SENSORS),
  ],
  withdraw: (prefix) => [said(prefix, macAt(prefix), 'config', ''), said(prefix, macAt(prefix), 'sensors', '')],
  identities: (prefix) => [
    `mac:${macAt(prefix)
      .toLowerCase()
      .replaceAll(/(..)(?!$)/g, '$1:')}`,
  ],
  uniqueIds: (prefix) =>
    ['switch/%_power', 'sensor/%_energy_power'].map((id) => id.replace('%', macAt(prefix).toLowerCase())),
  states: (prefix) =>
    (['ON', 'OFF'] as const).map((word) => ({
      message: { topic: `stat/${topicOf(macAt(prefix))}/RESULT`, payload: { POWER: word } },
      uniqueId: `switch/${macAt(prefix).toLowerCase()}_power`,
      state: word === 'ON',
    })) as unknown as ReturnType<DialectFixture['states']>,
  online: (prefix) => [{ topic: `tele/${topicOf(macAt(prefix))}/LWT`, payload: 'Online', retained: true }],
  offline: (prefix) => [{ topic: `tele/${topicOf(macAt(prefix))}/LWT`, payload: 'Offline', retained: true }],
  asks: [
    { topic: `cmnd/${topicOf(PLUG)}/STATE`, payload: '' },
    { topic: `cmnd/${topicOf(PLUG)}/STATUS`, payload: '10' },
  ],
  actuators: {
    announce: [
      said('tasmota/discovery', PLUG, 'config', config(PLUG)),
      said('tasmota/discovery', BULB, 'config', config(BULB, { dn: 'Bulb', rl: [2], lt_st: 5, lk: 1 })),
      said(
        'tasmota/discovery',
        BLIND,
        'config',
        config(BLIND, { dn: 'Blind', rl: [3, 3], sho: [0], sht: [[-90, 90, 10]] }),
      ),
    ],
    all: [
      actuator('a switch', [PLUG, 'switch', 'power'], {
        ...{ order: { order: 'on' }, told: [['POWER', 'ON']], before: { POWER: 'OFF' }, after: { POWER: 'ON' } },
      }),
      actuator('a light at 40 %', LIGHT, {
        ...{ order: { order: 'level', percent: 40 }, told: [['Dimmer', '40']] },
        ...{ before: WHITE, after: { POWER: 'ON', Dimmer: 40 } },
      }),
      actuator('a light red', LIGHT, {
        order: { order: 'color', hue: 0, saturation: 100, percent: 40 },
        told: [
          ['HsbColor1', '0'],
          ['HsbColor2', '100'],
          ['Dimmer', '40'],
          ['POWER', 'ON'],
        ],
        before: { ...WHITE, Dimmer: 40, HSBColor: '0,100,0' },
        after: { POWER: 'ON', Dimmer: 40, HSBColor: '0,100,40', White: 0, CT: 370 },
      }),
      actuator('a light warm', LIGHT, {
        order: { order: 'color_temperature', kelvin: 2_700 },
        told: [
          ['CT', '370'],
          ['POWER', 'ON'],
        ],
        before: { POWER: 'ON', Dimmer: 40, HSBColor: '0,100,40', White: 0, CT: 370 },
        after: WHITE,
      }),
      actuator('an effect of a light', LIGHT, {
        order: { order: 'effect', effect: 'cycle up' },
        told: [
          ['Scheme', '2'],
          ['POWER', 'ON'],
        ],
        before: { POWER: 'ON', Scheme: 0 },
        after: { POWER: 'ON', Scheme: 2 },
      }),
      actuator('a cover', COVER, {
        ...{ order: { order: 'position', percent: 30 }, told: [['ShutterPosition1', '30']] },
        before: { Shutter1: { Position: 100, Direction: -1, Target: 30, Tilt: 90 } },
        after: { Shutter1: { Position: 30, Direction: 0, Target: 30, Tilt: 90 } },
      }),
      actuator('a cover that stops', COVER, {
        ...{ order: { order: 'stop' }, told: [['ShutterStop1', '']], before: {}, after: null },
      }),
      actuator('the slats of a cover', COVER, {
        ...{ order: { order: 'tilt', percent: 50 }, told: [['ShutterTilt1', '0']] },
        before: { Shutter1: { Position: 30, Direction: 0, Target: 30, Tilt: 90 } },
        after: { Shutter1: { Position: 30, Direction: 0, Target: 30, Tilt: 0 } },
      }),
    ],
  },
}
