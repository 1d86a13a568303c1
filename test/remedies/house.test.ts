import Sqlite from 'better-sqlite3'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { storeFile } from '../../hub/store/places.ts'
import { birth } from '../../shared/messages/birth.ts'
import { reading } from '../hub/engine/engine-in-memory.ts'
import { asPattern } from './lib/as-pattern.ts'
import { found } from './lib/central.ts'
import { lares } from './lib/lares.ts'
import { type RunningHub, remove, startHub } from './lib/running-hub.ts'

let hub: RunningHub
const at = (line: string, input = '') => lares(`${line} --data ${hub.folder}`, input)

const sensor = (key: string, name: string) => ({ key, kind: 'temperature', unit: '°C', name })
const SENSORS = [sensor('north', 'Air'), sensor('south', 'Air'), sensor('cpu_temperature', 'CPU'), sensor('s1', 'Old')]

/** Said when there are two houses. */
const LIVED_IN = [
  'people add --name Grandma --house Home',
  'rooms create Kitchen --house Home',
  'rooms create Hall --house Home',
  'rooms create Hall --house Cottage',
  'devices revoke "Old Pi" --yes',
]

/**
 * A hub with two houses, and a device with two sensors of one name, and the readings of one whose row is gone; another that is
 * reached through it, and one that was shut out.
 */
