import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NOTHING_RESTORED } from '../../../hub/features/backups/restore-desk.ts'
import { COMMANDS } from '../../../hub/features/commands.ts'
import { secretAt } from '../../../hub/secrets/secret-reader.ts'
import { declarations } from '../../../hub/store/declarations.ts'
import { SYNC_OFF } from '../../../hub/sync/sync-status.ts'
import type { Log } from '../../../shared/log.ts'
import { VOICE_ENGINES } from '../admin/lived-rows.ts'
import { ask, authorizedFor, commandInput, LOCAL, query } from '../engine/ask.ts'
import { openTestHouse, reading, START, type TestHouse } from '../engine/engine-in-memory.ts'

const CANARY = 'CANARY'
/** A sealed one: nothing else may stand where what is sealed belongs. */
const SEALED = `sealed1:k9-aaaaaaaa:${CANARY}`
/** Called last of all, because they take away what holds a secret. */
const TAKES_AWAY = new Set<`${string}/${string}`>([
  'tokens/revoke',
  'tokens/revoke-everything',
  'users/password',
  'users/delete',
  'devices/revoke',
  'secrets/set',
  'secrets/remove',
  'bridges/password',
  'bridges/remove',
  'users/setup',
])

const secrets = declarations().flatMap(({ name, columns }) =>
  [...columns].filter(([, mark]) => mark.secret).map(([column]) => [name, column] as const),
)

/** A house that holds a canary in every secret column. */
function planted(log: Log): TestHouse {
  const house = openTestHouse({ log })
  house.device('kitchen-pi')
  house.send(['lares/kitchen-pi/readings', reading(1, 20)])
  const { id: home } = house.all<{ id: string }>('SELECT id FROM houses')[0] ?? { id: '' }
  const all = `${START}, ${START}`
  house.db.exec(`
    INSERT INTO users (id, email, hashed_password, role, created_at, updated_at) VALUES ('anna', 'anna@example.com', '${CANARY}', 'admin', ${all});
    INSERT INTO api_tokens (id, user_id, name, token_hash, created_at) VALUES ('t', 'anna', 'n', '${CANARY}', ${START});
    INSERT INTO device_credentials (id, credential_type, encrypted_data, access_token_encrypted, refresh_token_encrypted, created_at, updated_at)
      VALUES ('c', 'api_key', '${SEALED}', '${SEALED}', '${SEALED}', ${all});
    INSERT INTO secrets (name, value, created_at, updated_at) VALUES ('home-assistant', '${SEALED}', ${all});
    INSERT INTO invitations (id, code_hash, name, device_type, house_id, expires_at, used_secret_hash, created_at)
      VALUES ('abcdef', '${CANARY}', 'n', 'custom', '${home}', ${START + 60_000}, '${CANARY}', ${START});
    INSERT INTO web_sessions (id, user_id, cookie_hash, address, agent, created_at, last_used_at, expires_at)
      VALUES ('w', 'anna', '${CANARY}', '192.168.1.20', 'Firefox', ${all}, ${START + 60_000});
    INSERT INTO setup_codes (id, code_hash, expires_at, created_at) VALUES ('abcdef', '${CANARY}', ${START + 60_000}, ${START});
    INSERT INTO bridges (id, name, dialect, prefix, house_id, secret_hash, created_at, updated_at)
      VALUES ('b', 'attic', 'zigbee2mqtt', 'attic', '${home}', '${CANARY}', ${all});
    UPDATE devices SET auth_token_hash = '${CANARY}', credentials_id = 'c';
  `)
  return house
}

