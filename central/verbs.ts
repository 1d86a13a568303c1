import { readFileSync } from 'node:fs'
import type { JsonSchema } from '../shared/admin/described-command.ts'
import { LaresError } from '../shared/errors.ts'
import { zonedTime } from '../shared/time-words.ts'
import { linesFrom, readCentralAddress } from './central-address.ts'
import { conflictWords, listConflicts } from './conflicts.ts'
import type { Queryable } from './connect.ts'
import { countErased, type Erasure, erasable, eraseRows } from './erase.ts'
import { membershipWords, restoreMemberships } from './memberships.ts'
import { migrateCentral, prepareCentral } from './migrate-central.ts'
import { grantPerson, revokePerson } from './people.ts'
import { grantScope, listScopes, putRow, removeRow, revokeScope } from './scopes.ts'
import { addSite, listSites, removeSite, rotateSite, siteNamed } from './sites.ts'
import type { Clash } from './unique-keys.ts'

export interface VerbCall {
  db: Queryable
  /** The address this program uses itself; the lines for hubs and people are made from it. */
  url: string
  /** As many as the verb has parameters. */
  params: string[]
  erase: boolean
  reason: string | undefined
  /** All of standard input, for a file named `-`. */
  readInput: () => string
}

/** What a verb answers: data for `--json`, and the same in words; without words it is shown as its schema says. */
export type VerbAnswer = { data: unknown } & ({ text: string } | { schema: JsonSchema })

export interface Verb {
  params: string[]
  summary: string
  /** What this call would take away for good, in a sentence with its numbers; `null` when it takes nothing. */
  danger?(call: VerbCall): Promise<string | null>
  run(call: VerbCall): Promise<VerbAnswer>
}

