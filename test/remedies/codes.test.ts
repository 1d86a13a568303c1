import { describe, expect, it } from 'vitest'
import { reachOf } from '../../hub/addresses.ts'
import { readHubConfig } from '../../hub/config.ts'
import type { Caller } from '../../hub/engine/caller.ts'
import { ERROR_CODES, type ErrorCode, LaresError } from '../../shared/errors.ts'
import { formatJoinToken, parseJoinToken } from '../../shared/join-token.ts'
import { checkVersion } from '../../shared/sqlite/open.ts'
import { ask, commandInput, LOCAL } from '../hub/engine/ask.ts'
import { openTestHouse, reading, type TestHouse } from '../hub/engine/engine-in-memory.ts'

/** A mistake that meets the code, and the same after its remedy was taken literally, which returns 'ok'. */
interface Tried {
  wrong(): string | undefined
  mended(): string | undefined
}

/** Why the remedy cannot be taken here, and what looks after it instead. */
interface Untried {
  because: string
}

const HUB = { addresses: ['192.168.1.2:8883'], warnings: [], pin: 'p'.repeat(43) }
const TOKEN = formatJoinToken({ addresses: HUB.addresses, pin: HUB.pin, code: 'c' })

function inhabited(): TestHouse {
  const house = openTestHouse()
  house.device('kitchen-pi')
  return house
}

/** The code that a device's message is refused with. */
function sent(payload: unknown): string | undefined {
  const house = inhabited()
  const [verdict] = house.send(['lares/kitchen-pi/readings', payload])
  if (verdict === 'stored') return 'ok'
  return house.all<{ code: string }>('SELECT code FROM rejected_messages')[0]?.code
}

type More = Parameters<typeof commandInput>[2]

function asked(house: TestHouse, verb: `${string}/${string}`, params: Record<string, unknown> = {}, more: More = {}) {
  const { status, error } = ask(house, commandInput(verb, params, more))
  return status === 'ok' ? 'ok' : error?.code
}

const invited = (house: TestHouse) => {
  const answer = ask(house, commandInput('devices/invite', { name: 'Hall' }, { prepared: HUB }))
  return parseJoinToken((answer.data as { token: string }).token).code
}

function joined(house: TestHouse, code: string, secret = 's'.repeat(43)): string | undefined {
  const payload = Buffer.from(JSON.stringify({ code, secret, hardware: 'Pi 4', agent: '0.1.0' }))
  house.send({ kind: 'join', client: 'join.abc', session: 'join 1\njoin.abc', payload })
  const answer = house.published('/join/join.abc/response')[0]
  return answer?.ok === true ? 'ok' : (answer?.error as { code: string } | undefined)?.code
}

function thrown(run: () => unknown): string | undefined {
  try {
    run()
    return 'ok'
  } catch (error) {
    return error instanceof LaresError ? error.code : String(error)
  }
}

function tried(wrong: () => string | undefined, mended: () => string | undefined): Tried {
  return { wrong, mended }
}

/** One house for both: the remedy is taken where the mistake was made. */
function inHouse(
  wrong: (house: TestHouse) => string | undefined,
  mended: (house: TestHouse) => string | undefined,
): Tried {
  const house = inhabited()
  return tried(
    () => wrong(house),
    () => mended(house),
  )
}

const USER: Caller = { ...LOCAL, principal: 'u', user: 'u', role: 'user', houses: [] }
const ANN = { email: 'ann@example.org', password: 'long enough to be one' }

const machine = {
  routes: () => [],
  passing: () => new Set<string>(),
  interfaces() {
    throw new Error('netlink is forbidden')
  },
}
const open = { ...readHubConfig(undefined), listen: { ...readHubConfig(undefined).listen, tls: '0.0.0.0:8883' } }

