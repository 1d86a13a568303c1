import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ManualClock } from '../../shared/clock.ts'
import { MoonshineListener } from '../../speech/moonshine/moonshine-listener.ts'
import { CONDUCT } from './stand-in-conduct.ts'

const PROGRAM = join(import.meta.dirname, 'moonshine-stand-in.ts')

let folder: string
let clock: ManualClock
let listener: MoonshineListener

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'listener-'))
  clock = new ManualClock()
  listener = made()
})
afterEach(async () => {
  await listener.rest()
  rmSync(folder, { recursive: true })
})

function made(runtime = 'well'): MoonshineListener {
  return new MoonshineListener({
    start: { runtime, model: join(folder, 'begun'), size: 'tiny' },
    clock,
    program: PROGRAM,
  })
}
function sentence(conduct: keyof typeof CONDUCT, length = 3): Int16Array {
  return Int16Array.from({ length }, (_, n) => (n === 0 ? CONDUCT[conduct] : 0))
}
/** How many processes there were so far. */
const begun = () => readFileSync(join(folder, 'begun'), 'utf8').split('\n').length - 1

describe('the process that hears', () => {
  it('begins with the first sentence, and hears all of them one after the other', async () => {
    const heard = await Promise.all([5, 6, 7].map((length) => listener.hear(sentence('answers', length))))
    expect(heard.map(({ text }) => text)).toEqual(['5 samples', '6 samples', '7 samples'])
    expect(begun()).toBe(1)
  })

  it('begins while somebody still speaks, and rests where nothing of it was to be understood', async () => {
    listener.begin({ language: 'en' })
    await expect.poll(() => existsSync(join(folder, 'begun')) && begun()).toBe(1)
    clock.advance(600_000)
    await listener.rest()
    await listener.hear(sentence('answers'))
    expect(begun()).toBe(2)
  })

  it('that is killed in a sentence fails that one, and those that wait; the next one has another', async () => {
    const failing = [listener.hear(sentence('dies')), listener.hear(sentence('answers'))]
    for (const one of await Promise.allSettled(failing))
      expect(one).toMatchObject({
        status: 'rejected',
        reason: { code: 'program_failed', message: 'moonshine tiny failed: SIGKILL' },
      })
    expect(await listener.hear(sentence('answers'))).toEqual({ text: '3 samples', tookMs: 5 })
    expect(begun()).toBe(2)
  })

  it('that hangs in native code is ended when its time is over', async () => {
    await listener.hear(sentence('answers'))
    let said: unknown = null
    listener.hear(sentence('hangs', 16_000)).catch((error: unknown) => {
      said = error
    })
    await vi.waitFor(() => {
      clock.advance(14_000)
      expect(said).toMatchObject({ code: 'timed_out', message: 'moonshine tiny took longer than 14 s' })
    })
    expect(await listener.hear(sentence('answers'))).toMatchObject({ text: '3 samples' })
    expect(begun()).toBe(2)
  })

  it('that cannot run its model says why, at every sentence', async () => {
    listener = made('broken')
    for (let tries = 1; tries <= 2; tries += 1) {
      await expect(listener.hear(sentence('answers'))).rejects.toThrow('moonshine tiny failed: the model is cut off')
      expect(begun()).toBe(tries)
    }
  })

  it('that is never ready is given up', async () => {
    listener = made('silent')
    const said = expect(listener.hear(sentence('answers'))).rejects.toThrow('was not ready within 1 min')
    clock.advance(60_000)
    await said
  })

  it('fails one sentence where the model cannot, and goes on', async () => {
    await expect(listener.hear(sentence('fails'))).rejects.toThrow('no memory for a tensor')
    await listener.hear(sentence('answers'))
    expect(begun()).toBe(1)
  })

  it('begins anew when it has grown', async () => {
    await listener.hear(sentence('grows'))
    await vi.waitFor(async () => {
      await listener.hear(sentence('answers'))
      expect(begun()).toBe(2)
    })
  })

  it('is ended when nobody has said anything for ten minutes, and not before', async () => {
    await listener.hear(sentence('answers'))
    clock.advance(599_000)
    await listener.hear(sentence('answers'))
    clock.advance(599_000)
    await listener.hear(sentence('answers'))
    expect(begun()).toBe(1)
    clock.advance(601_000)
    await listener.rest()
    await listener.hear(sentence('answers'))
    expect(begun()).toBe(2)
  })

  it('is asked nothing by whoever gave up, and goes on for others', async () => {
    await expect(listener.hear(sentence('answers'), AbortSignal.abort(new Error('nobody waits')))).rejects.toThrow(
      'nobody waits',
    )
    await listener.hear(sentence('answers'))
    const controller = new AbortController()
    const given = expect(listener.hear(sentence('hangs'), controller.signal)).rejects.toThrow('somebody else speaks')
    controller.abort(new Error('somebody else speaks'))
    await given
  })
})
