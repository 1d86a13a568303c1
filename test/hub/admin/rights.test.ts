import { describe, expect, it } from 'vitest'
import { authorize } from '../../../hub/engine/authorize.ts'
import type { Caller } from '../../../hub/engine/caller.ts'
import { COMMANDS, findAdminCommand } from '../../../hub/features/commands.ts'
import { LaresError } from '../../../shared/errors.ts'
import { ADMIN, accountOf, memberOf, programWith } from '../callers.ts'
import { ask, commandInput, data, LOCAL, query } from '../engine/ask.ts'
import { START, type TestHouse } from '../engine/engine-in-memory.ts'
import { KNOWN, lived } from './lived-house.ts'

type Verb = `${string}/${string}`

const HOME = 'home'
const VERBS = COMMANDS.map(({ area, verb }) => `${area}/${verb}` as Verb)

/** Every kind of caller. `visitor` is a guest, `neighbour` owns another house of the same hub. */
const CALLERS = {
  stranger: accountOf('a-stranger', {}),
  service: programWith([], HOME),
  visitor: memberOf('guest', HOME),
  resident: memberOf('resident', HOME),
  owner: memberOf('owner', HOME),
  neighbour: memberOf('owner', 'other'),
  admin: ADMIN,
  local: LOCAL,
  integration: accountOf('anna', { [HOME]: [{ right: 'control' }] }, { kind: 'integration' }),
  'reading program': programWith([{ right: 'read' }], HOME),
  'switching program': programWith([{ right: 'control', area: 'devices' }], HOME),
} satisfies Record<string, Caller>

type Who = keyof typeof CALLERS

/** `lived`, with a second house that has a device. */
function twoHouses(): TestHouse {
  const house = lived()
  house.db.pragma('foreign_keys = OFF')
  house.db.exec(
    `UPDATE devices SET house_id = '${HOME}'; UPDATE houses SET id = '${HOME}';
     INSERT INTO houses (id, name, created_at, updated_at) VALUES ('other', 'Other', ${START + 1}, ${START + 1})`,
  )
  house.db.pragma('foreign_keys = ON')
  house.device('other-pi')
  house.db.exec("UPDATE devices SET house_id = 'other' WHERE id = 'other-pi'")
  house.restart()
  return house
}

/** The answer to the first example of a verb: its data, or the code of its refusal. */
function called(house: TestHouse, verb: Verb, caller: Caller): { code: string; data: unknown } {
  const [area = '', name = ''] = verb.split('/')
  const command = findAdminCommand(area, name)
  const { before = '', prepared } = KNOWN[verb] ?? {}
  house.db.exec(before)
  const params = { ...command?.examples[0]?.params }
  if (!command?.run) {
    try {
      return { code: 'ok', data: query(house, verb, params, caller) }
    } catch (error) {
      return { code: error instanceof LaresError ? error.code : String(error), data: null }
    }
  }
  const { error, data } = ask(house, commandInput(verb, params, { caller, prepared }))
  return { code: error?.code ?? 'ok', data }
}

/** Who is not refused a verb, asked once: a caller with few rights before one with many. */
function whoMay(verb: Verb): Who[] {
  const house = twoHouses()
  return (Object.keys(CALLERS) as Who[]).filter((who) => called(house, verb, CALLERS[who]).code !== 'forbidden').sort()
}

const MAY = new Map(VERBS.map((verb) => [verb, whoMay(verb)]))

/** What each right of the declarations means for each kind of caller: nobody is asked, it is written down here. */
const WITH_RIGHT: Record<string, Who[]> = {
  see: ['visitor', 'resident', 'owner', 'neighbour', 'admin', 'local', 'integration', 'reading program'],
  read: ['resident', 'owner', 'neighbour', 'admin', 'local', 'integration', 'reading program'],
  control: ['resident', 'owner', 'neighbour', 'admin', 'local', 'integration'],
  configure: ['owner', 'neighbour', 'admin', 'local'],
  administer: ['admin', 'local'],
}

/** Where a person is logged in is no program's to end, whatever rights it has. */
const BY_NO_PROGRAM: readonly Verb[] = ['users/end-session', 'users/end-sessions']
const isProgram = (who: Who) => ['integration', 'program'].includes(CALLERS[who].kind)

