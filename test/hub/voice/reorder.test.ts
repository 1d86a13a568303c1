import { describe, expect, it } from 'vitest'
import { type Piece, Reorder } from '../../../hub/voice/reorder.ts'
import { REORDER_WINDOW_MS } from '../../../shared/limits.ts'

const pcm = (seq: number) => Uint8Array.of(seq, 0)
const said = (pieces: Piece[]) => pieces.map((piece) => (piece.kind === 'sound' ? piece.pcm[0] : `gap ${piece.frames}`))

describe('the order of frames', () => {
  it('lets frames through at once when they come in order', () => {
    const reorder = new Reorder()
    for (const seq of [0, 1, 2]) {
      expect(reorder.accept(seq, pcm(seq), 0)).toBe('kept')
      expect(said(reorder.release(0))).toEqual([seq])
    }
    expect(reorder.deadline).toBeNull()
  })

  it('holds a frame until those before it are there', () => {
    const reorder = new Reorder()
    reorder.accept(2, pcm(2), 0)
    reorder.accept(1, pcm(1), 10)
    expect(said(reorder.release(10))).toEqual([])
    expect(reorder.deadline).toBe(REORDER_WINDOW_MS)
    reorder.accept(0, pcm(0), 20)
    expect(said(reorder.release(20))).toEqual([0, 1, 2])
  })

  it('makes a gap of what is missing when a frame has waited for one window, not sooner', () => {
    const reorder = new Reorder()
    reorder.accept(3, pcm(3), 0)
    expect(said(reorder.release(REORDER_WINDOW_MS - 1))).toEqual([])
    expect(said(reorder.release(REORDER_WINDOW_MS))).toEqual(['gap 3', 3])
  })

  it('gives every gap its own window', () => {
    const reorder = new Reorder()
    reorder.accept(1, pcm(1), 0)
    reorder.accept(3, pcm(3), 50)
    expect(said(reorder.release(REORDER_WINDOW_MS))).toEqual(['gap 1', 1])
    expect(reorder.deadline).toBe(50 + REORDER_WINDOW_MS)
    expect(said(reorder.release(50 + REORDER_WINDOW_MS))).toEqual(['gap 1', 3])
  })

  it('tells a frame that came too late from one that came twice', () => {
    const reorder = new Reorder()
    reorder.accept(1, pcm(1), 0)
    expect(reorder.accept(1, pcm(1), 0)).toBe('duplicate')
    reorder.release(REORDER_WINDOW_MS)
    expect(reorder.accept(0, pcm(0), 200)).toBe('late')
    expect(reorder.accept(0, pcm(0), 200)).toBe('duplicate')
    expect(reorder.accept(1, pcm(1), 200)).toBe('duplicate')
    expect(said(reorder.release(400))).toEqual([])
  })

  it('holds no more than a second of sound, however fast it comes', () => {
    const reorder = new Reorder()
    for (let seq = 1; seq <= 25; seq++) reorder.accept(seq, pcm(seq), 0)
    expect(said(reorder.release(0))).toEqual([])
    reorder.accept(26, pcm(26), 0)
    expect(said(reorder.release(0))).toHaveLength(27)
  })

  it('does not keep the memory a frame came in', () => {
    const reorder = new Reorder()
    const bytes = pcm(7)
    reorder.accept(0, bytes, 0)
    bytes[0] = 9
    expect(said(reorder.flush())).toEqual([7])
  })
})
