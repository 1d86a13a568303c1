import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutText } from '../../shared/cut-text.ts'

describe('cutting a text', () => {
  it('leaves a text that fits as it is', () => {
    expect(cutText('Küche', 5)).toBe('Küche')
  })

  it('ends before an emoji that does not fit whole', () => {
    expect(cutText('Kitchen 🏠', 9)).toBe('Kitchen ')
  })

  it('keeps an accent, a flag and a family with what they belong to', () => {
    expect(cutText('cafe\u0301 au lait', 4)).toBe('caf')
    expect(cutText('🇩🇪🇫🇷', 6)).toBe('🇩🇪')
    expect(cutText('x👩‍👧‍👦', 5)).toBe('x')
  })

  it('cuts a character that is longer than the limit between its code points, not to nothing', () => {
    expect(cutText(`e${'\u0301'.repeat(20)}`, 5)).toBe(`e${'\u0301'.repeat(4)}`)
    expect(cutText('👩‍👧‍👦', 4)).toBe('👩‍')
  })

  it('gives text that every store can hold, never longer than the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, max) => {
        const cut = cutText(text, max)
        expect(cut.length).toBeLessThanOrEqual(max)
        expect(cut.isWellFormed()).toBe(true)
        expect(text.startsWith(cut)).toBe(true)
      }),
    )
  })
})
