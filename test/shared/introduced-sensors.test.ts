import { describe, expect, it } from 'vitest'
import { describeRefused, introducible, readSensors } from '../../shared/introduced-sensors.ts'
import { MESSAGE_BYTES, SENSORS_KEPT_PER_DEVICE } from '../../shared/limits.ts'

const sensor = (key: string, name = key) => ({ key, kind: 'temperature', unit: '°C', name })
const many = (count: number) => Array.from({ length: count }, (_, index) => sensor(`t${index}`))

describe('what a device may introduce', () => {
  it('is the first 256 of its sensors in their order, and the others are named', () => {
    const { sensors, refused } = introducible(many(258))
    expect(sensors.at(-1)?.key).toBe('t255')
    expect(refused.map(({ key, code }) => [key, code])).toEqual([
      ['t256', 'too_many_sensors'],
      ['t257', 'too_many_sensors'],
    ])
  })

  it('fits into one message, however long and in whatever script its texts are', () => {
    // Escapes have six bytes for one character; in a name they are cleaned, so three are the most there.
    const longest = Array.from({ length: 256 }, (_, index) => ({
      ...sensor(`${index}`.padStart(40, '0'), '€'.repeat(100)),
      kind: '\u0001'.repeat(40),
      unit: '\u0001'.repeat(20),
    }))
    const { sensors, refused } = introducible(longest)
    expect([sensors.length, refused]).toEqual([256, []])
    expect(Buffer.byteLength(JSON.stringify(sensors))).toBeLessThan(MESSAGE_BYTES.birth - 7_000)
  })

  it('leaves out the one whose texts no hub takes, and keeps the others', () => {
    const { sensors, refused } = introducible([
      sensor('a'),
      { ...sensor('b'), unit: 'half \ud83c' },
      sensor('c', 'a\0b'),
    ])
    expect(sensors.map(({ key, name }) => [key, name])).toEqual([
      ['a', 'a'],
      ['c', 'a b'],
    ])
    expect(describeRefused(refused)).toBe('1 sensor is not taken: b. b: unit: has a NUL or a lone surrogate')
  })
})

describe('the sensors of a birth', () => {
  it('are each key once, whatever else stands among them, and a second that is not alike is named', () => {
    const { sensors, refused } = readSensors([
      sensor('a'),
      sensor('a'),
      null,
      sensor('a', 'again'),
      { key: 'b' },
      'text',
    ])
    expect(sensors).toEqual([sensor('a')])
    expect(refused.map(({ key }) => key)).toEqual(['#2', 'a', 'b', '#5'])
  })

  it('are not looked at beyond what a device can ever have', () => {
    const { refused } = readSensors(Array.from({ length: SENSORS_KEPT_PER_DEVICE + 5 }, () => 0))
    expect(refused.at(-1)).toMatchObject({ key: '5 more', code: 'too_many_sensors' })
    expect(describeRefused(refused)?.length).toBeLessThan(500)
  })

  it('need no word when none is refused', () => {
    expect(describeRefused([])).toBeNull()
  })
})