describe('who may call what', () => {
  it.each(VERBS)('%s is for those who have the right that it declares, and for nobody else', (verb) => {
    const { needs, area } = findAdminCommand(...(verb.split('/') as [string, string])) ?? {}
    const all = Object.keys(CALLERS) as Who[]
    const expected = needs == null ? all : [...(WITH_RIGHT[needs] ?? [])]
    // It may do with devices what a resident may.
    if (area === 'devices' && (needs === 'see' || needs === 'read' || needs === 'control'))
      expected.push('switching program')
    const may = BY_NO_PROGRAM.includes(verb) ? expected.filter((who) => !isProgram(who)) : expected
    expect(MAY.get(verb)).toEqual(may.sort())
  })

  /** Written by hand, so that a declaration that is wrong is found. */
  const MEMBERS = ['owner', 'neighbour', 'resident', 'integration']
  const EVERYWHERE = ['admin', 'local']
  const OWNERS = ['owner', 'neighbour', ...EVERYWHERE]
  const READERS = [...MEMBERS, ...EVERYWHERE, 'reading program']
  it.each<[Verb, string[]]>([
    ['devices/list', [...READERS, 'visitor', 'switching program']],
    ['devices/show', [...READERS, 'visitor', 'switching program']],
    ['readings/latest', [...READERS, 'visitor']],
    ['readings/query', READERS],
    ['events/list', READERS],
    ['sessions/list', READERS],
    ['people/list', READERS],
    ['devices/switch', [...MEMBERS, ...EVERYWHERE, 'switching program']],
    ['devices/commands', [...READERS, 'switching program']],
    ['devices/command', OWNERS],
    ['devices/configure', OWNERS],
    ['devices/restart', OWNERS],
    ['devices/rename', OWNERS],
    ['devices/revoke', OWNERS],
    ['devices/invite', OWNERS],
    ['devices/create', OWNERS],
    ['import/devices', OWNERS],
    ['sensors/remove', OWNERS],
    ['houses/update', OWNERS],
    ['houses/create', EVERYWHERE],
    ['houses/remove', EVERYWHERE],
    ['houses/show', READERS],
    ['rooms/list', [...READERS, 'visitor']],
    ['rooms/show', [...READERS, 'visitor']],
    ['rooms/create', OWNERS],
    ['rooms/update', OWNERS],
    ['rooms/remove', OWNERS],
    ['groups/list', [...READERS, 'visitor']],
    ['groups/show', [...READERS, 'visitor']],
    ['groups/create', OWNERS],
    ['groups/update', OWNERS],
    ['groups/remove', OWNERS],
    ['groups/assign', OWNERS],
    ['devices/move', OWNERS],
    ['devices/update', OWNERS],
    ['people/show', READERS],
    ['people/update', OWNERS],
    ['people/presence', [...MEMBERS, ...EVERYWHERE]],
    ['people/add', OWNERS],
    ['people/remove', OWNERS],
    ['users/create', EVERYWHERE],
    ['users/update', EVERYWHERE],
    ['users/delete', EVERYWHERE],
    ['users/token', EVERYWHERE],
    ['users/list', EVERYWHERE],
    ['tokens/list', EVERYWHERE],
    ['programs/create', EVERYWHERE],
    ['programs/token', EVERYWHERE],
    ['programs/list', EVERYWHERE],
    ['tokens/revoke', EVERYWHERE],
    ['tokens/revoke-everything', EVERYWHERE],
    ['retention/set', EVERYWHERE],
    ['sync/claim', EVERYWHERE],
    ['sync/verify', EVERYWHERE],
    ['rejected/list', EVERYWHERE],
    ['hub/log', EVERYWHERE],
    ['hub/log-level', EVERYWHERE],
  ])('%s, by hand', (verb, expected) => {
    expect(MAY.get(verb)).toEqual([...expected].sort())
  })
})