describe('a secret column', () => {
  const lines: string[] = []
  const note = (fields: unknown, message: string) => void lines.push(JSON.stringify(fields) + message)
  const log: Log = { debug: note, info: note, warn: note, error: note, part: () => log }
  let house: TestHouse

  beforeAll(() => {
    house = planted(log)
  })
  afterAll(() => void house.db.close())

  it.each(secrets)('%s.%s has a canary here', (table, column) => {
    expect(house.all(`SELECT 1 FROM "${table}" WHERE "${column}" IN (?, ?)`, CANARY, SEALED)).not.toEqual([])
  })

  it('is in no answer, event, effect, log line or note for the upload', () => {
    const told: unknown[] = []
    const params: Record<string, unknown>[] = [
      {},
      { device: 'kitchen-pi' },
      { device: 'kitchen-pi', sensor: 'cpu_temperature' },
      { name: 'x' },
      { device: 'kitchen-pi', name: 'y' },
      { email: 'anna@example.com', name: 'z' },
    ]
    const prepared: Record<string, unknown> = {
      'devices/invite': { addresses: ['h:1'], warnings: [], pin: 'p'.repeat(43) },
      'bridges/add': { server: 'h:1', warnings: [] },
      'bridges/list': [],
      'users/setup': { origins: ['https://localhost:8443'], warnings: [], fingerprint: null },
      'bridges/password': { server: 'h:1', warnings: [] },
      'hub/status': {},
      'hub/log': ['a line'],
      'hub/wear': {
        device: null,
        model: null,
        device_bytes: null,
        written_since_boot_bytes: null,
        up_ms: null,
        life_used_percent: null,
        spare_blocks: null,
      },
      'users/create': '$argon2id$hash',
      'secrets/set': house.keys.keyring().seal(Buffer.from('token'), secretAt('home-assistant')),
      'import/devices': [],
      'voice/engines': VOICE_ENGINES,
      'voice/try': { engines: VOICE_ENGINES, tried: [] },
      'voice/say': true,
      'backups/restoring': NOTHING_RESTORED,
      'programs/create': ['readings', 'devices'],
      'programs/token': ['readings', 'devices'],
      'sync/status': SYNC_OFF,
      'sync/verify': { ok: true, since: '2026-01-01', tables: [], differences: [] },
    }
    const answered = new Set<string>()
    for (const command of COMMANDS) {
      const fitting = params.filter((one) => command.params.safeParse(one).success)
      const own = command.examples.map((example) => example.params)
      for (const one of fitting.length > 0 ? fitting : own) {
        const name = `${command.area}/${command.verb}` as const
        if (TAKES_AWAY.has(name)) continue
        told.push(
          asked(() =>
            command.danger?.({ db: house.db, caller: authorizedFor(name), now: house.now }, command.params.parse(one)),
          ),
        )
        const input = commandInput(name, one, { prepared: prepared[name] })
        told.push(command.run ? ask(house, input) : asked(() => query(house, name, one, LOCAL)))
        told.push(house.effects)
        answered.add(name)
      }
    }
    for (const password of [CANARY, 'wrong'])
      for (const username of ['kitchen-pi', 'anna', 'join', 'attic@bridges'])
        for (const clientId of [username, `${username}.1`]) {
          house.send({ kind: 'authenticate', credentials: { clientId, username, password, listener: 'tls' } })
          told.push(house.effects)
        }
    for (const name of TAKES_AWAY) {
      const [area, verb] = name.split('/')
      const command = COMMANDS.find((one) => one.area === area && one.verb === verb)
      const own = name === 'secrets/set' ? { name: 'home-assistant', secret: CANARY } : command?.examples[0]?.params
      told.push(ask(house, commandInput(name, own, { prepared: prepared[name] })), house.effects)
    }
    house.tick(61_000)
    told.push(house.effects)
    house.restart()
    told.push(house.effects)
    const open = ['events', 'request_memory', 'sync_changes', 'rejected_messages', 'hub_settings', 'device_entities']
    told.push(open.map((table) => house.all(`SELECT * FROM ${table}`)))
    expect([...answered].sort()).toEqual(
      COMMANDS.map(({ area, verb }) => `${area}/${verb}` as const)
        .filter((name) => !TAKES_AWAY.has(name))
        .sort(),
    )
    expect(JSON.stringify(told)).not.toContain(CANARY)
    expect(lines.join('\n')).not.toContain(CANARY)
  })
})

/** The answer, or what the error says: neither may hold a secret. */
function asked(question: () => unknown): unknown {
  try {
    return question()
  } catch (error) {
    return String(error)
  }
}
