import { expect, it } from 'vitest'
import { ask, commandInput } from '../../engine/ask.ts'
import { houseWithBridge } from '../devices/house-with-bridge.ts'

it.each([
  ['devices/switch', { output: 'light', state: 'on' }],
  ['devices/command', { command: 'identify' }],
  ['devices/configure', { heartbeat_s: 60 }],
  ['devices/restart', {}],
] as const)('%s of a device that does not log in here says by what it is connected', (verb, params) => {
  const { house, device } = houseWithBridge()
  expect(ask(house, commandInput(verb, { device, ...params })).error).toMatchObject({
    code: 'bad_params',
    message: 'device: Lamp does not log in here, so this hub cannot tell it anything',
    hint: 'Tell it by what it is connected through: zigbee2mqtt.',
  })
  for (const table of ['control_actions', 'commands_underway', 'device_settings'])
    expect(house.all(`SELECT 1 FROM ${table}`)).toEqual([])
})
