import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { Reader } from '../../../hub/admin/reader.ts'
import { readHubConfig } from '../../../hub/config.ts'
import { centralSetting } from '../../../hub/core/central-setting.ts'
import { KeyFolder } from '../../../hub/secrets/key-folder.ts'
import { Keyring } from '../../../hub/secrets/keyring.ts'
import { secretAt } from '../../../hub/secrets/secret-reader.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { lockFile, storeFile } from '../../../hub/store/places.ts'
import { systemClock } from '../../../shared/clock.ts'
import { PER_PRINCIPAL } from '../../../shared/limits.ts'
import { silentLog } from '../../../shared/log.ts'
import { lockFolder } from '../../../shared/sqlite/lock.ts'
import { openDatabase } from '../../../shared/sqlite/open.ts'
import { storeFault } from '../../../shared/sqlite/store-fault.ts'
import { LOCAL } from '../../hub/engine/ask.ts'
import { lares } from '../lib/lares.ts'
import { type Tried, thrown, tried, type Untried } from './tried.ts'

const NOW = Date.UTC(2026, 0, 1)

/** What a line of the command line ends with. */
async function codeOf(line: string): Promise<string | undefined> {
  const { code, err } = await lares(line)
  return code === 0 ? 'ok' : /\[(\w+)\]\n$/.exec(err)?.[1]
}

/** A data folder with a database and a copy of it beside. */
class House {
  readonly folder = mkdtempSync(join(tmpdir(), 'lares-store-'))
  readonly file = storeFile(this.folder)
  readonly copy = `${this.folder}.copy`

  async make(): Promise<this> {
    this.open()
    await codeOf(`hub backup --to ${this.copy} --data ${this.folder}`)
    return this
  }

  open(): string[] {
    const store = openStore({ folder: this.folder, now: NOW, log: silentLog })
    store.close()
    return store.toTell
  }

  migrate = () => codeOf(`hub migrate --data ${this.folder}`)
  restore = () => codeOf(`hub restore --from ${this.copy} --data ${this.folder}`)
}

async function inFolder(use: (house: House) => Tried): Promise<Tried> {
  return use(await new House().make())
}

function changed(file: string, sql: string): void {
  const db = new Sqlite(file)
  db.exec(sql)
  db.close()
}

/** A value that was sealed with the one key of a folder. */
class Sealed {
  readonly keys = new KeyFolder(join(mkdtempSync(join(tmpdir(), 'lares-keys-')), 'keys'))
  readonly key = join(this.keys.path, `${this.keys.make()}.key`)
  #text = this.#ring().seal(Buffer.from('a token'), secretAt('mail'))

  opened = () => thrown(() => this.#ring().open(this.#text, secretAt('mail')))

  #ring(): Keyring {
    return new Keyring(() => this.keys.read())
  }
}

function sealed(use: (value: Sealed) => Tried): Tried {
  return use(new Sealed())
}

