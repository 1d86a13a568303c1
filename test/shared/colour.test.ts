import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { colourDistance, colourOfRgb, colourOfXy, isSameColour, rgbOf, xyOf } from '../../shared/colour.ts'
import { isSameWarmth, kelvinOf, miredOf, readWarmth } from '../../shared/colour-temperature.ts'
import { colourWords, readColour } from '../../shared/colour-words.ts'

const colour = fc.record({ hue: fc.integer({ min: 0, max: 359 }), saturation: fc.integer({ min: 0, max: 100 }) })

describe('a colour', () => {
  /** The primaries of sRGB and its white: IEC 61966-2-1. */
  it.each([
    ['red', 255, 0, 0, [0.64, 0.33], 0, 100],
    ['green', 0, 255, 0, [0.3, 0.6], 120, 100],
    ['blue', 0, 0, 255, [0.15, 0.06], 240, 100],
    ['white', 255, 255, 255, [0.3127, 0.329], 0, 0],
  ] as const)(
    '%s is the same in every way in which lamps say it',
    (name, red, green, blue, [x, y], hue, saturation) => {
      const known = { hue, saturation }
      expect(colourOfRgb(red, green, blue)).toEqual(known)
      expect(rgbOf(known)).toEqual([red, green, blue])
      for (const [index, one] of xyOf(known).entries()) expect(one).toBeCloseTo([x, y][index] ?? 0, 3)
      expect(colourDistance(colourOfXy(x, y) ?? { hue: 0, saturation: 50 }, known)).toBeLessThanOrEqual(1)
      expect([readColour(name), colourWords(known)]).toEqual([known, name])
    },
  )

  it('comes back from a lamp as it was told, whichever way that is', () => {
    fc.assert(
      fc.property(colour, (told) => {
        const back = [colourOfRgb(...rgbOf(told)), colourOfXy(...xyOf(told))]
        return back.every((one) => one !== null && colourDistance(one, told) <= 3)
      }),
    )
  })

  it('is another one when people would say so, and its brightness is no part of it', () => {
    expect(isSameColour({ hue: 359, saturation: 100 }, { hue: 3, saturation: 95 })).toBe(true)
    expect(isSameColour({ hue: 0, saturation: 3 }, { hue: 180, saturation: 3 })).toBe(true)
    expect(isSameColour({ hue: 0, saturation: 100 }, { hue: 30, saturation: 100 })).toBe(false)
    expect(colourOfRgb(10, 0, 0)).toEqual({ hue: 0, saturation: 100 })
  })

  it('is none where there is none', () => {
    expect([colourOfRgb(0, 0, 0), colourOfRgb(Number.NaN, 0, 0), colourOfRgb(-1, 5, 5)]).toEqual([null, null, null])
    expect([colourOfXy(0, 0), colourOfXy(0.9, 0.9), colourOfXy(Number.NaN, 1)]).toEqual([null, null, null])
  })

  it.each([
    ['Red', 0, 100],
    ['sky-blue', 200, 60],
    ['#ff8800', 32, 100],
    ['#F80', 32, 100],
    ['ff8800', 32, 100],
    ['255,136,0', 32, 100],
    ['rgb(255, 136, 0)', 32, 100],
  ])('is meant by %s', (text, hue, saturation) => {
    expect(readColour(text)).toEqual({ hue, saturation })
  })

  it.each(['', 'reddish', '#ff88', '123456', '000000', '#000', '256,0,0', '1,2', '__proto__'])(
    'is not meant by %s',
    (text) => {
      expect(readColour(text)).toBeNull()
    },
  )

  it('has a name where it is near to one', () => {
    expect(colourWords({ hue: 2, saturation: 99 })).toBe('red')
    expect(colourWords({ hue: 72, saturation: 90 })).toBe('#d1ff19')
    expect(readColour(colourWords({ hue: 72, saturation: 90 }))).toEqual({ hue: 72, saturation: 90 })
  })
})

describe('a white', () => {
  const lamp = { min: 2_200, max: 4_000, step: 1 }

  it.each([
    ['2700 K', 2_700],
    ['2700k', 2_700],
    ['2700 kelvin', 2_700],
    ['2700', 2_700],
    ['370 mired', 2_703],
    ['warm', 2_700],
    ['Warm White', 2_700],
    ['white', 4_000],
    ['candle', 2_200],
    ['cold', 4_000],
  ])('is meant by %s', (text, kelvin) => {
    expect(readWarmth(text, lamp)).toBe(kelvin)
  })

  it.each(['', '270', '9000', '9000 K', '100 K', '500 mired', 'lukewarm', 'black white'])(
    'is not meant by %s',
    (text) => {
      expect(readWarmth(text, lamp)).toBeNull()
    },
  )

  it('is the same when a lamp has rounded it', () => {
    for (let kelvin = 1_500; kelvin <= 6_500; kelvin += 7)
      expect(isSameWarmth(kelvinOf(miredOf(kelvin)), kelvin)).toBe(true)
    expect([isSameWarmth(2_700, 3_000), isSameWarmth(6_500, 4_000)]).toEqual([false, false])
  })
})
