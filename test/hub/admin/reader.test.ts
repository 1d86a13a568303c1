import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Reader } from '../../../hub/admin/reader.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { PER_PRINCIPAL, QUERY_MAX_MS } from '../../../shared/limits.ts'
import { silentLog } from '../../../shared/log.ts'
import { openDatabase } from '../../../shared/sqlite/open.ts'
import { PAGE_SIZE } from '../../../shared/sqlite/page-size.ts'
import { accountOf } from '../callers.ts'
import { LOCAL } from '../engine/ask.ts'

const ask = (area: string, verb: string, params: unknown = { limit: 10 }) => ({
  area,
  verb,
  params,
  caller: LOCAL,
  now: 1,
})

describe('the reader', () => {
  let folder: string
  let clock: ManualClock
  let reader: Reader

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lares-reader-'))
    openStore({ folder, now: 1, log: silentLog }).close()
    clock = new ManualClock()
    reader = new Reader(storeFile(folder), clock)
  })
  afterEach(async () => {
    await reader.stop()
    rmSync(folder, { recursive: true })
  })

  it('asks for rights itself, whoever sent the question', async () => {
    const asked = { ...ask('users', 'list'), caller: accountOf('anna', { h: [{ right: 'configure' }] }) }
    await expect(reader.ask(asked)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await reader.ask(ask('users', 'list'))).toEqual({ users: [] })
  })

  it('answers several questions in their order', async () => {
    const answers = await Promise.all([reader.ask(ask('devices', 'list')), reader.ask(ask('users', 'list'))])
    expect(answers).toEqual([{ devices: [] }, { users: [] }])
  })

  it('gives a question up after ten seconds and answers the next one', async () => {
    const slow = reader.ask(ask('devices', 'list'))
    const next = reader.ask(ask('users', 'list'))
    clock.advance(QUERY_MAX_MS)
    await expect(slow).rejects.toMatchObject({ code: 'query_too_long' })
    await expect(next).resolves.toEqual({ users: [] })
  })

  it('hands on the refusal of a question with its remedy, and what is no question', async () => {
    await expect(reader.ask(ask('devices', 'show', { device: 'nobody' }))).rejects.toMatchObject({
      code: 'not_found',
      message: 'there is no device nobody',
      hint: 'See lares devices list.',
    })
    await expect(reader.ask(ask('devices', 'revoke'))).rejects.toMatchObject({ code: 'unknown_command' })
  })

  it('tells of damage that a question met, which nobody may be served from', async () => {
    const db = openDatabase({ file: storeFile(folder) })
    const roots = db.prepare("SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'users'").pluck().all() as number[]
    db.close()
    const fd = openSync(storeFile(folder), 'r+')
    for (const root of roots)
      if (root > 0) writeSync(fd, Buffer.alloc(PAGE_SIZE, 7), 0, PAGE_SIZE, (root - 1) * PAGE_SIZE)
    closeSync(fd)
    const met: string[] = []
    reader.onDamage = (damage) => met.push(damage)
    await expect(reader.ask(ask('users', 'list'))).rejects.toMatchObject({ code: 'corrupt_database' })
    expect(met).toEqual(['database disk image is malformed'])
    await expect(reader.ask(ask('devices', 'list'))).resolves.toEqual({ devices: [] })
    expect(met).toHaveLength(1)
  })

  it('says what a dangerous command would take away, and that others are not', async () => {
    const danger = (area: string, verb: string, params: unknown) =>
      reader.ask({ ...ask(area, verb, params), danger: true })
    await expect(danger('devices', 'revoke', { device: 'nobody' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(danger('devices', 'list', {})).rejects.toMatchObject({ code: 'unknown_command' })
  })

  it('ends its thread when nobody asked for a minute, and starts another for the next question', async () => {
    await reader.ask(ask('devices', 'list'))
    clock.advance(60_000)
    await expect(reader.ask(ask('devices', 'list'))).resolves.toEqual({ devices: [] })
  })

  it('refuses the questions of one who has enough waiting, and answers others before their backlog', async () => {
    const other = accountOf('anna', 'all')
    const many = Array.from({ length: PER_PRINCIPAL.questions + 3 }, () => reader.ask(ask('devices', 'list')))
    const order: string[] = []
    void many[PER_PRINCIPAL.questions]?.then(() => order.push('the last of many'))
    const theirs = reader.ask({ ...ask('users', 'list'), caller: other }).then(() => order.push('the other'))
    const results = await Promise.allSettled(many)
    await theirs
    expect(results.slice(-2)).toMatchObject([{ reason: { code: 'busy' } }, { reason: { code: 'busy' } }])
    expect(results.slice(0, -2).every(({ status }) => status === 'fulfilled')).toBe(true)
    expect(order).toEqual(['the other', 'the last of many'])
  })

  it('rejects what waits when the hub stops', async () => {
    const waiting = [reader.ask(ask('devices', 'list')), reader.ask(ask('users', 'list'))]
    const results = Promise.allSettled(waiting)
    await reader.stop()
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})