describe('an owner of another house', () => {
  const OF_HOME = /kitchen|"Home"|anna|"home"/

  it.each(VERBS)('learns nothing of this one by %s, and changes nothing in it', (verb) => {
    const house = twoHouses()
    const rows = () =>
      JSON.stringify(
        ['devices', 'device_entities', 'houses', 'people'].map((table) =>
          house.all(`SELECT * FROM ${table} ORDER BY id`),
        ),
      )
    house.db.exec(KNOWN[verb]?.before ?? '')
    const before = rows()
    const { code, data } = called(house, verb, CALLERS.neighbour)
    expect(['ok', 'not_found', 'forbidden']).toContain(code)
    if (verb !== 'admin/describe' && verb !== 'people/add') expect(JSON.stringify(data ?? null)).not.toMatch(OF_HOME)
    const NEW_IN_OTHER = ['devices/create', 'import/devices', 'people/add', 'houses/update', 'rooms/create']
    if (!NEW_IN_OTHER.includes(verb)) expect(rows()).toBe(before)
  })

  it('hears of the hub only its version, its clock and the own devices', () => {
    const house = twoHouses()
    const status = (caller: Caller) => {
      const prepared = { health: { problems: [{ message: 'Kitchen (kitchen-pi) fails' }] } }
      return data(ask(house, commandInput('hub/status', {}, { caller, prepared })))
    }
    expect(status(CALLERS.neighbour)).toEqual({
      version: expect.any(String),
      now: START,
      clock: 'synced',
      devices: { known: 1, online: 0 },
      agents: [],
    })
    expect(status(ADMIN)).toMatchObject({ devices: { known: 2 }, front: { health: expect.any(Object) } })
  })

  it('changes the own one, whose house is found and never taken from the request', () => {
    const house = twoHouses()
    for (const verb of ['devices/create', 'houses/update', 'people/add'] as const)
      expect(called(house, verb, CALLERS.neighbour).code).toBe('ok')
    expect(house.all('SELECT name FROM houses ORDER BY created_at')).toEqual([{ name: 'Home' }, { name: 'Cottage' }])
    expect(house.all('SELECT house_id FROM people')).toEqual([{ house_id: 'other' }])
    expect(house.all("SELECT house_id FROM devices WHERE name = 'Garden'")).toEqual([{ house_id: 'other' }])
    const there = { name: 'Spy', house: HOME }
    for (const verb of ['devices/create', 'devices/invite'] as const)
      expect(
        ask(
          house,
          commandInput(verb, there, { caller: CALLERS.neighbour, prepared: KNOWN['devices/invite']?.prepared }),
        ),
      ).toMatchObject({ error: { code: 'not_found' } })
  })

  it('who is a guest here sees this one and is told that it is not theirs to change', () => {
    const house = twoHouses()
    const both = accountOf('both', { [HOME]: [{ right: 'see' }], other: [{ right: 'configure' }] })
    expect(query(house, 'devices/list', {}, both)).toMatchObject({
      devices: [{ id: 'kitchen-pi' }, { id: 'other-pi' }],
    })
    const rename = (device: string) =>
      ask(house, commandInput('devices/rename', { device, name: 'Mine' }, { caller: both })).error
    expect(rename('kitchen-pi')).toMatchObject({ code: 'forbidden', message: expect.stringContaining('kitchen-pi') })
    expect(rename('other-pi')).toBeUndefined()
    const update = commandInput('houses/update', { house: 'Home', name: 'Mine' }, { caller: both })
    expect(ask(house, update).error).toMatchObject({ code: 'forbidden' })
    const hidden = { device: 'kitchen-pi', sensor: 'cpu_temperature' }
    expect(() => query(house, 'readings/query', hidden, both)).toThrow(expect.objectContaining({ code: 'forbidden' }))
    expect(query(house, 'events/list', { limit: 100 }, both)).not.toMatchObject({
      events: expect.arrayContaining([expect.objectContaining({ house_id: HOME })]),
    })
  })
})

describe('an account without a house', () => {
  it('is told what to do', () => {
    const refused = ask(lived(), commandInput('devices/rename', {}, { caller: CALLERS.stranger })).error
    expect(refused).toMatchObject({
      code: 'forbidden',
      message: 'devices/rename is for owners and administrators, and you belong to no house',
      hint: 'Ask an owner of the house, or an administrator of this hub.',
    })
  })
})

describe('what is decided by a person', () => {
  const decision = { area: 'automations', verb: 'approve', needs: 'configure', needsPerson: true } as const

  it.each<[Who, string]>([
    ['local', 'needs_person'],
    ['service', 'needs_person'],
    ['integration', 'needs_person'],
    ['reading program', 'needs_person'],
    ['stranger', 'forbidden'],
    ['resident', 'forbidden'],
    ['owner', 'ok'],
    ['admin', 'ok'],
  ])('is answered to %s with %s', (who, code) => {
    const decide = (caller: Caller) => {
      try {
        authorize(decision, caller)
        return 'ok'
      } catch (error) {
        return error instanceof LaresError ? error.code : String(error)
      }
    }
    expect(decide(CALLERS[who])).toBe(code)
    const ofAdmin = { ...CALLERS[who], rights: 'all' } as const
    expect(decide(ofAdmin)).toBe(ofAdmin.kind === 'person' ? 'ok' : 'needs_person')
  })
})
