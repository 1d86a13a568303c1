import { describe, expect, it } from 'vitest'
import { deviceClassOf, isPossible } from '../../shared/sensor-range.ts'
import { SENSOR_KINDS } from '../../shared/sensors/index.ts'

describe('what is possible for a kind of sensor', () => {
  it.each([
    ['pressure', 'hPa', 1_013.25, true],
    ['pressure', 'hPa', 101_325, false],
    ['pressure', 'Pa', 101_325, true],
    ['pressure', 'Pa', 200_001, false],
    ['temperature', 'K', 293, true],
    ['temperature', 'K', -1, false],
    ['temperature', '°F', -400, true],
    ['temperature', '°F', -460, false],
    ['temperature', '°C', -400, false],
    ['temperature', '', -400, false],
    ['temperature', 'Réaumur', -400, true],
    ['unheard_of', 'x', -1e9, true],
  ])('is judged in its unit: %s in %s, %d is %s', (kind, unit, value, possible) => {
    expect(isPossible(kind, unit, value)).toBe(possible)
  })

  it('includes its bounds, whatever unit they are written in', () => {
    for (const { kind, min, max, unit, otherUnits } of SENSOR_KINDS.values())
      for (const { unit: other, factor, offset = 0 } of [{ unit, factor: 1 }, ...otherUnits])
        for (const bound of [min, max])
          if (bound !== null)
            expect([kind, other, isPossible(kind, other, (bound - offset) / factor)]).toEqual([kind, other, true])
  })

  it('has a device class only with a unit of its kind', () => {
    expect(deviceClassOf('temperature', '°F')).toBe('temperature')
    expect(deviceClassOf('temperature', 'Réaumur')).toBeNull()
  })
})
