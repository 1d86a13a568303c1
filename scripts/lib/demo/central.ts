import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { linesFrom } from '../../../central/central-address.ts'
import { asOwner, type Queryable, withCentral } from '../../../central/connect.ts'
import { migrateCentral } from '../../../central/migrate-central.ts'
import { grantPerson } from '../../../central/people.ts'
import { grantScope, putRow } from '../../../central/scopes.ts'
import { addSite, listSites, removeSite } from '../../../central/sites.ts'
import { Postgres } from '../postgres.ts'

/** What central manages for both houses. */
export const PERSONA = { id: 'night_watch', name: 'Night watch', description: 'Speaks low, and only when it matters.' }

export interface CentralOptions {
  folder: string
  houses: readonly string[]
  /** An administrator's address of somebody's own server. Absent: a server of the demo's own, in `folder`. */
  given: string | undefined
  say: (text: string) => void
}

/**
 * The Postgres in which the demo's houses meet. On a server of somebody's own everything has a name that no other house
 * has, and `stop` takes it away again.
 */
export class DemoCentral {
  #options: CentralOptions
  #server: Postgres | null
  #admin: string | undefined
  #tag: string
  #made: string[] = []
  #urls = new Map<string, string>()
  #reader = ''

  constructor(options: CentralOptions) {
    this.#options = options
    this.#admin = options.given
    this.#tag = options.given === undefined ? '' : `-${randomBytes(3).toString('hex')}`
    this.#server = options.given === undefined ? new Postgres({ folder: options.folder }) : null
  }

  /** Where it is, without a word of how to get in. */
  get place(): string {
    const { hostname, port, pathname } = new URL(this.#reader)
    return `${hostname}:${port || 5432}${pathname}`
  }

  /** A file for psql: `PGSERVICEFILE=… psql service=lares` reads both houses. */
  get serviceFile(): string {
    return join(this.#options.folder, 'psql.conf')
  }

  /** What a house is called here. */
  site(house: string): string {
    return this.#tag === '' ? house : `demo-${house}${this.#tag}`
  }

  /** The line for a house's hub. It holds a password. */
  url(house: string): string {
    return this.#urls.get(house) ?? ''
  }

  async start(): Promise<void> {
    const { folder, houses, say } = this.#options
    mkdirSync(folder, { recursive: true })
    if (this.#server !== null) {
      say('Starting PostgreSQL …')
      await this.#server.start()
      this.#admin = this.#server.url()
    }
    say(`Preparing central for ${houses.join(' and ')} …`)
    await this.#asAdmin(async (db) => {
      await migrateCentral(db)
      for (const house of houses) await this.#addSite(db, house)
      await this.#letRead(db)
      const scope = this.#scope
      for (const house of houses) await grantScope(db, scope, this.site(house))
      await putRow(db, { scope, table: 'personas', row: PERSONA })
    })
  }

  /** Runs `work` as a person who was granted these two houses and sees no other. */
  read<T>(work: (db: Queryable) => Promise<T>): Promise<T> {
    return withCentral(this.#reader, work)
  }

  /** Leaves a server of somebody's own as it was, but for the roles of `lares central migrate`. Safe when it did not start. */
  async stop(): Promise<void> {
    if (this.#server !== null) return this.#server.stop()
    if (this.#made.length === 0) return
    this.#options.say("Removing the demo's sites from central …")
    await this.#asAdmin((db) => this.#clear(db))
  }

  get #scope(): string {
    return `demo${this.#tag}`
  }

  get #person(): string {
    return `demo${this.#tag}`
  }

  #asAdmin<T>(work: (db: Queryable) => Promise<T>): Promise<T> {
    return withCentral(this.#admin ?? '', work)
  }

  async #addSite(db: Queryable, house: string): Promise<void> {
    const name = this.site(house)
    const { role, password } = await addSite(db, name)
    this.#made.push(name)
    this.#urls.set(house, linesFrom(this.#admin ?? '')(role, password))
  }

  async #letRead(db: Queryable): Promise<void> {
    for (const name of this.#made) {
      const made = await grantPerson(db, this.#person, name)
      if (made !== null) this.#reader = linesFrom(this.#admin ?? '')(made.role, made.password)
    }
    writeFileSync(this.serviceFile, serviceOf(this.#reader), { mode: 0o600 })
  }

  async #clear(db: Queryable): Promise<void> {
    const roles = (await listSites(db)).filter(({ name }) => this.#made.includes(name)).map(({ role }) => role)
    for (const name of this.#made) await removeSite(db, name, { erase: true, reason: 'the demo ended' })
    await asOwner(db, async () => {
      for (const table of ['scope_sites', 'scope_rows', 'scopes'])
        await db.query(`DELETE FROM lares.${table} WHERE scope = $1`, [this.#scope])
      await db.query('DELETE FROM lares.sites WHERE name = ANY ($1)', [this.#made])
    })
    for (const role of [...roles, this.#person]) if (role !== null) await db.query(`DROP ROLE IF EXISTS "${role}"`)
  }
}

function serviceOf(url: string): string {
  const address = new URL(url)
  const settings = new Map([
    ['host', address.hostname.replace(/^\[|\]$/g, '')],
    ['port', address.port || '5432'],
    ['dbname', decodeURIComponent(address.pathname.slice(1))],
    ['user', decodeURIComponent(address.username)],
    ['password', decodeURIComponent(address.password)],
    ...address.searchParams,
  ])
  return ['[lares]', ...[...settings].filter(([, value]) => value !== '').map((pair) => pair.join('=')), ''].join('\n')
}
