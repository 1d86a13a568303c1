import { describe, expect, it } from 'vitest'
import { LogBoard } from '../../shared/log-board.ts'

describe('what parts say', () => {
  it('is the usual until one is set, then its own, and all at once takes single ones back', () => {
    const board = new LogBoard()
    board.open('warn')
    expect([board.allows('sync', 'warn'), board.allows('sync', 'info')]).toEqual([true, false])
    board.set('sync', 'debug')
    expect([board.allows('sync', 'debug'), board.allows('voice', 'info')]).toEqual([true, false])
    board.unset('sync')
    expect([board.allows('sync', 'warn'), board.allows('sync', 'debug')]).toEqual([true, false])
    board.set('sync', 'debug')
    board.set('all', 'error')
    expect([board.allows('sync', 'warn'), board.allows('voice', 'error')]).toEqual([false, true])
  })

  it('is remembered, the last lines of it, within bounds', () => {
    const board = new LogBoard()
    for (let i = 0; i < 2_000; i++) board.keep(`line ${i}`)
    expect(board.recent()).toHaveLength(500)
    expect(board.recent().at(-1)).toBe('line 1999')
    for (let i = 0; i < 40; i++) board.keep('x'.repeat(20_000))
    expect(board.recent().join('').length).toBeLessThanOrEqual(256 * 1024)
    board.keep('y'.repeat(1_000_000))
    expect(board.recent()).toHaveLength(1)
  })
})
