import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connected, query, useCentral } from '../central/postgres-servers.ts'
import { type CentralLine, type CentralMistake, central, found, takeRemedy } from './lib/central.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-central-'))
afterAll(() => rmSync(folder, { recursive: true }))

const row = (content: unknown) => JSON.stringify(content)
const ANNA = { id: 'anna', email: 'anna@example.org' }

/** A line that puts a row into the scope of every house. */
function put(table: string, content: unknown, scope = 'fleet'): CentralLine {
  return { line: `put ${scope} ${table} -`, input: row(content) }
}

/** The line that a remedy prints, to the end of its sentence. */
const printed = (text: string) => found(text, /(lares central [^\n]*?)\. \[/)

const MISTAKES: CentralMistake[] = [
  // sites
  {
    line: 'add-site " attic"',
    says: 'it begins or ends with a space',
    hint: 'Use 1 to … printable characters, in quotes where there is a space among them.',
    mended: () => 'add-site "the attic"',
  },
  {
    line: 'add-site home',
    says: 'there is a site home already',
    hint: 'Choose another name. For a new card of the same house: lares central rotate-site.',
    mended: (text) => ['add-site cottage', `${printed(text)} home`],
  },
  {
    line: 'rotate-site attics-of-nobody',
    says: 'central has no site attics-of-nobody',
    hint: 'See lares central list-sites.',
    mended: printed,
  },
  {
    line: 'rotate-site "lake house"',
    says: 'central has no site lake house',
    hint: 'Did you mean …? …',
    mended: (text) => [`rotate-site "${found(text, /mean (.*?)\?/)}"`, printed(text)],
  },
  {
    line: 'rotate-site "old barn"',
    says: 'the site old barn was removed and has no login',
    hint: 'Add it anew, also with the same name: lares central add-site ….',
    mended: (text) => [found(text, /name: (lares .*)\. \[/), 'rotate-site "old barn"'],
  },
  {
    line: 'remove-site cottage --reason sold',
    says: '--reason says why rows are erased, and none are',
    hint: 'Leave it out, or add --erase.',
    mended: (text) => [
      'remove-site cottage --yes',
      `remove-site cottage --reason sold ${found(text, /add (--\w+)\./)} --yes`,
    ],
  },
  {
    line: 'remove-site spare',
    says: 'will be shut out for good',
    hint: 'If that is what you want, say so with --yes.',
    mended: (text) => `remove-site spare ${found(text, /with (--yes)\./)}`,
  },
  // people
  {
    line: 'grant-person Anna home',
    says: `a person's login cannot be named "Anna"`,
    hint: 'Use a lower-case letter and then letters, digits, dot, hyphen and underscore; not lares_… or pg_….',
    mended: () => 'grant-person anna.b-1_x home',
  },
  {
    line: 'revoke-person reader cabin',
    says: 'reader was not granted the site cabin',
    hint: 'It may read ….',
    mended: (text) => `revoke-person reader "${found(text, /may read ([^,]*?)\. \[/)}"`,
  },
  {
    line: 'revoke-person nobody cabin',
    says: 'nobody was not granted the site cabin',
    hint: 'It may read no site. Let it read one: lares central grant-person … SITE.',
    mended: (text) => [printed(text).replace('SITE', 'cabin'), 'revoke-person nobody cabin'],
  },
  // scopes
  {
    line: 'grant-scope "" home',
    says: 'a scope cannot be named ""',
    hint: 'Use printable characters.',
    mended: () => 'grant-scope "elder care" home',
  },
  {
    line: 'grant-scope care gone',
    says: 'the site gone was removed and gets no rows',
    hint: 'Add it anew, also with the same name: lares central add-site ….',
    mended: (text) => [found(text, /name: (lares .*)\. \[/), 'grant-scope care gone'],
  },
  {
    line: 'revoke-scope fleet shed',
    says: 'the site shed was not granted the scope fleet',
    hint: 'See lares central scopes.',
    mended: printed,
  },
  {
    ...put('users', ANNA, 'flet'),
    says: 'there is no scope flet',
    hint: 'See lares central scopes. A scope is made when it is granted: lares central grant-scope SCOPE SITE.',
    mended: (text) => [
      found(text, /See (lares central scopes)\./),
      found(text, /granted: (lares .*)\. \[/).replace('SCOPE SITE', 'flet home'),
      put('users', ANNA, 'flet'),
    ],
  },
  // rows
  {
    ...put('users', { id: 'ann', email: 'Anna@example.org' }),
    says: 'users.email anna@example.org is that of anna in the scope flet',
    hint: '… would have two. Take that one out (…), or change … of ….',
    mended: (text) => [
      `${found(text, /one out \((lares .*?)\), or change ann of fleet\./)} --yes`,
      put('users', { id: 'ann', email: 'anna@example.org' }),
    ],
  },
  {
    ...put('readings', { id: 'x' }),
    says: 'central manages no rows of readings',
    hint: 'Choose one of ….',
    mended: (text) => put(found(text, /one of .*(personas),/), { id: 'butler', name: 'Butler' }),
  },
  {
    ...put('users', [ANNA]),
    says: 'a row of users is one JSON object',
    hint: 'For example {"…": "…"}.',
    mended: (text) => put('users', JSON.parse(found(text, /example (\{.*\})\. \[/).replace('…', 'example'))),
  },
  {
    ...put('users', { ...ANNA, name: 'Anna' }, 'flet'),
    says: 'users has no column name that central may set',
    hint: 'Its columns are ….',
    mended: (text) => put('users', { id: 'eve', [found(text, /columns are .*(full_name)/)]: 'Eve' }),
  },
  {
    ...put('users', { email: 'ben@example.org' }),
    says: 'the row lacks its key id',
    hint: 'It is a text and not empty.',
    mended: () => put('users', { id: 'ben', email: 'ben@example.org' }),
  },
  {
    ...put('personas', { id: 'guard', priority: 'high' }),
    says: 'personas.priority is a whole number, not "high"',
    hint: 'Mend this column and put the row again.',
    mended: () => put('personas', { id: 'guard', priority: 2 }),
  },
  {
    ...put('personas', { id: 'cook', name: 'Co\0ok' }),
    says: 'personas.name has a character that Postgres cannot keep',
    hint: 'Remove NUL characters and halves of surrogate pairs.',
    mended: () => put('personas', { id: 'cook', name: 'Cook' }),
  },
  {
    ...put('personas', { id: 'nurse', name: 'Nurse', system_prompt: 'Be quick.' }),
    says: 'version 1.0.0 of the persona nurse was given to houses with another definition',
    hint: 'Versions are never changed: write a higher current_version into the row and put it again.',
    mended: (text) =>
      put('personas', {
        ...{ id: 'nurse', name: 'Nurse', system_prompt: 'Be quick.' },
        [found(text, /higher (\w+) into/)]: '1.1.0',
      }),
  },
  {
    ...put('persona_versions', { id: 'nurse@1.0.0', persona_id: 'nurse', version: '1.0.0', artifacts: {} }),
    says: 'the version nurse@1.0.0 is never changed; put another one, with another id and version',
    hint: 'Give what is named here, and run the command again.',
    mended: () => put('persona_versions', { id: 'nurse@2', persona_id: 'nurse', version: '2', artifacts: {} }),
  },
  {
    line: 'remove fleet personas butlre --yes',
    says: 'the scope fleet has no row butlre of personas',
    hint: 'Did you mean …?',
    mended: (text) => `remove fleet personas ${found(text, /mean (.*?)\?/)} --yes`,
  },
  {
    line: 'remove fleet personas xyzzyplugh --yes',
    says: 'the scope fleet has no row xyzzyplugh of personas',
    hint: 'Its rows of … are ….',
    mended: (text) => `remove fleet personas ${found(text, /personas are (\w+)/)} --yes`,
  },
  {
    line: 'remove site:home users anna --yes',
    says: 'the scope site:home has no row anna of users',
    hint: 'It has none of …; lares central scopes shows which scopes have rows.',
    mended: (text) => found(text, /; (lares central scopes) shows/),
  },
  {
    line: `put fleet users ${join(folder, 'anna.json')}`,
    says: 'anna.json cannot be read',
    hint: 'Name a file with one JSON object.',
    mended() {
      writeFileSync(join(folder, 'ida.json'), row({ id: 'ida', email: 'ida@example.org' }))
      return `put fleet users ${join(folder, 'ida.json')}`
    },
  },
  {
    line: 'put fleet users -',
    input: 'id = lea',
    says: 'standard input is no JSON',
    hint: 'Write one JSON object.',
    mended: () => put('users', { id: 'lea' }),
  },
  // erasing
  {
    line: 'erase home users u1 --reason asked --yes',
    says: 'a users cannot be erased',
    hint: 'Choose one of ….',
    mended: (text) => `erase home ${found(text, /one of .*(user)/)} u1 --reason asked --yes`,
  },
  {
    line: 'erase home user ben@example.org --reason asked --yes',
    says: 'central has nothing of a user ben@example.org of this site; nothing was erased',
    hint: 'Give the id, as column id of lares.…s has it.',
    async mended(text) {
      const [, column, table] = /as column (\w+) of (lares\.\w+) has it/.exec(text) ?? []
      const [user] = await query<{ id: string }>(
        url,
        `SELECT ${column} AS id FROM ${table} WHERE email = 'ben@example.org'`,
      )
      return `erase home user ${user?.id} --reason asked --yes`
    },
  },
  {
    line: 'erase home user u3 --yes',
    says: '--reason is missing',
    hint: 'Say why: it is written down beside what was erased.',
    mended: (text) => `erase home user u3 ${found(text, /(--reason) is missing/)} "she asked for it" --yes`,
  },
  {
    line: 'erase cabin site 1 --reason sold --yes',
    says: '1 is not the site cabin',
    hint: 'To erase a whole site repeat its name as the key.',
    mended: () => 'erase cabin site cabin --reason sold --yes',
  },
]

const server = useCentral('18', { template: false })
let url = ''

beforeAll(async () => {
  url = server.server.url(await server.server.freshDatabase())
  await done({ line: 'migrate' })
  for (const name of ['home', 'Lake house', 'cabin', 'spare', 'gone', 'old barn', 'shed'])
    await done({ line: `add-site "${name}"` })
  for (const line of ['remove-site gone --yes', 'remove-site "old barn" --yes', 'revoke-scope fleet shed'])
    await done({ line })
  await done({ line: 'grant-person reader home' })
  await done(put('personas', { id: 'nurse', name: 'Nurse', system_prompt: 'Be kind.' }))
  // What the hub of a house has sent.
  await connected(url, async (client) => {
    await client.query('SET ROLE lares_owner')
    await client.query(
      `INSERT INTO lares.users (site_id, id, email, sync_epoch, sync_seq)
       SELECT s.site_id, u.id, u.email, 0, u.seq FROM lares.sites s,
         (VALUES ('u1', 'ann@example.org', 1), ('u2', 'ben@example.org', 2), ('u3', 'eve@example.org', 3)) u(id, email, seq)
       WHERE s.name = 'home'`,
    )
  })
}, 60_000)

async function done(call: CentralLine): Promise<void> {
  expect(await central({ url, ...call })).toMatchObject({ code: 0, err: '' })
}

describe('a mistake with lares central', () => {
  it.each(MISTAKES)('$line: what it says of "$says", taken literally, works', (mistake) => takeRemedy(mistake, url))
})
