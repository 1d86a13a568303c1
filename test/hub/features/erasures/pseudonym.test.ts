import { describe, expect, it } from 'vitest'
import { type EventTexts, Pseudonym, type Traces } from '../../../../hub/features/erasures/pseudonym.ts'

const NOTHING: EventTexts = {
  device_id: null,
  user_id: null,
  session_id: null,
  entity_id: null,
  acknowledged_by: null,
  description: '',
  old_state: null,
  new_state: null,
  event_data: '{}',
  state_attributes: '{}',
  context: '{}',
}

const KITCHEN: Traces = { keys: ['kitchen-x7k2m9'], names: ['Kitchen', 'e', 'temperature'] }

/** The event as it is told after the erasure; `null`: as it was. */
function told(event: Partial<EventTexts>, { own = false, traces = KITCHEN } = {}): EventTexts | null {
  return new Pseudonym(traces, 'erased-aa').inEvent({ ...NOTHING, ...event }, own)
}

describe('a pseudonym', () => {
  it.each([
    [{ description: 'Kitchen window: open' }],
    [{ device_id: 'hall-b3n4p5', event_data: '{"temperature":3,"name":"Kitchen"}' }],
    [{ description: 'kitchen-x7k2m90 and big-kitchen-x7k2m9 are others' }],
    [{ old_state: 'Kitchen', new_state: 'Hall' }],
  ])('leaves events of others as they are: %j', (event) => {
    expect(told(event)).toBeNull()
  })

  it('takes a name where the event is of the subject or names its key, and only where no letter or digit is beside it', () => {
    const said = { description: 'Kitchen: the Kitchenette, e.g. Küche', event_data: '{"temperature":3,"of":"Kitchen"}' }
    const expected = {
      description: 'erased-aa: the Kitchenette, erased-aa.g. Küche',
      event_data: '{"temperature":3,"of":"erased-aa"}',
    }
    expect(told(said, { own: true })).toMatchObject(expected)
    expect(told({ ...said, context: '{"by":"kitchen-x7k2m9.web"}' })).toMatchObject({
      ...expected,
      context: '{"by":"erased-aa.web"}',
    })
  })

  it('takes a key out of topics, names of properties and escaped strings, and leaves numbers as they were written', () => {
    const event_data = '{"lares/kitchen-x7k2m9/up": 12345678901234567890, "was":"\\nkitchen-x7k2m9_1", "n":1.0}'
    expect(told({ event_data })).toMatchObject({
      event_data: '{"lares/erased-aa/up": 12345678901234567890, "was":"\\nerased-aa_1", "n":1.0}',
    })
  })

  it('takes keys that are no ids, as addresses are, and names with signs in them', () => {
    const traces = { keys: ['u-1', 'a.b@example.com'], names: ['Ann "A." (Jo)'] }
    const event_data = JSON.stringify({ to: 'a.b@example.com', not: 'aXb@example.com', name: 'Ann "A." (Jo)' })
    expect(told({ event_data }, { traces })).toMatchObject({
      event_data: JSON.stringify({ to: 'erased-aa', not: 'aXb@example.com', name: 'erased-aa' }),
    })
  })

  it('costs no more for a bridge of 8,192 entities than for one', () => {
    const keys = Array.from({ length: 8_192 }, (_, at) => `0196f0a0-0000-7000-8000-${String(at).padStart(12, '0')}`)
    const pseudonym = new Pseudonym({ keys, names: ['Bridge'] }, 'erased-aa')
    const event = {
      ...NOTHING,
      description: `state of ${keys[8_000]}`,
      event_data: `{"entity":"${keys[1]}","text":"${'on '.repeat(80)}"}`,
    }
    const before = process.cpuUsage()
    for (let looked = 0; looked < 5_000; looked++) pseudonym.inEvent(event, false)
    const { user, system } = process.cpuUsage(before)
    expect(pseudonym.inEvent(event, false)?.description).toBe('state of erased-aa')
    // One key after the other took fifty seconds.
    expect((user + system) / 1_000_000).toBeLessThan(10)
  })
})
