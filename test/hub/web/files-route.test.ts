import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { FileTicket } from '../../../hub/contract/file-ticket.ts'
import { hashSecret } from '../../../hub/features/devices/joining.ts'
import { newestBackup } from '../../../hub/store/places.ts'
import { csvField, exportedLines, type ReadingsPage } from '../../../hub/web/export-rows.ts'
import { type FilesRouteParts, filesRoute } from '../../../hub/web/files-route.ts'
import { TicketBook } from '../../../hub/web/ticket-book.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { LaresError } from '../../../shared/errors.ts'
import { type Log, silentLog } from '../../../shared/log.ts'
import { accountOf } from '../callers.ts'
import { LOCAL } from '../engine/ask.ts'
import { type Asking, askHttps, type PageRig, pageRig } from './page-rig.ts'

const COOKIE = 'c'.repeat(43)
const ANNA = accountOf('anna', {}, { address: '127.0.0.1' })
const WAV = Buffer.from(Array.from({ length: 1_000 }, (_, at) => at % 256))

let rig: PageRig | null = null
let folder = ''
afterEach(async () => {
  await rig?.close()
  rig = null
  rmSync(folder, { recursive: true, force: true })
})

const page = (values: number[], next?: string): ReadingsPage => ({
  series: [
    {
      ...{
        device_name: '=HYPERLINK("x")',
        sensor_name: 'Air, "inside"',
        unit: '°C',
        sensor: 'air',
        device: 'kitchen-pi',
      },
      readings: values.map((value) => ({ time: 0, value, quality: 1 })),
    },
  ],
  ...(next === undefined ? {} : { next }),
})

async function opened(more: Partial<FilesRouteParts> = {}, server: Parameters<typeof pageRig>[0] = {}) {
  folder = mkdtempSync(join(tmpdir(), 'lares-files-'))
  mkdirSync(join(folder, 'clips/2026'), { recursive: true })
  writeFileSync(join(folder, 'clips/2026/x.wav'), WAV)
  const clock = new ManualClock(0)
  const book = new TicketBook(clock)
  const route = filesRoute({
    ...{ book, clips: join(folder, 'clips') },
    newestBackup: () => newestBackup(folder),
    loginOf: async (cookie) => (cookie === hashSecret(COOKIE) ? 'token-anna' : null),
    readings: async () => page([1]),
    speech: () => {
      throw new LaresError('part_failed', 'nothing speaks')
    },
    ...more,
  })
  const served = await pageRig({ routes: new Map([['files', route]]), ...server })
  rig = served
  const give = (content: FileTicket['content'], ticket: Partial<FileTicket> = {}) => {
    book.add({ hash: hashSecret('ticket'), name: 'x.wav', caller: ANNA, isBrowser: true, ...ticket, content })
  }
  const get = (headers: Asking['headers'] = { cookie: `__Host-lares=${COOKIE}` }, path = '/files/ticket') =>
    askHttps(served.port, path, { headers: headers ?? {} })
  return { clock, book, give, get, port: served.port }
}

const RECORDING = { kind: 'recording', file: '2026/x.wav' } as const
const READINGS = { kind: 'readings', format: 'csv', params: {} } as const

describe('a ticket', () => {
  it('brings nothing to whoever guesses, and nothing after a minute', async () => {
    const { give, get, clock } = await opened()
    give(READINGS)
    for (const path of ['/files/', '/files/other', '/files/ticke', '/files/ticket2'])
      expect((await get(undefined, path)).status).toBe(404)
    await clock.advance(60_000)
    const late = await get()
    expect(late.status).toBe(404)
    expect(JSON.parse(late.text).error.hint).toBe(
      'Ask for it again: each link is good once, for a minute, for whoever asked.',
    )
  })

  it('is good once', async () => {
    const { give, get } = await opened()
    give(READINGS)
    expect((await get()).status).toBe(200)
    expect((await get()).status).toBe(404)
  })

  it('is for the browser that asked and no other, and is not used up by one that has no right to it', async () => {
    const { give, get } = await opened()
    give(READINGS)
    expect((await get({})).status).toBe(404)
    expect((await get({ cookie: `__Host-lares=${'d'.repeat(43)}` })).status).toBe(404)
    expect((await get()).status).toBe(200)
    give(READINGS, { caller: accountOf('paul', {}) })
    expect((await get()).status).toBe(404)
  })

  it('is for the address that asked where that was no browser, and for this machine alone where it was its socket', async () => {
    const { give, get } = await opened()
    give(READINGS, { isBrowser: false })
    expect((await get({})).status).toBe(200)
    give(READINGS, { isBrowser: false, caller: accountOf('bot', {}, { address: '192.168.1.66' }) })
    expect((await get({})).status).toBe(404)
    give(READINGS, { isBrowser: false, caller: LOCAL })
    expect((await get({})).status).toBe(200)
  })

  it('is good no more once the rights of whoever asked are others, and those of others stay', async () => {
    const { give, get, book } = await opened()
    give(READINGS)
    book.end('paul')
    expect((await get()).status).toBe(200)
    give(READINGS)
    book.end('anna')
    expect((await get()).status).toBe(404)
    give(READINGS)
    expect((await get()).status).toBe(200)
  })

  it('gives way when somebody has too many, and never for those of others', async () => {
    const { book } = await opened()
    const add = (at: string, caller = ANNA) =>
      book.add({ hash: at, name: 'x', caller, isBrowser: true, content: READINGS })
    add("paul's", accountOf('paul', {}))
    for (let at = 0; at < 40; at += 1) add(String(at))
    expect(['0', '7', '8', '39', "paul's"].map((hash) => book.find(hash) !== null)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ])
  })
})

