import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  crockford,
  deviceId,
  isDeviceId,
  SENSOR_KEY,
  sensorKeyOf,
  sensorKeyWithin,
  slug,
  uuid7,
} from '../../shared/ids.ts'

describe('a UUIDv7', () => {
  it('has the form of the standard and sorts by time', () => {
    const made = Array.from({ length: 50 }, (_, index) => uuid7(1_795_000_000_000 + index))
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect([...made].sort()).toEqual(made)
    expect(new Set(made).size).toBe(50)
  })

  it('carries the milliseconds in its first 48 bits, and survives a clock before 1970', () => {
    expect(uuid7(0x0102_0304_0506).slice(0, 13)).toBe('01020304-0506')
    expect(uuid7(-5).slice(0, 13)).toBe('00000000-0000')
    expect(uuid7(1.9).slice(0, 13)).toBe('00000000-0001')
  })

  it('is the same for the same random bytes', () => {
    const zeros = (count: number) => new Uint8Array(count)
    expect(uuid7(0, zeros)).toBe('00000000-0000-7000-8000-000000000000')
    expect(crockford(4, zeros)).toBe('0000')
  })
})

describe('a device id', () => {
  it.each([
    ['Kitchen Pi', 'kitchen-pi'],
    ['Küche  (unten)!', 'kuche-unten'],
    ['../../etc', 'etc'],
    ['+/#', 'device'],
    ['日本', 'device'],
    ['', 'device'],
    ['a'.repeat(100), 'a'.repeat(33)],
    [`${'x'.repeat(32)} y`, 'x'.repeat(32)],
  ])('of "%s" is the name and a random tail', (name, start) => {
    const id = deviceId(name)
    expect(id).toMatch(/-[0-9a-hjkmnp-tv-z]{6}$/)
    expect(id.slice(0, -7)).toBe(start)
    expect(isDeviceId(id)).toBe(true)
  })

  it('is valid for every name there is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => isDeviceId(deviceId(name))))
  })

  it.each([
    '',
    'ab',
    '-ab',
    'ab-',
    'Ab1',
    'a b',
    'a_b',
    'a+b',
    'a/b',
    'a#b',
    'a\0b',
    'a'.repeat(41),
    'admin',
    'hub',
    'join',
    '__proto__',
  ])('cannot be "%s"', (text) => expect(isDeviceId(text)).toBe(false))

  it.each(['abc', 'a1c', 'kitchen-pi-x7k2m9', 'a'.repeat(40)])('can be "%s"', (text) =>
    expect(isDeviceId(text)).toBe(true),
  )
})

describe('a slug', () => {
  it('has only letters, digits and the separator between them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(slug(text, '_')).toMatch(/^$|^[a-z0-9]+(?:_[a-z0-9]+)*$/)
      }),
    )
  })
})

describe('the key of a sensor', () => {
  it('is the name itself where that is a key, and stays as it is once made', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const key = sensorKeyOf(name)
        if (key === null) return
        expect(key).toMatch(SENSOR_KEY)
        expect(sensorKeyOf(key)).toBe(key)
        expect(sensorKeyOf(name.normalize('NFD'))).toBe(sensorKeyOf(name.normalize('NFC')))
      }),
    )
    expect(['', ' ', '\0', '\u202e', ' load '].map(sensorKeyOf)).toEqual([null, null, null, null, 'load'])
  })

  it('is within a source what it is alone, and fits where it was made', () => {
    expect(sensorKeyWithin('meter', 'power')).toBe('meter_power')
    expect(sensorKeyWithin('meter', 'Süd')).toBe(`meter_${sensorKeyOf('Su\u0308d')}`)
    const source = sensorKeyOf('Wohnzimmer Süd') ?? ''
    expect(sensorKeyWithin(source, 'Température')).toMatch(SENSOR_KEY)
    expect(sensorKeyWithin(source, 'Température')).not.toBe(sensorKeyWithin(source, 'Temperaturen'))
    expect(sensorKeyWithin(source, '\u202e')).toBeNull()
  })
})
