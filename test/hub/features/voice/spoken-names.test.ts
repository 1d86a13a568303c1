import { beforeEach, describe, expect, it } from 'vitest'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { spokenHouse } from './spoken-house.ts'

let house: TestHouse
beforeEach(() => {
  house = spokenHouse('en')
})

const say = (text: string) =>
  data<{ text: string; intent: string | null; done: string[] }>(
    ask(house, commandInput('voice/ask', { text, device: 'kitchen-speaker' })),
  )
const add = (params: Record<string, unknown>) => ask(house, commandInput('voice/add-name', params))
const names = () => query<{ names: { name: string; id: number }[] }>(house, 'voice/names').names

describe('another name', () => {
  it('of a lamp, a room and what a device has is understood like its own, until it is removed', () => {
    expect(say('turn on the big sunshine').intent).toBeNull()
    expect(data(add({ name: 'Big Sunshine', device: 'living-floor-lamp' }))).toMatchObject({
      own: 'floor lamp',
      kind: 'device',
    })
    add({ name: 'den', room: 'living room' })
    add({ name: 'breeze', entity: 'fan.bed-fan/fan' })
    expect(say('turn on the big sunshine').text).toBe('Switching big sunshine on.')
    expect(say('turn on the big sunshine in the den').done).toHaveLength(1)
    expect(say('how warm is it in the den').text).toContain('21.5 degrees')
    expect(say('turn on the breeze').done).toHaveLength(1)
    for (const { id } of names()) ask(house, commandInput('voice/remove-name', { id }))
    expect(names()).toEqual([])
    for (const text of ['turn on the big sunshine', 'how warm is it in the den', 'turn on the breeze'])
      expect(say(text).intent).toBeNull()
  })

  it('is kept once, and goes with what is called so', () => {
    add({ name: 'den', room: 'living room' })
    add({ name: 'Den', room: 'living room' })
    expect(names()).toHaveLength(1)
    house.db.prepare("DELETE FROM rooms WHERE id = 'living'").run()
    expect(names()).toEqual([])
  })

  it('of a gate keeps it from being moved, whatever it is called itself', () => {
    expect(say('open the blind').done).toHaveLength(1)
    add({ name: 'garage door', device: 'living-blind' })
    for (const text of ['open the blind', 'open the garage door', 'open everything', 'set the blind to half'])
      expect(say(text).done).toEqual([])
    expect(say('open the blind').text).toBe('Blind is not switched by voice.')
  })

  it('is for one thing that there is', () => {
    expect(add({ name: 'den' }).error).toMatchObject({ code: 'bad_params' })
    expect(add({ name: 'den', room: 'kitchen', device: 'living-blind' }).error).toMatchObject({ code: 'bad_params' })
    expect(add({ name: '!?', room: 'kitchen' }).error).toMatchObject({ code: 'bad_params' })
    expect(add({ name: 'den', entity: 'light.nowhere' }).error).toMatchObject({ hint: 'See lares entities list.' })
    expect(ask(house, commandInput('voice/remove-name', { id: 9 })).error).toMatchObject({
      hint: 'See lares voice names.',
    })
  })

  it('is as many as can be looked over', () => {
    for (let at = 0; at < 500; at++) add({ name: `name ${at}`, room: 'kitchen' })
    expect(add({ name: 'one more', room: 'kitchen' }).error).toMatchObject({
      ...{ code: 'busy', hint: 'Remove some that nobody says: lares voice names shows them.' },
    })
  })
})
