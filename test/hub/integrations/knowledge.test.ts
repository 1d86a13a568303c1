import { describe, expect, it } from 'vitest'
import { mapKind } from '../../../hub/features/import/map-kind.ts'
import { deviceClassBy } from '../../../hub/integrations/device-classes.ts'
import { INTEGRATIONS } from '../../../hub/integrations/find-integration.ts'

/** Platforms of Home Assistant. */
const PLATFORMS = [
  ...['alarm_control_panel', 'binary_sensor', 'camera', 'climate', 'cover', 'event', 'fan', 'humidifier', 'lawn_mower'],
  ...['light', 'lock', 'media_player', 'remote', 'sensor', 'siren', 'switch', 'vacuum', 'valve', 'water_heater'],
]

describe('a kind of device', () => {
  it.each([
    ...[
      ['light', 'light'],
      ['Lights', 'light'],
      ['smart_bulb', 'light'],
      ['ceilingLamp', 'light'],
      ['light switch', 'switch'],
    ],
    ...[
      ['SMART-PLUG', 'switch'],
      ['thermostat', 'climate'],
      ['Radiator Valve', 'climate'],
      ['water_valve', 'valve'],
    ],
    ...[
      ['motion sensor', 'binary_sensor'],
      ['Motion_Sensor', 'binary_sensor'],
      ['temperature sensor', 'sensor'],
    ],
    ...[
      ['door lock', 'lock'],
      ['door sensor', 'binary_sensor'],
      ['garage door', 'cover'],
      ['doorbell', 'event'],
    ],
    ...[
      ['security camera', 'camera'],
      ['robot vacuum', 'vacuum'],
      ['smart speaker', 'media_player'],
      ['TV', 'media_player'],
    ],
  ] as const)('that is called %s is a %s', (called, expected) => expect(deviceClassBy(called)).toBe(expected))

  it.each(['', 'gizmo', '???', 'лампа'])('that is called %s is not known', (called) =>
    expect(deviceClassBy(called)).toBeNull(),
  )
})

describe('an integration', () => {
  it('has a name of its own, brands, and classes that are platforms', () => {
    const names = INTEGRATIONS.map(({ integration_name }) => integration_name)
    expect(new Set(names).size).toBe(names.length)
    for (const { integration_name, brand_keywords, device_classes } of INTEGRATIONS) {
      expect(integration_name).toMatch(/^[a-z0-9_]+$/)
      expect(brand_keywords.length).toBeGreaterThan(0)
      expect(device_classes.filter((one) => !PLATFORMS.includes(one))).toEqual([])
    }
  })

  it.each([
    [{ type: 'light', brand: 'Philips' }, 'hue', 'light', 0.9],
    [{ type: 'tv', brand: 'Philips' }, 'philips_js', 'media_player', 0.9],
    [{ type: 'TV', brand: 'Samsung' }, 'samsungtv', 'media_player', 0.9],
    [{ type: 'speaker', brand: 'Google' }, 'cast', 'media_player', 0.9],
    [{ type: 'thermostat', brand: 'Google' }, 'nest', 'climate', 0.9],
    [{ type: 'hue' }, 'hue', 'unknown', 0.5],
    [{ type: 'ring doorbell' }, 'ring', 'event', 0.9],
    [{ type: 'sonos' }, 'sonos', 'unknown', 0.5],
    [{ brand: 'LIFX' }, 'lifx', 'light', 0.9],
    [{ type: 'vacuum', brand: 'LIFX' }, 'lifx', 'vacuum', 0.6],
    [{ type: 'light', brand: 'Acme' }, 'unknown', 'light', 0.5],
    [{ type: 'gizmo', brand: 'Acme' }, 'unknown', 'unknown', 0.1],
    [{ type: 'light', integration: 'hue', device_class: 'light' }, 'hue', 'light', 1],
    [{ type: 'Lampe', integration: 'own_thing', device_class: 'light' }, 'own_thing', 'light', 1],
    [{}, 'unknown', 'unknown', 0.1],
  ])('for %j is %s, a %s, and %d sure', (row, integration, deviceClass, sure) => {
    expect(mapKind(row)).toMatchObject({ integration, deviceClass, sure })
  })
})
