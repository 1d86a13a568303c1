import { describe, expect, it } from 'vitest'
import { asError, canRetry, ERROR_CODES, explain, hintFor, LaresError } from '../../shared/errors.ts'

describe('every error code', () => {
  it.each(ERROR_CODES)('%s has a remedy that is a sentence', (code) => {
    expect(code).toMatch(/^[a-z][a-z0-9_]{2,39}$/)
    expect(hintFor(code)).toMatch(/^[A-Z'].{10,299}\.$/s)
  })

  it('is there once, and so is its remedy', () => {
    expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length)
    const hints = ERROR_CODES.map(hintFor)
    expect(hints.filter((hint, index) => hints.indexOf(hint) !== index)).toEqual([])
  })
})

describe('an error', () => {
  it('shows the thing, the remedy and the code', () => {
    const error = new LaresError('disk_full', 'cannot write hub.db')
    expect(explain(error)).toBe(`cannot write hub.db\n  ${hintFor('disk_full')} [disk_full]`)
    expect(explain(new LaresError('disk_full', 'x', { hint: 'Do this.' }))).toContain('Do this. [disk_full]')
  })

  it('knows whether trying again can help', () => {
    expect(canRetry(new LaresError('disk_full', 'x'))).toBe(true)
    expect(canRetry(new LaresError('bad_code', 'x'))).toBe(false)
    expect(canRetry(new Error('unknown'))).toBe(true)
  })

  it('is made of anything that was thrown', () => {
    expect(asError('text').message).toBe('text')
    expect(asError(undefined)).toBeInstanceOf(Error)
    const error = new Error('same')
    expect(asError(error)).toBe(error)
    expect(new LaresError('internal', 'x', { cause: error }).cause).toBe(error)
    expect('cause' in new LaresError('internal', 'x')).toBe(false)
  })
})