/** The hub's own state: its database, its disk, its data folder. */
export const STORE_CASES = {
  unsafe_key: sealed(({ keys, key, opened }) =>
    tried(
      () => {
        chmodSync(keys.path, 0o755)
        chmodSync(key, 0o644)
        return opened()
      },
      () => {
        chmodSync(keys.path, 0o700)
        chmodSync(key, 0o600)
        return opened()
      },
    ),
  ),
  sealed_unreadable: sealed(({ key, opened }) =>
    tried(
      () => {
        renameSync(key, `${key}.away`)
        return opened()
      },
      () => {
        renameSync(`${key}.away`, key)
        return opened()
      },
    ),
  ),
  newer_schema: await inFolder((house) =>
    tried(
      () => {
        changed(house.file, "INSERT INTO schema_migrations (name, hash, applied_at) VALUES ('9999_later', 'x', 1)")
        return house.migrate()
      },
      async () => ((await house.restore()) === 'ok' ? house.migrate() : 'not restored'),
    ),
  ),
  corrupt_database: await inFolder((house) =>
    tried(() => {
      writeFileSync(house.file, 'what a failing card left of it')
      return house.migrate()
    }, house.restore),
  ),
  set_aside: await inFolder((house) => {
    const aside = join(house.folder, 'hub.db.damaged-1767225600000')
    const told = () => (house.open().some((one) => one.includes(aside)) ? 'set_aside' : 'ok')
    return tried(
      () => {
        writeFileSync(aside, 'x')
        return told()
      },
      () => {
        rmSync(aside)
        return told()
      },
    )
  }),
  already_running: await inFolder((house) => {
    let release = () => {}
    return tried(
      () => {
        release = lockFolder(lockFile(house.folder))
        return house.restore()
      },
      () => {
        release()
        return house.restore()
      },
    )
  }),
  database_locked: await inFolder((house) => {
    const other = new Sqlite(house.file)
    const write = () => {
      const db = openDatabase({ file: house.file })
      try {
        db.pragma('busy_timeout = 0')
        db.exec('CREATE TABLE IF NOT EXISTS written (x)')
        return 'ok'
      } catch (error) {
        return storeFault(error, house.file)?.code
      } finally {
        db.close()
      }
    }
    return tried(
      () => {
        other.exec('BEGIN IMMEDIATE')
        return write()
      },
      () => {
        other.exec('ROLLBACK')
        return write()
      },
    )
  }),
  disk_full: await inFolder((house) => {
    const db = openDatabase({ file: house.file })
    const write = () => {
      try {
        db.exec('CREATE TABLE written (x); INSERT INTO written VALUES (zeroblob(100000))')
        return 'ok'
      } catch (error) {
        return storeFault(error, house.file)?.code
      }
    }
    return tried(
      () => {
        db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`)
        return write()
      },
      () => {
        db.pragma('max_page_count = 100000')
        return write()
      },
    )
  }),
  query_too_long: await inFolder((house) => {
    const db = new Sqlite(house.file)
    db.exec(
      `WITH RECURSIVE n(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n LIMIT 1000)
       INSERT INTO events (event_type, category, severity, title, description, source, timestamp, created_at, updated_at)
       SELECT 'x', 'system', 'info', 'x', printf('%.2000c', 'x'), 'system', at, at, at FROM n`,
    )
    db.close()
    const reader = new Reader(house.file, systemClock)
    const events = (limit: number) =>
      thrown(() => reader.ask({ area: 'events', verb: 'list', params: { limit, all: true }, caller: LOCAL, now: NOW }))
    return tried(
      () => events(1_000),
      async () => {
        const said = await events(100)
        await reader.stop()
        return said
      },
    )
  }),
  busy: await inFolder((house) => {
    const reader = new Reader(house.file, systemClock)
    const devices = () =>
      thrown(() => reader.ask({ area: 'devices', verb: 'list', params: { limit: 10 }, caller: LOCAL, now: NOW }))
    return tried(
      async () => {
        const asked = await Promise.all(Array.from({ length: PER_PRINCIPAL.questions + 2 }, devices))
        return asked.find((code) => code !== 'ok')
      },
      async () => {
        const said = await devices()
        await reader.stop()
        return said
      },
    )
  }),
  bad_central: await inFolder((house) => {
    const told = () => (centralSetting(readHubConfig(undefined), house.folder).fault === null ? 'ok' : 'bad_central')
    return tried(
      () => {
        writeFileSync(join(house.folder, 'central.url'), 'postgres:/lares_site_home:secret@central')
        return told()
      },
      () => {
        // The line that `lares central add-site` prints.
        writeFileSync(
          join(house.folder, 'central.url'),
          'postgres://lares_site_home_12345678:secret@central:5432/lares\n',
        )
        return told()
      },
    )
  }),
} satisfies Partial<Record<string, Tried | Untried>>
