import { expect, it } from 'vitest'
import { ask, commandInput } from '../../engine/ask.ts'
import { houseWithBridge, light, observed, thermometer } from '../devices/house-with-bridge.ts'
import { conversation } from '../retention/conversation.ts'
import { DEVICE, finishErasing, livedIn, mentions, WORDS } from './lived-in.ts'

it('the erasure of a device behind a bridge takes its entities, by whatever keys they go, and those of no other', () => {
  const { house, device } = houseWithBridge()
  house.send({ kind: 'test_device', name: 'Attic' })
  const [other] = house.all<{ id: string }>('SELECT id FROM devices WHERE id <> ?', device)
  const kept = other?.id ?? ''
  const attic = { uniqueId: '00:17:88:03/light', entityId: 'light.attic', name: 'Attic light' }
  house.send(observed(light(device), 'on'), observed(thermometer(device), 19.5), observed(light(kept, attic), 'on'))
  const words = [device, '00:17:88:01/light', 'light.living_room', 'sensor.attic', 'Living room']
  expect(mentions(house, words).length).toBeGreaterThan(4)
  const ofOther = () => house.all('SELECT key, name, entity_id FROM device_entities WHERE device_id = ?', kept)
  const before = ofOther()
  expect(before).toHaveLength(1)
  expect(ask(house, commandInput('devices/erase', { device })).status).toBe('ok')
  finishErasing(house)
  expect(mentions(house, words)).toEqual([])
  expect(ofOther()).toEqual(before)
})

it('the erasure of a device ends what is under way with it: its session, its open turn, its connection', () => {
  const house = livedIn()
  conversation(house, 'now', { device: DEVICE })
  house.db.exec("UPDATE sessions SET state = 'active', ended_at = NULL WHERE id = 's-now'")
  house.db.exec("UPDATE turns SET phase = 'open' WHERE id = 't-now'")
  house.send({ kind: 'presence', device: DEVICE, online: true, reason: 'connected' })
  ask(house, commandInput('devices/erase', { device: DEVICE }))
  expect(house.effects).toContainEqual({ kind: 'disconnect', device: DEVICE, reason: 'revoked' })
  expect(house.all("SELECT state FROM sessions WHERE id = 's-now'")).toEqual([{ state: 'ended' }])
  // What it says until its connection is gone, and that it is gone, comes between two steps.
  finishErasing(house, () =>
    house.send(
      [`lares/${DEVICE}/readings`, { items: [{ sensor: 's', kind: 'temperature', value: 1 }] }],
      [`lares/${DEVICE}/turn`, { turn: 't1', phase: 'start' }],
      { kind: 'presence', device: DEVICE, online: false, reason: 'revoked' },
    ),
  )
  house.restart()
  house.tick(1_000)
  expect(mentions(house, WORDS.device)).toEqual([])
})
