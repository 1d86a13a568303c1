import { expect, it } from 'vitest'
import { ReadNotes } from '../../../../hub/admin/read-notes.ts'
import { loginRights } from '../../../../hub/features/users/login-rights.ts'
import { ManualClock } from '../../../../shared/clock.ts'
import { accountOf } from '../../callers.ts'
import { ask, commandInput, data } from '../../engine/ask.ts'
import { openTestHouse } from '../../engine/engine-in-memory.ts'
import { migratedHouse } from '../../store/migrated.ts'
import { houseWithBridge, light, observed, thermometer } from '../devices/house-with-bridge.ts'
import { conversation } from '../retention/conversation.ts'
import { DEVICE, finishErasing, livedIn, mentions, OTHER, PERSON, WORDS } from './lived-in.ts'

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

/** Anna's phone, by whose token id, client and address she would be known. */
const PHONE = { token: `k-${PERSON}`, client: 'her.phone', address: '192.168.1.77', session: 'her-login' }
const ANNA = accountOf(PERSON, 'all', PHONE)
const HERS = [...WORDS.user, ...Object.values(PHONE)]

it('the erasure of a person takes the questions that were counted and not yet written', async () => {
  const house = livedIn()
  const notes = new ReadNotes(new ManualClock(), async (note) => house.send(note))
  const paul = accountOf('u-paul-0002', 'all')
  for (const caller of [ANNA, ANNA, paul, paul])
    notes.add({ area: 'devices', verb: 'list', caller, request: { id: '1', params: {} }, retained: false }, true)
  ask(house, commandInput('users/erase', { email: 'anna@example.com' }))
  finishErasing(house)
  await notes.stop()
  expect(mentions(house, HERS)).toEqual([])
  expect(house.all("SELECT description FROM events WHERE event_type = 'api_call' AND category = 'access'")).toEqual(
    Array(2).fill({ description: 'u-paul-0002 asked for devices/list.' }),
  )
})

it('a change that waited until somebody was erased is in the audit under the pseudonym', () => {
  const db = migratedHouse()
  const house = livedIn(openTestHouse({ db, logins: loginRights(db) }))
  const { pseudonym } = data<{ pseudonym: string }>(
    ask(house, commandInput('users/erase', { email: 'anna@example.com' })),
  )
  finishErasing(house)
  const late = commandInput('devices/rename', { device: OTHER, name: 'Mine' }, { caller: ANNA })
  expect(ask(house, late).error?.code).toBe('forbidden')
  expect(mentions(house, HERS)).toEqual([])
  expect(
    house.all(
      "SELECT description, user_id, context FROM events WHERE event_type = 'api_call' ORDER BY id DESC LIMIT 1",
    ),
  ).toEqual([{ description: `${pseudonym} asked for devices/rename.`, user_id: null, context: '{}' }])
})