beforeAll(async () => {
  hub = await startHub()
  const { out } = await at('devices create "Kitchen Pi" --json')
  const { device, secret } = JSON.parse(out) as { device: string; secret: string }
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.plain}`, {
    ...{ clientId: device, username: device, password: secret, reconnectPeriod: 0 },
  })
  const say = (topic: string, payload: unknown) =>
    client.publishAsync(`lares/${device}/${topic}`, JSON.stringify(payload), { qos: 1 })
  await say('birth', { ...birth.sample, sensors: SENSORS })
  await say('readings', { ...reading(1, 20), items: [{ sensor: 's1', value: 20 }] })
  await client.endAsync()
  await vi.waitFor(
    async () => expect(JSON.parse((await at('readings latest --sensor s1 --json')).out).readings[0]?.value).toBe(20),
    { timeout: 30_000 },
  )
  expect(await at('users create ann@example.org', 'long enough to be one\n')).toMatchObject({ code: 0 })
  for (const name of ['Lamp', '"Old Pi"']) expect(await at(`devices create ${name}`)).toMatchObject({ code: 0 })
  await hub.stop()
  const db = new Sqlite(storeFile(hub.folder))
  db.exec(
    `DELETE FROM device_entities WHERE key = 's1';
     UPDATE devices SET hub_id = (SELECT id FROM devices WHERE name = 'Kitchen Pi') WHERE name = 'Lamp';
     INSERT INTO houses (id, name, created_at, updated_at) SELECT 'cottage', 'Cottage', created_at + 1, 1 FROM houses`,
  )
  db.close()
  hub = await startHub({ folder: hub.folder })
  for (const line of LIVED_IN) expect({ line, ...(await at(line)) }).toMatchObject({ code: 0, err: '' })
}, 60_000)

afterAll(async () => {
  await hub.stop()
  remove(hub.folder)
}, 60_000)

interface Mistake {
  line: string
  says: string
  hint: string
  mended: (text: string) => string | string[]
}

const MISTAKES: Mistake[] = [
  {
    line: 'readings latest "Kitchen Pi" --sensor air',
    says: ' are called air',
    hint: 'Name one of them by its key.',
    mended: (text) =>
      found(text, /called air: (.*)\n/)
        .split(', ')
        .map((key) => `readings latest "Kitchen Pi" --sensor ${key}`),
  },
  {
    line: 'readings latest --sensor xyzzyplugh',
    says: 'there is no sensor xyzzyplugh',
    hint: 'Sensors are listed by: lares readings latest.',
    mended: (text) => found(text, /by: (lares .*)\. \[/),
  },
  {
    line: 'readings latest "Kitchen Pi" --sensor xyzzyplugh',
    says: ' has no sensor xyzzyplugh',
    hint: 'Its sensors are listed by: lares devices show ….',
    mended: (text) => found(text, /by: (lares .*)\. \[/),
  },
  {
    line: 'readings latest "Kitchen Pi" --sensor cpu_temprature',
    says: ' has no sensor cpu_temprature',
    hint: 'Did you mean …? …',
    mended: (text) => [
      `readings latest "Kitchen Pi" --sensor ${found(text, /mean (.*?)\?/)}`,
      found(text, /by: (lares .*)\. \[/),
    ],
  },
  {
    line: 'sensors remove "Kitchen Pi" s1',
    says: ' has no sensor s1',
    hint: 'Its sensors are listed by: lares devices show ….',
    mended: (text) => found(text, /by: (lares .*)\. \[/),
  },
  {
    line: 'people add ann@example.org',
    says: 'which house?',
    hint: 'Name one with --house: ….',
    mended: (text) => `people add ann@example.org --house ${found(text, /--house: (\S+) \(/)}`,
  },
  {
    line: 'rooms show xyzzyplugh',
    says: 'there is no room xyzzyplugh',
    hint: 'See lares … list.',
    mended: (text) => found(text, /See (lares rooms list)\./),
  },
  {
    line: 'rooms show Kichen',
    says: 'there is no room Kichen',
    hint: 'Did you mean …? See lares … list.',
    mended: (text) => [`rooms show ${found(text, /mean (.*?)\?/)}`, found(text, /See (lares rooms list)\./)],
  },
  {
    line: 'rooms show hall',
    says: '2 are called hall',
    hint: 'Name one of them by its id.',
    mended: (text) => `rooms show ${found(text, /called hall: (\S+) \(/)}`,
  },
  {
    line: 'houses update Home --num-rooms 4',
    says: '2 rooms of this house are named',
    hint: 'Name the others too: lares rooms create NAME.',
    mended: (text) => `${found(text, /too: (lares rooms create) NAME/)} Bath --house Home`,
  },
  {
    line: 'devices move "Kitchen Pi" --owner Grandma',
    says: 'Grandma has no account',
    hint: 'See who has one: lares people list.',
    mended: (text) => found(text, /one: (lares people list)\./),
  },
  {
    line: 'devices move "Old Pi" Kitchen',
    says: 'Old Pi was shut out',
    hint: 'Devices that are there are listed by: lares devices list.',
    mended: (text) => found(text, /by: (lares devices list)\./),
  },
  {
    line: 'devices move Lamp --house Cottage --yes',
    says: 'Lamp is reached through Kitchen Pi, which stays',
    hint: 'Move that one, and this goes with it: lares devices move … --house HOUSE.',
    mended: (text) => `${found(text, /with it: (lares devices move \S+ --house) HOUSE/)} Cottage --yes`,
  },
  {
    line: 'sync yield users u-anna --yes',
    says: 'this hub refused no row u-anna of users from central',
    hint: 'Those it refused are named in lares sync status.',
    mended: (text) => found(text, /in (lares sync status)\./),
  },
]

describe('what somebody asks of a house', () => {
  it.each(MISTAKES)('$line: what it says, taken literally, works', async ({ line, says, hint, mended }) => {
    const { code, err } = await at(line)
    expect(code, err).not.toBe(0)
    expect(err).toContain(says)
    expect(err).toMatch(asPattern(hint))
    for (const one of [mended(err)].flat())
      expect({ line: one, ...(await at(one)) }).toMatchObject({ code: 0, err: '' })
  })

  it('says of the last house what to do instead', async () => {
    expect(await at('houses remove Cottage --yes')).toMatchObject({ code: 0, err: '' })
    const { code, err } = await at('houses remove Home --yes')
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('Home is the last house of this hub') })
    expect(err).toMatch(asPattern('Make the other one first: lares houses create NAME.'))
    expect(await at(`${found(err, /first: (lares houses create) NAME/)} Flat`)).toMatchObject({ code: 0, err: '' })
    expect(await at('houses remove Home --yes')).toMatchObject({ code: 0, err: '' })
  })
})