/** Every verb of `lares central`, in the order of its help. */
export const VERBS = new Map<string, Verb>([
  [
    'prepare',
    {
      params: [],
      summary: 'make roles and an empty schema, before a dump is restored',
      async run({ db }) {
        await prepareCentral(db)
        return { data: {}, text: 'roles and schema are there; restore the dump now, then run lares central migrate\n' }
      },
    },
  ],
  [
    'migrate',
    {
      params: [],
      summary: 'bring the database up to date: roles, tables, coming months',
      async run({ db }) {
        const done = await migrateCentral(db)
        const logins = await restoreMemberships(db)
        const words = done.applied.length === 0 ? 'up to date' : `applied ${done.applied.join(', ')}`
        return {
          data: { ...done, logins },
          text: `${words}; ${done.partitions} partitions made\n${membershipWords(logins)}`,
        }
      },
    },
  ],
  [
    'add-site',
    {
      params: ['name'],
      summary: 'make a site and its login; prints the line for its hub once',
      async run({ db, url, params: [name = ''] }) {
        const lineFor = linesFrom(url)
        const site = await addSite(db, name)
        const line = lineFor(site.role, site.password)
        return {
          data: { site_id: site.site_id, name, role: site.role, url: line },
          text: `site  ${name}\nid    ${site.site_id}\nrole  ${site.role}\n\n${hubLines(line, url)}`,
        }
      },
    },
  ],
  [
    'list-sites',
    {
      params: [],
      summary: 'every site: when its hub was last seen and what it has sent',
      async run({ db }) {
        const sites = await listSites(db)
        return sites.length === 0 ? { data: sites, text: 'no sites\n' } : { data: sites, schema: SITES }
      },
    },
  ],
  [
    'rotate-site',
    {
      params: ['name'],
      summary: 'a new password for a site; the old one is worth nothing at once',
      async run({ db, url, params: [name = ''] }) {
        const lineFor = linesFrom(url)
        const { role, password, ended } = await rotateSite(db, name)
        const line = lineFor(role, password)
        return { data: { name, role, url: line, ended }, text: `${endedWords(ended)}\n\n${hubLines(line, url)}` }
      },
    },
  ],
  [
    'remove-site',
    {
      params: ['name'],
      summary: 'shut a site out; its rows stay, with --erase they go',
      danger: removalWords,
      async run({ db, params: [name = ''], erase, reason }) {
        checkReason({ erase, reason })
        const done = await removeSite(db, name, { erase, ...(reason === undefined ? {} : { reason }) })
        const erased = done.erased === null ? 'its rows stay' : `${done.erased} rows were erased`
        const shut =
          done.removed_before === null
            ? `${name} is shut out: ${endedWords(done.ended)}`
            : `${name} was shut out before, on ${done.removed_before.toISOString().slice(0, 10)}`
        return { data: { name, ...done }, text: `${shut}; ${erased}\n` }
      },
    },
  ],
  [
    'grant-person',
    {
      params: ['role', 'site'],
      summary: 'let a login read a site; makes the login when there is none',
      async run({ db, url, params: [role = '', site = ''] }) {
        const lineFor = linesFrom(url)
        const made = await grantPerson(db, role, site)
        const line = made === null ? null : lineFor(role, made.password)
        const words = `${role} may read ${site}\n`
        return {
          data: { role, site, url: line },
          text:
            line === null
              ? `${role} may read ${site}; its login was there, and its password stays\n`
              : `${words}\nThis address is shown once:\n\n${line}\n`,
        }
      },
    },
  ],
  [
    'revoke-person',
    {
      params: ['role', 'site'],
      summary: 'take a site away from a login',
      async run({ db, params: [role = '', site = ''] }) {
        const { left } = await revokePerson(db, role, site)
        return { data: { role, site, left }, text: `${role} may no longer read ${site}; ${left} sites are left\n` }
      },
    },
  ],
  [
    'put',
    {
      params: ['scope', 'table', 'file'],
      summary: 'put a row, one JSON object, into a scope; - reads standard input',
      async run({ db, params: [scope = '', table = '', file = ''], readInput }) {
        const row = parseJson(file, file === '-' ? readInput() : readText(file))
        const { key, seq, clashes } = await putRow(db, { scope, table, row })
        const conflicts = clashes.map(({ site, other_key, what }) => ({ site, other_key, what }))
        const words = `${table} ${key} is in ${scope}, change ${seq}\n${clashWords(clashes)}`
        return { data: { scope, table, key, seq, conflicts }, text: words }
      },
    },
  ],
  [
    'remove',
    {
      params: ['scope', 'table', 'key'],
      summary: 'take a row out of a scope',
      danger: async ({ params: [scope, table, key] }) =>
        `The row ${key} of ${table} will be gone from the scope ${scope}, and from every hub that has it.`,
      async run({ db, params: [scope = '', table = '', key = ''] }) {
        const { seq } = await removeRow(db, { scope, table, key })
        return { data: { scope, table, key, seq }, text: `${table} ${key} is out of ${scope}, change ${seq}\n` }
      },
    },
  ],
  [
    'scopes',
    {
      params: [],
      summary: 'every scope: its rows, who gets it, who is behind or refused a row',
      async run({ db }) {
        const scopes = await listScopes(db)
        return scopes.length === 0 ? { data: scopes, text: 'no scopes\n' } : { data: scopes, schema: SCOPES }
      },
    },
  ],
  [
    'conflicts',
    {
      params: [],
      summary: 'rows that a house did not take, why, and the commands that settle it',
      async run({ db }) {
        const conflicts = await listConflicts(db)
        return { data: conflicts, text: conflictWords(conflicts) }
      },
    },
  ],
  [
    'grant-scope',
    {
      params: ['scope', 'site'],
      summary: 'let a site have a scope; makes the scope when there is none',
      async run({ db, params: [scope = '', site = ''] }) {
        const { made, granted, clashes } = await grantScope(db, scope, site)
        const conflicts = clashes.map(({ key, other_key, what }) => ({ key, other_key, what }))
        const words = `${site} ${granted ? 'gets' : 'has had'} ${scope}${made ? ', a new scope' : granted ? '' : ' all along'}\n${clashWords(clashes)}`
        return { data: { scope, site, made, conflicts }, text: words }
      },
    },
  ],
  [
    'revoke-scope',
    {
      params: ['scope', 'site'],
      summary: 'take a scope away from a site',
      async run({ db, params: [scope = '', site = ''] }) {
        await revokeScope(db, scope, site)
        return { data: { scope, site }, text: `${site} no longer gets ${scope}\n` }
      },
    },
  ],
  [
    'erase',
    {
      params: ['site', 'what', 'key'],
      summary: 'erase a device, user or session with all it owns; needs --reason',
      async danger(call) {
        const erasure = await erasureOf(call)
        const rows = await countErased(call.db, erasure)
        return `${countWords(rows)} of the ${erasure.what} ${call.params[2]} in the site ${call.params[0]} will be gone for good.`
      },
      async run(call) {
        const erasure = await erasureOf(call)
        const rows = await eraseRows(call.db, erasure)
        const [site, what, key] = call.params
        return { data: { site, what, key, rows }, text: `${countWords(rows)} of ${what} ${key} erased\n` }
      },
    },
  ],
])

