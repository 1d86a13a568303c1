import { createHash } from 'node:crypto'
import type { Client } from 'pg'
import { beforeEach, describe, expect, it } from 'vitest'
import { connected, query, useCentral, VERSIONS } from './postgres-servers.ts'

/** As a house computes it, from the text it received. */
function rowHash(table: string, key: string, text: string): bigint {
  const digest = createHash('md5').update(`${table}\n${key}\n${text}`).digest('hex')
  return BigInt(`0x${digest.slice(0, 15)}`)
}

describe.each(VERSIONS)('rows of a scope on PostgreSQL %s', (version) => {
  const central = useCentral(version)
  let admin = ''
  let scope = ''
  let made = 0

  beforeEach(async () => {
    admin = central.untouched()
    made += 1
    scope = `scope ${made}`
    await query(admin, 'INSERT INTO lares.scopes (scope) VALUES ($1)', [scope])
  })

  const put = async (client: Client, key: string, row: unknown) =>
    (
      await client.query<{ seq: string }>("SELECT lares.put_row($1, 'personas', $2, $3) AS seq", [
        scope,
        key,
        JSON.stringify(row),
      ])
    ).rows[0]?.seq
  const remove = async (client: Client, key: string) =>
    (await client.query<{ seq: string | null }>("SELECT lares.remove_row($1, 'personas', $2) AS seq", [scope, key]))
      .rows[0]?.seq

  const check = async () => {
    const rows = await query<{ table_name: string; row_key: string; row: string }>(
      admin,
      'SELECT table_name, row_key, row::text AS row FROM lares.scope_rows WHERE scope = $1 AND NOT removed',
      [scope],
    )
    const sum = rows.reduce((total, { table_name, row_key, row }) => total + rowHash(table_name, row_key, row), 0n)
    const [stored] = await query<{ checksum: string }>(admin, 'SELECT checksum FROM lares.scopes WHERE scope = $1', [
      scope,
    ])
    expect(stored?.checksum).toBe(String(sum))
    return rows.length
  }

  it('are numbered one by one, and the checksum is the one a house computes', async () => {
    await connected(admin, async (client) => {
      expect(await put(client, 'a', { id: 'a', name: 'Äpfel 🍏', n: 1.5 })).toBe('1')
      expect(await put(client, 'b', { id: 'b', name: 'line\nbreak "quoted"' })).toBe('2')
      expect(await check()).toBe(2)
      expect(await put(client, 'a', { id: 'a', name: 'changed' })).toBe('3')
      expect(await check()).toBe(2)
      expect(await remove(client, 'b')).toBe('4')
      expect(await check()).toBe(1)
      expect(await put(client, 'b', { id: 'b' })).toBe('5')
      expect(await check()).toBe(2)
      expect(await remove(client, 'a')).toBe('6')
      expect(await remove(client, 'b')).toBe('7')
      expect(await check()).toBe(0)
    })
    const rows = await query(
      admin,
      'SELECT row_key, seq, row, removed FROM lares.scope_rows WHERE scope = $1 ORDER BY seq',
      [scope],
    )
    expect(rows).toEqual([
      { row_key: 'a', seq: '6', row: null, removed: true },
      { row_key: 'b', seq: '7', row: null, removed: true },
    ])
  })

  it('keep their number when nothing changes', async () => {
    await connected(admin, async (client) => {
      expect(await put(client, 'a', { id: 'a', b: 1 })).toBe('1')
      expect(await put(client, 'a', { b: 1, id: 'a' })).toBe('1')
      expect(await remove(client, 'a')).toBe('2')
      expect(await remove(client, 'a')).toBeNull()
      expect(await remove(client, 'never')).toBeNull()
    })
    expect(await query(admin, 'SELECT counter FROM lares.scopes WHERE scope = $1', [scope])).toEqual([{ counter: '2' }])
  })

  it('get the higher number in the transaction that commits later', async () => {
    await connected(admin, (first) =>
      connected(admin, async (second) => {
        await first.query('BEGIN')
        await second.query('BEGIN')
        expect(await put(first, 'a', { id: 'a' })).toBe('1')
        let done = false
        const waiting = put(second, 'b', { id: 'b' }).then((seq) => {
          done = true
          return seq
        })
        // Whoever reads up to the newest number now must not find a smaller one later.
        await query(admin, 'SELECT pg_sleep(0.1)')
        expect(done).toBe(false)
        await first.query('COMMIT')
        expect(await waiting).toBe('2')
        await second.query('COMMIT')
      }),
    )
    await check()
  })

  it('leave no gap where a transaction was rolled back', async () => {
    await connected(admin, async (client) => {
      await client.query('BEGIN')
      await put(client, 'a', { id: 'a' })
      await client.query('ROLLBACK')
      expect(await put(client, 'b', { id: 'b' })).toBe('1')
    })
    await check()
  })

  it('come out right when many write at once', async () => {
    await Promise.all(
      Array.from({ length: 6 }, (_, writer) =>
        connected(admin, async (client) => {
          for (let n = 0; n < 20; n += 1) {
            await put(client, `k${(writer + n) % 7}`, { id: 'x', writer, n })
            if (n % 5 === 0) await remove(client, `k${n % 7}`)
          }
        }),
      ),
    )
    await check()
    const [seqs] = await query<{ newest: string; counter: string }>(
      admin,
      'SELECT (SELECT max(seq) FROM lares.scope_rows r WHERE r.scope = s.scope) AS newest, counter FROM lares.scopes s WHERE scope = $1',
      [scope],
    )
    expect(seqs?.newest).toBe(seqs?.counter)
  })

  it('need a scope and are objects', async () => {
    await expect(query(admin, "SELECT lares.put_row('nowhere', 't', 'k', '{}')")).rejects.toMatchObject({
      code: 'P0002',
    })
    await expect(query(admin, "SELECT lares.remove_row('nowhere', 't', 'k')")).rejects.toMatchObject({ code: 'P0002' })
    await expect(query(admin, 'SELECT lares.put_row($1, $2, $3, NULL)', [scope, 't', 'k'])).rejects.toMatchObject({
      code: 'LR001',
    })
  })
})