describe('a recording', () => {
  it('is played piece by piece for ten minutes, as a player asks', async () => {
    const { give, get, clock } = await opened()
    give(RECORDING)
    const cookie = `__Host-lares=${COOKIE}`
    const whole = await get()
    expect([whole.status, whole.body.equals(WAV), whole.headers['content-type']]).toEqual([200, true, 'audio/wav'])
    expect(whole.headers).toMatchObject({ 'accept-ranges': 'bytes', 'content-disposition': 'inline; filename="x.wav"' })
    await clock.advance(300_000)
    const piece = await get({ cookie, range: 'bytes=100-199' })
    expect([piece.status, piece.headers['content-range'], piece.body.equals(WAV.subarray(100, 200))]).toEqual([
      206,
      'bytes 100-199/1000',
      true,
    ])
    const rest = await get({ cookie, range: 'bytes=990-' })
    expect([rest.status, rest.body.length]).toEqual([206, 10])
    expect((await get({ cookie, range: 'bytes=-5' })).headers['content-range']).toBe('bytes 995-999/1000')
    expect((await get({ cookie, range: 'bytes=5-2000' })).headers['content-range']).toBe('bytes 5-999/1000')
    expect((await get({ cookie, range: 'bytes=1000-' })).status).toBe(416)
    expect((await get({ cookie, range: 'bytes=-0' })).status).toBe(416)
    for (const range of ['bytes=0-1,5-9', 'bytes=9-5', 'lines=1-2', 'bytes=-'])
      expect((await get({ cookie, range })).status).toBe(200)
    await clock.advance(300_000)
    expect((await get()).status).toBe(404)
  })

  it('that is gone meanwhile is an error, and the page goes on', async () => {
    const { give, get } = await opened()
    give({ kind: 'recording', file: '2026/gone.wav' })
    expect((await get()).status).toBe(500)
    give(RECORDING)
    expect((await get()).status).toBe(200)
  })
})

describe('a copy of the database', () => {
  it('is the newest that is whole', async () => {
    const { give, get } = await opened()
    give({ kind: 'backup' }, { name: 'lares-hub.db' })
    const none = await get()
    expect([none.status, JSON.parse(none.text).error.hint]).toEqual([
      404,
      'The hub makes one within the hour. At once: lares hub backup --to FILE.',
    ])
    writeFileSync(join(folder, 'hub-0000000000001.db'), 'older')
    writeFileSync(join(folder, 'hub-0000000000002.db'), 'newest')
    writeFileSync(join(folder, 'hub-0000000000003.db.part'), 'half')
    give({ kind: 'backup' }, { name: 'lares-hub.db' })
    const { status, text, headers } = await get()
    expect([status, text, headers['content-disposition']]).toEqual([
      200,
      'newest',
      'attachment; filename="lares-hub.db"',
    ])
  })
})

