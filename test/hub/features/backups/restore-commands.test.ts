import { describe, expect, it } from 'vitest'
import { findDescribed, knownCommands } from '../../../../cli/commands.ts'
import { parseCall } from '../../../../cli/parse-call.ts'
import { archiveNamed } from '../../../../hub/features/backups/archive-named.ts'
import { keepRecord } from '../../../../hub/features/backups/place-book.ts'
import { restoreBackup } from '../../../../hub/features/backups/restore-commands.ts'
import { BACKUP } from '../../../../hub/features/backups/settings.ts'
import { ask, commandInput } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

const NAME = 'lares-home-1a2b3c4d-20261130T023000Z.tar.age'
const SECRET = 'what nobody may read'

function house(names: readonly string[] = [NAME]): TestHouse {
  const made = openTestHouse({
    settings: { backup: BACKUP.schema.parse({ to: { there: { folder: '/mnt/nas' } }, plain: true }) },
  })
  const archives = names.map((name) => ({ name, bytes: 1, made_at: 2, verified_at: 1, opened_at: 1, fault: null }))
  keepRecord(made.db, 'there', { archives, due_at: null, since: 0 })
  return made
}

/** As the door hands it in: what is secret is asterisks, and what was prepared is a ticket. */
function restore(made: TestHouse, params: Record<string, unknown> = {}, confirm = true) {
  const input = commandInput('backups/restore', { name: NAME, ...params }, { prepared: 'a ticket' })
  return ask(made, { ...input, request: { ...input.request, confirm } })
}

const count = ({ db }: TestHouse, sql: string) => Number(db.prepare(sql).pluck().get())

describe('the command that restores a backup', () => {
  it('is a danger, and says what becomes of the house', () => {
    const made = house()
    expect(restore(made, {}, false).error).toMatchObject({
      code: 'confirm_needed',
      message: expect.stringMatching(/set aside .* and not removed\. Everybody is logged out/),
    })
  })

  it('hands the ticket on and not what it stands for', () => {
    const made = house()
    expect(restore(made).data).toMatchObject({ name: NAME, place: 'there', see: 'lares backups restoring' })
    expect(made.effects.filter(({ kind }) => kind === 'restore_backup')).toEqual([
      { kind: 'restore_backup', ticket: 'a ticket', place: 'there', name: NAME },
    ])
  })

  it('notes who asked, and nothing of what opens it', () => {
    const made = house()
    restore(made, { passphrase: SECRET, password: SECRET })
    expect(count(made, "SELECT count(*) FROM events WHERE event_type = 'restore_asked'")).toBe(1)
    const rows = made.db.prepare('SELECT event_data FROM events').pluck().all().join('\n')
    expect(rows).toContain(NAME)
    expect(rows).not.toContain(SECRET)
  })

  it('is refused while a backup is made, and says which', () => {
    const made = house()
    made.db.exec(
      `INSERT INTO jobs (id, kind, key, state, delivery, payload, idempotency_key, attempts, ready_at, ready_mono, enqueued_at)
       VALUES (1, 'backup', 'there', 'running', 'at_least_once', '{}', 'k', 1, 1, 0, 1)`,
    )
    expect(restore(made).error).toMatchObject({ code: 'busy', message: expect.stringContaining('there') })
    expect(made.effects.filter(({ kind }) => kind === 'restore_backup')).toEqual([])
    made.db.exec("UPDATE jobs SET state = 'done'")
    expect(restore(made).status).toBe('ok')
  })

  it.each(['../../etc/shadow', '--help', 'lares-home-1a2b3c4d-20261130T023000Z.tar.age/../x', 'hub.db'])(
    'finds none by a name that no hub gives, also where a row has it: %s',
    (name) => {
      const made = house([name])
      expect(() => archiveNamed(made.db, { name })).toThrow(`no place has a backup ${name}`)
      expect(restore(made, { name }).error?.code).toBe('not_found')
    },
  )

  it('never takes a secret from a command line, where others could read it', () => {
    const described = findDescribed(knownCommands(), 'backups', 'restore')
    expect(restoreBackup.secretParams).toEqual(['passphrase', 'password'])
    expect(described?.secret_params).toEqual(['passphrase', 'password'])
    for (const word of ['--passphrase', '--password'])
      expect(() => parseCall(described ? [described] : [], ['backups', 'restore', NAME, `${word}=x`], 0)).toThrow(
        'others could read it there',
      )
  })

  it('takes the passphrase of a sealed one, before anything is kept', async () => {
    const kept: unknown[] = []
    const keep = (secret: string | null) => {
      kept.push(secret)
      return 'a ticket'
    }
    const context = { passwordAgain: async () => {}, beside: () => ({ state: () => null, keep }) }
    const prepare = (params: object) => restoreBackup.prepare?.(params, context as never)
    await expect(prepare({ name: NAME })).rejects.toThrow('it takes its passphrase')
    expect(await prepare({ name: NAME, passphrase: SECRET })).toBe('a ticket')
    await prepare({ name: NAME.replace('.age', ''), passphrase: SECRET })
    expect(kept).toEqual([SECRET, null])
  })
})