/** What is to be erased. Throws `bad_params` and `not_found`. */
async function erasureOf({ db, params: [name = '', what = '', key = ''], reason }: VerbCall): Promise<Erasure> {
  const thing = erasable(what)
  if (reason === undefined)
    throw new LaresError('bad_params', '--reason is missing', {
      hint: 'Say why: it is written down beside what was erased.',
    })
  const { site_id } = await siteNamed(db, name)
  if (thing === 'site' && key !== site_id && key !== name)
    throw new LaresError('bad_params', `${key} is not the site ${name}`, {
      hint: 'To erase a whole site repeat its name as the key.',
    })
  return { site_id, what: thing, key: thing === 'site' ? site_id : key, reason }
}

/** A reason stands beside what was erased; without that it would be lost. */
function checkReason({ erase, reason }: Pick<VerbCall, 'erase' | 'reason'>): void {
  if (!erase && reason !== undefined)
    throw new LaresError('bad_params', 'remove-site: --reason says why rows are erased, and none are', {
      hint: 'Leave it out, or add --erase.',
    })
}

/** Rows that stay are not counted: nobody waits for that. */
async function removalWords({ db, params: [name = ''], erase, reason }: VerbCall): Promise<string | null> {
  checkReason({ erase, reason })
  const { site_id, name: site, seen_at, role } = await siteNamed(db, name)
  if (role === null && !erase) return null
  const seen = seen_at === null ? 'never seen' : `last seen ${zonedTime(seen_at.getTime())}`
  const shut =
    role === null ? `The site ${site} is shut out already` : `The site ${site} (${seen}) will be shut out for good`
  if (!erase) return `${shut}: its hub needs a new site to come back. Its rows stay.`
  const rows = await countErased(db, { site_id, what: 'site', key: site_id, reason: 'counted' })
  return `${shut}, and ${countWords(rows)} of it will be gone for good.`
}

function countWords(rows: number): string {
  return `${rows} ${rows === 1 ? 'row' : 'rows'}`
}

const time: JsonSchema = { format: 'time' }
const id: JsonSchema = { format: 'id' }

/** Columns in the order of their importance: a narrow terminal leaves out the last ones. */
const SITES: JsonSchema = {
  items: {
    properties: {
      ...{ name: {}, seen_at: time, rows: {}, quarantined: {}, backfill: {}, last_batch_at: time, hub_version: {} },
      ...{ removed_at: time, streams: {}, epoch: {}, role: id, site_id: id },
    },
  },
}

const SCOPES: JsonSchema = {
  items: { properties: { scope: {}, rows: {}, behind: {}, refused: {}, sites: {}, counter: {} } },
}

/** The line stands alone, so that it can be copied whole; every other word is above it. */
function hubLines(line: string, url: string): string {
  const { rootCertificate } = readCentralAddress(url)
  const certificate =
    rootCertificate === null
      ? ''
      : `Your own address names the certificate ${rootCertificate} of this machine. Copy that file to the hub's machine and add ` +
        `${line.includes('?') ? '&' : '?'}sslrootcert=/PATH/THERE to the line.\n`
  return (
    'The line below belongs into central.url in the data folder of the hub (mode 0600). It is shown once; write the name of ' +
    `the server into it as the house sees it.\n${certificate}\n${line}\n`
  )
}

/** What houses keep of their own; nothing of it stops the other rows. */
function clashWords(clashes: Clash[]): string {
  const lines = clashes.map(
    ({ site, table, key, other_key, what }) =>
      `${site} has ${what} already, its own ${other_key}, and will not take ${key} of ${table}: see lares central conflicts\n`,
  )
  return lines.join('')
}

function endedWords(ended: number | null): string {
  return ended === null
    ? 'its open connections could not be ended, restart the server to be sure'
    : `${ended} open connections were ended`
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new LaresError('not_found', `${file} cannot be read`, { cause, hint: 'Name a file with one JSON object.' })
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new LaresError('bad_params', `${file === '-' ? 'standard input' : file} is no JSON: ${String(cause)}`, {
      cause,
      hint: 'Write one JSON object.',
    })
  }
}
