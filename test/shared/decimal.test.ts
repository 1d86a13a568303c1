import { describe, expect, it } from 'vitest'
import { decimalText } from '../../shared/decimal.ts'

const SCORE = { precision: 5, scale: 2 }

describe('a decimal number', () => {
  it.each([
    ['3.5', '3.50'],
    [3.5, '3.50'],
    ['0', '0.00'],
    ['-0', '0.00'],
    ['-0.00', '0.00'],
    ['-0.01', '-0.01'],
    ['007.10', '7.10'],
    ['999.99', '999.99'],
    ['-999.99', '-999.99'],
    ['1.100000000000000000000000', '1.10'],
    [0.8, '0.80'],
  ])('%j is written %s', (value, text) => {
    expect(decimalText(value, SCORE)).toBe(text)
  })

  it.each([
    '1000',
    '1.005',
    '0.001',
    0.1 + 0.2,
    '1e2',
    1e21,
    1e-7,
    'NaN',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    'Infinity',
    '',
    ' 1',
    '1\n',
    '+1',
    '.5',
    '5.',
    '1,5',
    '1_000',
    '0x10',
    '١',
    '--1',
    true,
    null,
    undefined,
    [1],
    { toString: () => '1' },
  ])('%j is none, or does not fit', (value) => {
    expect(decimalText(value, SCORE)).toBeNull()
  })

  it('of a hundred thousand digits is none, and found so at once', () => {
    expect(decimalText('9'.repeat(100_000), SCORE)).toBeNull()
    expect(decimalText(1n, SCORE)).toBeNull()
  })

  it('without digits behind the point has no point', () => {
    expect(decimalText('42.0', { precision: 4, scale: 0 })).toBe('42')
  })

  it('below one needs no digit before the point', () => {
    expect(decimalText('0.25', { precision: 2, scale: 2 })).toBe('0.25')
    expect(decimalText('1.25', { precision: 2, scale: 2 })).toBeNull()
  })
})