const REMEDIES: Record<ErrorCode, Tried | Untried> = {
  bad_json: tried(
    () => sent('{"items":[],}'),
    () => sent(reading(1, 20)),
  ),
  bad_utf8: tried(
    () => sent(Buffer.from(JSON.stringify(reading(1, 20, { epoch: 'é' })), 'latin1')),
    () => sent(Buffer.from(JSON.stringify(reading(1, 20, { epoch: 'é' })))),
  ),
  bad_message: tried(
    () => sent({ items: 'none' }),
    () => sent(reading(1, 20)),
  ),
  too_large: tried(
    () => sent(' '.repeat(2_000_000)),
    () => sent(reading(1, 20)),
  ),
  slow_reader: { because: 'it is about a program of somebody else: test/hub/slow-readers.test.ts' },
  device_alarm: { because: 'its device says what to do: test/faults/agent-alarms.test.ts' },
  unknown_topic: { because: 'the broker decides it: test/hub/access.test.ts tries every topic of the table' },
  not_allowed: { because: 'the broker decides it: test/hub/access.test.ts tries every topic of the table' },
  too_many_sensors: { because: 'it takes hundreds of sensors: test/hub/features/telemetry' },
  bad_value: { because: 'its places have remedies of their own: test/edge/sensors' },
  handler_failed: { because: 'it is a fault of ours, to be reported' },
  bad_token: tried(
    () => thrown(() => parseJoinToken(TOKEN.slice(0, -10))),
    () => thrown(() => parseJoinToken(TOKEN)),
  ),
  bad_code: inHouse(
    (house) => joined(house, 'nothing-like-it'),
    (house) => joined(house, invited(house)),
  ),
  code_expired: inHouse(
    (house) => {
      const code = invited(house)
      house.now += 11 * 60_000
      return joined(house, code)
    },
    (house) => joined(house, invited(house)),
  ),
  code_used: inHouse(
    (house) => {
      const code = invited(house)
      joined(house, code)
      return joined(house, code, 'z'.repeat(43))
    },
    (house) => joined(house, invited(house), 'z'.repeat(43)),
  ),
  no_addresses: tried(
    () => thrown(() => reachOf(open, 8883, machine)),
    () => thrown(() => reachOf({ ...open, advertise: ['192.168.1.5:8883'] }, 8883, machine)),
  ),
  clock_unsynced: inHouse(
    (house) => {
      house.clockSynced = false
      return asked(house, 'devices/invite', { name: 'Hall' }, { prepared: HUB })
    },
    (house) => {
      house.clockSynced = true
      return asked(house, 'devices/invite', { name: 'Hall' }, { prepared: HUB })
    },
  ),
  identity_shared: { because: 'it takes two machines: test/hub/features/devices' },
  wrong_pin: { because: 'it takes two servers: test/edge/link/pinned-socket.test.ts' },
  unknown_command: inHouse(
    (house) => asked(house, 'users/creat', ANN),
    (house) => asked(house, 'users/create', ANN, { prepared: 'hash' }),
  ),
  bad_params: inHouse(
    (house) => asked(house, 'users/create', { ...ANN, role: 'boss' }, { prepared: 'hash' }),
    (house) => asked(house, 'users/create', { ...ANN, role: 'admin' }, { prepared: 'hash' }),
  ),
  forbidden: inHouse(
    (house) => asked(house, 'users/create', ANN, { prepared: 'hash', caller: USER }),
    (house) => asked(house, 'users/create', ANN, { prepared: 'hash', caller: LOCAL }),
  ),
  confirm_needed: inHouse(
    (house) => {
      const input = commandInput('devices/revoke', { device: 'kitchen-pi' })
      const { confirm: _, ...request } = input.request
      return ask(house, { ...input, request }).error?.code
    },
    (house) => asked(house, 'devices/revoke', { device: 'kitchen-pi' }),
  ),
  retained_request: inHouse(
    (house) => asked(house, 'users/create', ANN, { prepared: 'hash', retained: true }),
    (house) => asked(house, 'users/create', ANN, { prepared: 'hash', retained: false }),
  ),
  id_reused: inHouse(
    (house) => {
      asked(house, 'users/create', ANN, { prepared: 'hash', id: 'one' })
      return asked(house, 'users/create', { ...ANN, email: 'paul@example.org' }, { prepared: 'hash', id: 'one' })
    },
    (house) => asked(house, 'users/create', { ...ANN, email: 'paul@example.org' }, { prepared: 'hash', id: 'two' }),
  ),
  expired: inHouse(
    (house) => asked(house, 'users/create', ANN, { prepared: 'hash', deadline: house.now - 1 }),
    (house) => asked(house, 'users/create', ANN, { prepared: 'hash', deadline: house.now + 1_000 }),
  ),
  not_found: inHouse(
    (house) => asked(house, 'people/add', { email: ANN.email }),
    (house) => {
      asked(house, 'users/create', ANN, { prepared: 'hash' })
      return asked(house, 'people/add', { email: ANN.email })
    },
  ),
  already_exists: inHouse(
    (house) => {
      asked(house, 'users/create', ANN, { prepared: 'hash' })
      return asked(house, 'users/create', ANN, { prepared: 'hash' })
    },
    (house) => asked(house, 'users/create', { ...ANN, email: 'another@example.org' }, { prepared: 'hash' }),
  ),
  centrally_managed: { because: 'central has to answer: test/hub/sync/down.test.ts changes rows there' },
  fenced: { because: 'it takes two hubs and central: test/faults/sync-restores.test.ts' },
  query_too_long: { because: 'it takes a megabyte of readings: test/hub/admin/reader.test.ts' },
  busy: { because: 'one has only to try again' },
  disk_full: { because: 'it takes a full disk: test/faults/disk-full.test.ts' },
  disk_space_low: { because: 'it takes a full disk: test/hub/disk-watch.test.ts' },
  disk_error: { because: 'a card that fails is looked at by a person' },
  database_locked: { because: 'another process must let go: test/faults/database-locked.test.ts' },
  newer_schema: { because: 'another version must be installed: test/faults/upgrade-killed.test.ts' },
  corrupt_database: { because: 'it takes a damaged file: test/faults/damaged.test.ts' },
  cannot_listen: { because: 'test/faults/one-part-fails.test.ts and test/remedies/configuration.test.ts take it' },
  part_failed: { because: 'it is a fault of ours, to be reported' },
  set_aside: { because: 'it takes a damaged file: test/faults/damaged.test.ts' },
  central_away: { because: 'nothing is to be done but to wait' },
  bad_central: { because: 'it takes a hub as a process: test/end-to-end/bad-central.test.ts' },
  already_running: { because: 'it takes two processes: test/hub/maintenance.test.ts' },
  unsafe_sqlite: tried(
    () => thrown(() => checkVersion('3.45.1')),
    () => thrown(() => checkVersion('3.53.0')),
  ),
  bad_config: { because: 'its places have remedies of their own: test/remedies/configuration.test.ts' },
  not_joined: { because: 'it takes a hub: test/end-to-end/command-line.test.ts joins as it says' },
  unreachable: { because: 'a network is looked at by a person' },
  missing_program: { because: 'a program must be installed' },
  device_busy: { because: 'another program must be stopped' },
  device_missing: { because: 'a device must be plugged in' },
  no_permission: { because: 'its places have remedies of their own, which need another user than this one' },
  internal: { because: 'it is a fault of ours, to be reported' },
}

describe('the remedy of every error code', () => {
  it('was tried, or it is said why it cannot be', () => {
    expect(Object.keys(REMEDIES).sort()).toEqual([...ERROR_CODES].sort())
  })

  const cases = Object.entries(REMEDIES).filter((entry): entry is [ErrorCode, Tried] => 'wrong' in entry[1])
  it.each(cases)('%s: what it says, taken literally, works', (code, { wrong, mended }) => {
    expect(wrong()).toBe(code)
    expect(mended()).toBe('ok')
  })
})
