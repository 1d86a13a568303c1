import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CompletionCache } from '../../cli/completion/completion-cache.ts'
import { ManualClock } from '../../shared/clock.ts'

let folder: string
let clock: ManualClock
let asked = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-cache-'))
  vi.stubEnv('XDG_CACHE_HOME', folder)
  clock = new ManualClock()
  asked = 0
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const answering = (found: string[]) => async () => {
  asked += 1
  return found
}
const away = async () => {
  asked += 1
  throw new Error('away')
}
const get = (ask: () => Promise<unknown[]>, { hub = 'home', question = 'devices' } = {}) =>
  new CompletionCache(hub, clock).get(question, ask)

describe('what a hub answered a shell', () => {
  it('is good for half a minute, for that hub and that question', async () => {
    expect(await get(answering(['a']))).toEqual(['a'])
    clock.advance(29_000)
    expect(await get(answering(['b']))).toEqual(['a'])
    expect(await get(answering(['c']), { hub: 'cabin' })).toEqual(['c'])
    expect(await get(answering(['d']), { question: 'houses' })).toEqual(['d'])
    clock.advance(1_000)
    expect(await get(answering(['e']))).toEqual(['e'])
    expect(asked).toBe(4)
  })

  it('stands in for a hub that is away, which is not asked at each key', async () => {
    await expect(get(away)).rejects.toThrow('away')
    expect(await get(away)).toEqual([])
    clock.advance(10_000)
    expect(await get(answering(['a']))).toEqual(['a'])
    clock.advance(60_000)
    expect(await get(away)).toEqual(['a'])
    expect(await get(away)).toEqual(['a'])
    expect(asked).toBe(3)
  })

  it('is asked for again where it is damaged, or of a time that is to come', async () => {
    await get(answering(['a']))
    const [file = ''] = readdirSync(join(folder, 'lares'))
    for (const text of ['{', 'null', '[]', '{"at":1}', JSON.stringify({ at: clock.now() + 1, found: ['z'] })]) {
      writeFileSync(join(folder, 'lares', file), text)
      expect(await get(answering(['b']))).toEqual(['b'])
    }
  })
})
