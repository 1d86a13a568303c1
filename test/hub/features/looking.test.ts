import { describe, expect, it } from 'vitest'
import { ask, commandInput, data, LOCAL, query } from '../engine/ask.ts'
import { openTestHouse } from '../engine/engine-in-memory.ts'

type Events = { events: { event_type: string; severity: string }[] }

describe('the list of events', () => {
  it('is not filled by those who look, and shows them to whom asks for it', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    house.send({ kind: 'api_call', area: 'devices', verb: 'list', caller: LOCAL, ok: true, times: 40 })
    data(ask(house, commandInput('devices/rename', { device: 'kitchen-pi', name: 'Stove' })))
    const types = (params: Record<string, unknown>) =>
      query<Events>(house, 'events/list', params).events.map(({ event_type }) => event_type)
    expect(types({})).toContain('device_renamed')
    expect(types({})).not.toContain('api_call')
    for (const params of [{ all: true }, { severity: 'debug' }, { event_type: 'api_call' }])
      expect(types(params).filter((type) => type === 'api_call')).toHaveLength(2)
    expect(types({ severity: 'info' })).not.toContain('api_call')
  })
})