describe('what is spoken', () => {
  const SPEECH = { kind: 'speech', text: 'Hello', choice: { language: 'en', prefer: ['flite'] } } as const

  it('is a WAV file, spoken as the ticket says', async () => {
    const asked: unknown[] = []
    const { give, get } = await opened({
      speech: () => ({
        hear: () => Promise.reject(new Error('nobody asked')),
        async speak(text, choice) {
          asked.push(text, choice)
          return WAV
        },
      }),
    })
    give(SPEECH, { name: 'spoken.wav' })
    const { status, body, headers } = await get()
    expect([status, body.equals(WAV), headers['content-type']]).toEqual([200, true, 'audio/wav'])
    expect(asked).toEqual(['Hello', SPEECH.choice])
    expect((await get()).status).toBe(404)
  })

  it('says what is wrong where nothing speaks, and a way for sound brings no bytes and is not used up', async () => {
    const { give, get, book } = await opened()
    give(SPEECH)
    const none = await get()
    expect([none.status, JSON.parse(none.text).error.code]).toEqual([503, 'part_failed'])
    give({ kind: 'hearing', choice: SPEECH.choice })
    expect((await get()).status).toBe(404)
    expect(book.find(hashSecret('ticket'))).not.toBeNull()
  })
})

describe('an export', () => {
  it('has every page, with what a spreadsheet would run made harmless', async () => {
    const asked: unknown[] = []
    const pages = [page([-1.5, 2], 'there'), page([3])]
    const { give, get } = await opened({
      async readings(_ticket, params) {
        asked.push(params)
        return pages.shift() ?? page([])
      },
    })
    give({ kind: 'readings', format: 'csv', params: { device: 'kitchen-pi' } }, { name: 'a "b".csv' })
    const { text, headers } = await get()
    const rest = `,°C,1,air,"Air, ""inside""",kitchen-pi,"'=HYPERLINK(""x"")"`
    expect(text.split('\r\n')).toEqual([
      'time,value,unit,quality,sensor,sensor_name,device,device_name',
      ...['-1.5', '2', '3'].map((value) => `1970-01-01T00:00:00.000Z,${value}${rest}`),
      '',
    ])
    expect(asked).toEqual([
      { device: 'kitchen-pi', limit: 4_000 },
      { device: 'kitchen-pi', limit: 4_000, after: 'there' },
    ])
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="a--b-.csv"',
    })
  })

  it('has an object in each line where that is asked for', async () => {
    const lines: string[] = []
    for await (const text of exportedLines('ndjson', async () => page([1, 2]))) lines.push(...text.trim().split('\n'))
    expect(lines.map((line) => JSON.parse(line).value)).toEqual([1, 2])
  })

  it('is in no line of the log when it cannot be answered', async () => {
    const lines: string[] = []
    const log: Log = { ...silentLog, warn: (fields, message) => void lines.push(JSON.stringify([fields, message])) }
    const { give, get } = await opened({}, { log })
    give({ kind: 'recording', file: 'gone.wav' })
    expect((await get()).status).toBe(500)
    expect(lines).toEqual([expect.stringContaining('"path":"/files"')])
    expect(lines.join()).not.toContain('ticket')
  })

  it('is cut off once the rights of whoever asked are taken, also in the middle of a file', async () => {
    const { give, book, port } = await opened({
      newestBackup() {
        const file = join(folder, 'large.db')
        writeFileSync(file, '')
        truncateSync(file, 200_000_000)
        return file
      },
    })
    give({ kind: 'backup' })
    const headers = { cookie: `__Host-lares=${COOKIE}` }
    const asked = request({ port, host: '127.0.0.1', path: '/files/ticket', headers, rejectUnauthorized: false })
    const [response] = (await once(asked.end(), 'response')) as [IncomingMessage]
    response.once('data', () => book.end('anna'))
    await expect(response.toArray()).rejects.toThrow('aborted')
  })

  it('ends where it is once the rights of whoever asked are others', async () => {
    let asked = 0
    const { give, get, book } = await opened({
      async readings() {
        asked += 1
        if (asked === 2) book.end('anna')
        return page([1], asked < 9 ? 'there' : undefined)
      },
    })
    give(READINGS)
    await expect(get()).rejects.toThrow(/aborted|hang up/)
    expect(asked).toBe(2)
  })

  it('ends without its end where a page cannot be read, so that nobody takes it for whole', async () => {
    let asked = 0
    const { give, get } = await opened({
      async readings() {
        asked += 1
        if (asked > 1) throw new Error('the reader is gone')
        return page([1], 'there')
      },
    })
    give(READINGS)
    await expect(get()).rejects.toThrow('aborted')
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])('lets no spreadsheet run %j', (text) => {
    expect(csvField(text)).toBe(`"'${text}"`)
  })

  it('writes numbers and ordinary texts as they are', () => {
    expect([-1.5, 0, 'air', 'a-b', '', null, 'a"b', 'a\nb'].map(csvField)).toEqual([
      ...['-1.5', '0', 'air', 'a-b', '', '', '"a""b"', '"a\nb"'],
    ])
  })
})
