import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { afterAll, describe, expect, it } from 'vitest'
import { readHubConfig } from '../../hub/config.ts'
import { authorize } from '../../hub/engine/authorize.ts'
import type { FeatureProblems } from '../../hub/engine/health-problem.ts'
import { readSyncIdentity } from '../../hub/engine/sync-memory.ts'
import { DECLARED_PROBLEMS } from '../../hub/features/declared-problems.ts'
import { reachOf } from '../../hub/listen/addresses.ts'
import { LoginLimits } from '../../hub/web/login-limits.ts'
import { ManualClock } from '../../shared/clock.ts'
import { ERROR_CODES, type ErrorCode, hintFor } from '../../shared/errors.ts'
import { formatJoinToken, parseJoinToken } from '../../shared/join-token.ts'
import { SENSORS_PER_DEVICE } from '../../shared/limits.ts'
import { birth } from '../../shared/messages/birth.ts'
import { checkSqliteVersion } from '../../shared/sqlite/open.ts'
import { accountOf } from '../hub/callers.ts'
import { ask, commandInput, LOCAL } from '../hub/engine/ask.ts'
import { openTestHouse, reading, type TestHouse } from '../hub/engine/engine-in-memory.ts'
import { hubCases, MACHINE_CASES } from './cases/agent.ts'
import { STORE_CASES } from './cases/store.ts'
import { type Tried, thrown, tried, type Untried } from './cases/tried.ts'
import { lares } from './lib/lares.ts'
import { type RunningHub, startHub } from './lib/running-hub.ts'

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

