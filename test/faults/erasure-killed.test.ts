import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backupFolder, storeFile } from '../../hub/store/places.ts'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { SURVIVES_KILL, useCentral } from '../central/postgres-servers.ts'
import { DEVICE, mentions, WORDS } from '../hub/features/erasures/lived-in.ts'
import { addSite, rows } from '../hub/sync/house-with-central.ts'
import { mentionsThere } from '../hub/sync/mentions-there.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { filesWith, fillHouse, lookInto, OLD_BACKUP } from './lib/house-to-erase.ts'
import type { KillMoment } from './lib/kill-moment.ts'
import { killedAt } from './lib/killed-at.ts'

/** More than a loaded machine takes for anything here. */
const PATIENCE = { timeout: 120_000, interval: 50 }
const AT_CENTRAL = 'lares.erase_from_house'

/**
 * Every step of an erasure, in order: what was done until then is kept, what follows is not. Copies and central do not wait for each
 * other: central is `away` until the copies are new, so that each has its moments.
 */
const MOMENTS: readonly [name: string, moment: KillMoment, central?: 'away'][] = [
  ['before it looks at events', { in: 'sqlite', text: 'FROM events WHERE id > @after' }],
  ['before it says how far it looked', { in: 'sqlite', text: 'UPDATE erasures SET events_upto' }],
  ['before rows go', { in: 'sqlite', text: 'DELETE FROM "messages"' }],
  ['before it says that all are gone', { in: 'sqlite', text: "SET state = 'elsewhere'" }],
  ['before a recording goes', { in: 'files', text: '.wav' }, 'away'],
  ['before an older backup goes', { in: 'files', text: OLD_BACKUP }, 'away'],
  ['before it says that copies are new', { in: 'sqlite', text: 'SET copies_renewed_at' }, 'away'],
  ['before what it said of copies is kept', { in: 'sqlite', text: "SET state = 'done'" }, 'away'],
  ['before central is asked', { in: 'central', text: AT_CENTRAL, when: 'before' }],
  ['before central commits', { in: 'central', text: AT_CENTRAL, when: 'after' }],
  ['when central has committed', { in: 'central', text: AT_CENTRAL, when: 'committed' }],
  ['before it says what central did', { in: 'sqlite', text: 'SET removed_at_central' }],
  ['before it says that it is done', { in: 'sqlite', text: "SET state = 'done'" }],
]

const ERASE = {
  device: ['devices', { device: DEVICE }],
  user: ['users', { email: 'anna@example.com' }],
} as const

let data: ReturnType<typeof makeDataFolder>
let hub: HubProcess | null = null
beforeEach(() => {
  data = makeDataFolder()
})
afterEach(async () => {
  await hub?.kill()
  hub = null
  data.remove()
})

describe('an erasure whose hub is killed', () => {
  const central = useCentral('18', { settings: SURVIVES_KILL })

  it.each(['device', 'user'] as const)(
    'at every step is done all the same, and leaves nothing of a %s anywhere and everything of others',
    async (what) => {
      const admin = await central.migrated()
      const { url, site } = await addSite(admin, 'home')
      const nowhere = new URL(url)
      nowhere.port = '1'
      const start = async (moment?: KillMoment, at: 'there' | 'away' = 'there') => {
        hub = await startHub({
          folder: data.folder,
          config: `log = "error"\n[central]\nurl = "${at === 'away' ? nowhere.href : url}"\n`,
          env: killedAt(moment),
        })
        return hub
      }
      const look = <T>(at: (house: Parameters<Parameters<typeof lookInto>[1]>[0]) => T) =>
        lookInto(storeFile(data.folder), at)
      const others = () =>
        look((house) => [
          house.all(
            "SELECT count(*) AS n FROM reading_series s JOIN readings r ON r.series_id = s.id WHERE s.device_id = 'hall-esp-b3n4p5'",
          ),
          house.all("SELECT id, content FROM messages WHERE id = 'm-other'"),
          house.all("SELECT id FROM users WHERE id = 'u-paul-0002'"),
          house.all("SELECT file FROM audio_clips WHERE id = 'c-other'"),
        ])
      fillHouse(data.folder)
      const before = others()
      await start()
      await vi.waitFor(
        async () => expect((await mentionsThere(admin, WORDS[what])).length).toBeGreaterThan(8),
        PATIENCE,
      )
      await hub?.stop()

      for (const [at, [name, moment, away]] of MOMENTS.entries()) {
        const killed = await start(moment, away)
        if (at === 0) {
          const local = await LocalAdmin.open(killed.ports.socket)
          // The answer comes, or the end of the hub before it, but no refusal.
          await local
            .call(ERASE[what][0], 'erase', ERASE[what][1])
            .catch(({ message }: Error) => expect(message).not.toContain(' erase: '))
        }
        expect(await killed.ended, name).toBe('SIGKILL')
        expect(
          look(({ db }) => db.pragma('integrity_check', { simple: true })),
          name,
        ).toBe('ok')
        expect(others(), name).toEqual(before)
      }
      await start()
      await vi.waitFor(
        () => expect(look((house) => house.all('SELECT state FROM erasures'))).toEqual([{ state: 'done' }]),
        PATIENCE,
      )

      expect(look((house) => mentions(house, WORDS[what]))).toEqual([])
      expect(others()).toEqual(before)
      expect(await mentionsThere(admin, WORDS[what])).toEqual([])
      const backups = readdirSync(backupFolder(data.folder))
      expect(backups).not.toContain(OLD_BACKUP)
      expect(backups.filter((name) => name.endsWith('.db')).length).toBeGreaterThan(0)
      for (const name of backups.filter((one) => one.endsWith('.db')))
        expect(
          lookInto(join(backupFolder(data.folder), name), (house) => mentions(house, WORDS[what])),
          name,
        ).toEqual([])
      const clips = readdirSync(join(data.folder, 'clips'), { recursive: true }).filter((name) =>
        String(name).endsWith('.wav'),
      )
      expect(clips.sort()).toEqual(
        look((house) => house.all<{ file: string }>('SELECT file FROM audio_clips ORDER BY file')).map(
          ({ file }) => file,
        ),
      )
      // SQLite may leave bytes in unused room of the database's pages: bytes-left.test.ts of the erasures looks there.
      expect(filesWith(data.folder, WORDS[what].slice(1)).filter((file) => !file.startsWith('hub.db'))).toEqual([])
      // An erasure that is done does not wait for what goes to central beside it.
      for (const table of ['readings', 'devices', 'users', 'people', 'messages'])
        await vi.waitFor(
          async () =>
            expect(
              await rows(admin, `SELECT count(*)::integer AS n FROM lares.${table} WHERE site_id = $1`, [site]),
              table,
            ).toEqual(look((house) => house.all(`SELECT count(*) AS n FROM ${table}`))),
          PATIENCE,
        )
    },
    300_000,
  )
})