/** What becomes of a message with new sensors, from `s<first>` on. */
function sendSensors(house: TestHouse, first: number, count: number): string | undefined {
  const items = Array.from({ length: count }, (_, at) => ({ sensor: `s${first + at}`, value: 1, kind: 'number' }))
  const [verdict] = house.send(['lares/kitchen-pi/readings', { items }])
  const last = 'SELECT code FROM rejected_messages ORDER BY id DESC'
  return verdict === 'rejected' ? house.all<{ code: string }>(last)[0]?.code : 'ok'
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

/** A machine connects and introduces itself. */
function arrives(house: TestHouse, device: string, { connects, boot }: { connects: number; boot: string }): void {
  house.now += 1_000
  const address = boot === 'a' ? '192.168.1.5' : '192.168.1.9'
  house.send({ kind: 'presence', device, online: true, reason: 'connected', address })
  house.send([`lares/${device}/birth`, { ...birth.sample, boot, connects, sensors: [] }])
}

async function checkedSettings(text: string): Promise<string | undefined> {
  const file = join(mkdtempSync(join(tmpdir(), 'lares-settings-')), 'edge.toml')
  writeFileSync(file, text)
  const { code, err } = await lares(`edge config --config ${file}`)
  return code === 0 ? 'ok' : /\[(\w+)\]\n$/.exec(err)?.[1]
}

const TRY = { email: 'ann@example.org', address: '192.168.1.20' }

/** Tries to log in by one clock for both. */
function inPage(
  wrong: (page: { limits: LoginLimits; clock: ManualClock }) => Promise<string>,
  mended: (page: { limits: LoginLimits; clock: ManualClock }) => Promise<string>,
): Tried {
  const clock = new ManualClock(0)
  const page = { clock, limits: new LoginLimits(clock) }
  return tried(
    () => wrong(page),
    () => mended(page),
  )
}

const USER = accountOf('u', {})
/** No verb is a decision yet. */
const DECISION = { area: 'automations', verb: 'approve', needs: 'configure', needsPerson: true } as const
const ANN = { email: 'ann@example.org', password: 'long enough to be one' }

const machine = {
  routes: () => [],
  passing: () => new Set<string>(),
  interfaces() {
    throw new Error('netlink is forbidden')
  },
}
const open = { ...readHubConfig(undefined), listen: { ...readHubConfig(undefined).listen, tls: '0.0.0.0:8883' } }

let hub: Promise<RunningHub> | null = null
function running(): Promise<RunningHub> {
  hub ??= startHub()
  return hub
}

afterAll(async () => {
  const started = await hub
  await started?.stop()
})

const REMEDIES: Record<ErrorCode | keyof FeatureProblems, Tried | Untried> = {
  ...STORE_CASES,
  ...MACHINE_CASES,
  ...hubCases(running),
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
  slow_reader: { because: 'it is about a program of somebody else: test/hub/health/slow-readers.test.ts' },
  device_alarm: { because: 'its device says what to do: test/faults/agent-alarms.test.ts' },
  too_many_sensors: inHouse(
    (house) => {
      for (let at = 0; at < SENSORS_PER_DEVICE; at += 32) sendSensors(house, at, 32)
      return sendSensors(house, SENSORS_PER_DEVICE, 1)
    },
    (house) => {
      asked(house, 'sensors/remove', { device: 'kitchen-pi', sensor: 's0' })
      return sendSensors(house, SENSORS_PER_DEVICE, 1)
    },
  ),
  too_many_jobs: { because: 'what they wait for is mended first: test/hub/features/jobs/commands.test.ts' },
  follower_failing: { because: 'what takes its rows is mended first: test/hub/features/followers/commands.test.ts' },
  jobs_failing: { because: 'what they work with is mended first: test/hub/features/jobs/commands.test.ts' },
  jobs_unknown: { because: 'another version is put in place: test/hub/features/jobs/unknown-jobs.test.ts' },
  alerts_target_away: { because: 'it is a server of somebody else: test/hub/features/alerts/telling.test.ts' },
  alerts_target_unknown: { because: 'hub.toml is mended: test/hub/features/alerts/commands.test.ts' },
  backup_old: { because: 'test/hub/features/backups/schedule.test.ts makes a newer one' },
  backup_failing: { because: 'test/hub/features/backups/schedule.test.ts has a place that is mended' },
  backup_away: { because: 'test/hub/features/backups/schedule.test.ts has a stick that is plugged in again' },
  restoring: { because: 'test/end-to-end/restore-while-running.test.ts waits for it' },
  backup_damaged: { because: 'test/hub/features/backups/schedule.test.ts has one made anew' },
  makers_crowded: { because: 'people decide on what waits: test/hub/features/makers/announcements.test.ts' },
  voice_engine_failing: { because: 'it is a program of somebody else: test/hub/features/voice/engines.test.ts' },
  makers_broker_away: { because: 'it is a program of somebody else: test/hub/features/makers/source-problems.test.ts' },
  makers_broker_refuses: {
    because: 'hub.toml or that broker is mended: test/hub/makers/broker-session.test.ts has a password that is mended',
  },
  makers_bridge_away: { because: 'it is a program of somebody else: test/hub/features/makers/source-problems.test.ts' },
  homeassistant_broker_away: {
    because: 'it is a program of somebody else: test/end-to-end/homeassistant-elsewhere.test.ts',
  },
  homeassistant_broker_refuses: { because: 'hub.toml or that broker is mended, as for makers_broker_refuses' },
  homeassistant_program_refused: {
    because: 'a program is made for it, and is heard of: test/end-to-end/homeassistant-elsewhere.test.ts',
  },
  homeassistant_left_behind: {
    because: 'hub.toml names it again, and it goes: test/end-to-end/homeassistant-elsewhere.test.ts',
  },
  makers_house_unknown: { because: 'hub.toml is mended: test/hub/features/makers/announcements.test.ts' },
  old_key_stays: { because: 'a person removes a file: test/remedies/secrets.test.ts' },
  job_failed: { because: 'what it works with is mended first: test/hub/features/jobs/commands.test.ts' },
  timed_out: { because: 'what it works with is mended first: test/hub/features/jobs/commands.test.ts' },
  device_refused: { because: 'what the device says is mended there: test/hub/features/control/commands.test.ts' },
  outcome_unknown: { because: 'a person looks whether it was done: test/hub/features/jobs/commands.test.ts' },
  cancelled: { because: 'a person wanted it so: test/hub/features/jobs/commands.test.ts' },
  handler_failed: { because: 'it is a fault of ours, to be reported' },
  bad_token: tried(
    () => thrown(() => parseJoinToken(TOKEN.slice(0, -10))),
    () => thrown(() => parseJoinToken(TOKEN)),
  ),
  code_expired: inHouse(
    (house) => {
      const code = invited(house)
      house.now += 11 * 60_000
      return joined(house, code)
    },
    (house) => joined(house, invited(house)),
  ),
  no_addresses: tried(
    () => thrown(() => reachOf(open, 8883, machine)),
    () => {
      const [line = ''] = /advertise = \[.*?\]/.exec(hintFor('no_addresses')) ?? []
      return thrown(() =>
        reachOf({ ...open, advertise: (parse(line) as { advertise: string[] }).advertise }, 8883, machine),
      )
    },
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
  identity_shared: inHouse(
    (house) => {
      for (const [connects, boot] of [
        [17, 'a'],
        [17, 'b'],
        [18, 'a'],
        [18, 'b'],
      ] as const)
        arrives(house, 'kitchen-pi', { connects, boot })
      return house.all<{ code: string }>("SELECT status_reason AS code FROM devices WHERE id = 'kitchen-pi'")[0]?.code
    },
    (house) => {
      joined(house, invited(house))
      const [copy] = house.all<{ id: string }>("SELECT id FROM devices WHERE id <> 'kitchen-pi'")
      arrives(house, copy?.id ?? '', { connects: 1, boot: 'b' })
      // Half an hour after the last sign of two they are one again.
      house.tick(1_801_000)
      arrives(house, 'kitchen-pi', { connects: 19, boot: 'a' })
      const told = house.published('/rejected')
      return told.length === 0 ? 'ok' : JSON.stringify(told)
    },
  ),
  page_certificate: { because: 'a person removes files: test/hub/listen/page-certificate.test.ts' },
  bad_login: { because: 'a person types it again: test/hub/web/login-routes.test.ts' },
  too_many_tries: inPage(
    ({ limits }) => {
      for (let at = 0; at < 5; at += 1) limits.begin(TRY)
      return thrown(() => limits.begin(TRY))
    },
    async ({ limits, clock }) => {
      await clock.advance(1_000)
      return await thrown(() => limits.begin(TRY))
    },
  ),
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
  needs_person: tried(
    () => thrown(() => authorize(DECISION, LOCAL)),
    () => thrown(() => authorize(DECISION, accountOf('anna', 'all'))),
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
  fenced: inHouse(
    (house) => {
      house.send({ kind: 'sync', change: { step: 'fenced', reason: 'another hub took over' } })
      return readSyncIdentity(house.db).fenced === null ? 'ok' : 'fenced'
    },
    (house) => {
      expect(hintFor('fenced')).toContain('`lares sync claim`')
      return asked(house, 'sync/claim')
    },
  ),
  disk_space_low: { because: 'it takes a full disk: test/hub/health/disk-watch.test.ts' },
  disk_error: { because: 'a card that fails is looked at by a person' },
  cannot_listen: { because: 'test/faults/one-part-fails.test.ts and test/remedies/configuration.test.ts take it' },
  part_failed: { because: 'it is a fault of ours, to be reported' },
  central_away: { because: 'nothing is to be done but to wait' },
  unsafe_sqlite: tried(
    () => thrown(() => checkSqliteVersion('3.45.1')),
    () => thrown(() => checkSqliteVersion('3.53.0')),
  ),
  bad_config: tried(
    () => checkedSettings('[agent]\nnmae = "Kitchen Pi"\n'),
    () => checkedSettings('[agent]\nname = "Kitchen Pi"\n'),
  ),
  internal: { because: 'it is a fault of ours, to be reported' },
}

describe('the remedy of every error code', () => {
  it('was tried, or it is said why it cannot be', () => {
    expect(Object.keys(REMEDIES).sort()).toEqual([...ERROR_CODES, ...DECLARED_PROBLEMS.keys()].sort())
  })

  const cases = Object.entries(REMEDIES).filter((entry): entry is [ErrorCode, Tried] => 'wrong' in entry[1])
  it.each(cases)(
    '%s: what it says, taken literally, works',
    async (code, { wrong, mended }) => {
      expect(await wrong()).toBe(code)
      expect(await mended()).toBe('ok')
    },
    60_000,
  )

  const rest = Object.entries(REMEDIES).filter((entry): entry is [ErrorCode, Untried] => 'because' in entry[1])
  for (const [code, { because }] of rest) it.skip(`${code} cannot be taken here: ${because}`)
})
