import { afterEach, describe, expect, it } from 'vitest'
import type { SpeechDesk } from '../../../hub/contract/speech-desk.ts'
import { hashSecret } from '../../../hub/features/devices/joining.ts'
import { hearRoute } from '../../../hub/web/hear-route.ts'
import { TicketBook } from '../../../hub/web/ticket-book.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { LaresError } from '../../../shared/errors.ts'
import { accountOf } from '../callers.ts'
import { askHttps, type PageRig, pageRig } from './page-rig.ts'

const COOKIE = 'c'.repeat(43)
const CHOICE = { language: 'en', prefer: ['whisper'] }
const SOUND = Buffer.from([1, 0, 255, 255])

let rig: PageRig | null = null
afterEach(async () => {
  await rig?.close()
  rig = null
})

async function opened(hear: SpeechDesk['hear']) {
  const book = new TicketBook(new ManualClock(0))
  const loginOf = async (cookie: string) => (cookie === hashSecret(COOKIE) ? 'token-anna' : null)
  const speech = () => ({ hear, speak: () => Promise.reject(new Error('nobody asked')) })
  const served = await pageRig({ routes: new Map([['hear', hearRoute({ book, loginOf, speech })]]) })
  rig = served
  const give = (
    ticket = 'ticket',
    content: Parameters<TicketBook['add']>[0]['content'] = { kind: 'hearing', choice: CHOICE },
  ) => book.add({ hash: hashSecret(ticket), name: 'sentence', caller: accountOf('anna', {}), isBrowser: true, content })
  const post = (body: Buffer, { ticket = 'ticket', headers = {} }: { ticket?: string; headers?: object } = {}) =>
    askHttps(served.port, `/hear/${ticket}`, {
      method: 'POST',
      headers: { cookie: `__Host-lares=${COOKIE}`, origin: `https://127.0.0.1:${served.port}`, ...headers },
      body,
    })
  return { book, give, post, port: served.port }
}

const heard: SpeechDesk['hear'] = async () => ({ text: 'what time is it', by: 'whisper', tookMs: 12.4 })
const codeOf = ({ status, text }: { status: number; text: string }) => [status, JSON.parse(text).error.code]

describe('the sound of a sentence at the page', () => {
  it('is heard as its ticket says, and answered with its words', async () => {
    const asked: unknown[] = []
    const { give, post } = await opened(async (samples, choice, signal) => {
      asked.push([...samples], choice)
      return heard(samples, choice, signal)
    })
    give()
    const { status, text } = await post(SOUND)
    expect([status, JSON.parse(text)]).toEqual([200, { text: 'what time is it', by: 'whisper', took_ms: 12 }])
    expect(asked).toEqual([[1, -1], CHOICE])
    expect((await post(SOUND)).status).toBe(404)
  })

  it('is taken from nobody without a ticket, of another origin, another login, or with a ticket for something else', async () => {
    const { give, post, book } = await opened(heard)
    expect((await post(SOUND)).status).toBe(404)
    give()
    expect(codeOf(await post(SOUND, { headers: { origin: 'https://elsewhere.example' } }))).toEqual([403, 'forbidden'])
    expect((await post(SOUND, { headers: { cookie: `__Host-lares=${'d'.repeat(43)}` } })).status).toBe(404)
    expect((await post(SOUND, { headers: { cookie: '' } })).status).toBe(404)
    expect(book.find(hashSecret('ticket'))).not.toBeNull()
    give('backup', { kind: 'backup' })
    expect((await post(SOUND, { ticket: 'backup' })).status).toBe(404)
    expect((await post(SOUND)).status).toBe(200)
  })

  it('has thirty seconds at most, and is sound', async () => {
    const lengths: number[] = []
    const { give, post } = await opened(async (samples, ...rest) => {
      lengths.push(samples.length)
      return heard(samples, ...rest)
    })
    give('longest')
    expect((await post(Buffer.alloc(960_000), { ticket: 'longest' })).status).toBe(200)
    give('longer')
    expect(codeOf(await post(Buffer.alloc(960_002), { ticket: 'longer' }))).toEqual([413, 'too_large'])
    for (const nothing of [Buffer.alloc(0), Buffer.alloc(3)]) {
      give('nothing')
      expect(codeOf(await post(nothing, { ticket: 'nothing' }))).toEqual([400, 'bad_value'])
    }
    expect(lengths).toEqual([480_000])
  })

  it('is heard one at a time for each login, also after one that failed', async () => {
    const waiting: ((words: { text: string; by: string; tookMs: number }) => void)[] = []
    const { give, post } = await opened(() => new Promise((resolve) => waiting.push(resolve)))
    give('one')
    const first = post(SOUND, { ticket: 'one' })
    await expect.poll(() => waiting.length).toBe(1)
    give('two')
    expect(codeOf(await post(SOUND, { ticket: 'two' }))).toEqual([503, 'busy'])
    waiting[0]?.({ text: 'one', by: 'x', tookMs: 1 })
    expect((await first).status).toBe(200)
    give('odd')
    expect((await post(Buffer.alloc(1), { ticket: 'odd' })).status).toBe(400)
    give('three')
    const third = post(SOUND, { ticket: 'three' })
    await expect.poll(() => waiting.length).toBe(2)
    waiting[1]?.({ text: 'three', by: 'x', tookMs: 1 })
    expect((await third).status).toBe(200)
  })

  it('is given up once the rights of whoever speaks are taken', async () => {
    let given: AbortSignal | undefined
    const { give, post, book } = await opened(
      (_samples, _choice, signal) =>
        new Promise((_resolve, reject) => {
          given = signal
          signal.addEventListener('abort', () => reject(new LaresError('forbidden', 'over')), { once: true })
        }),
    )
    give()
    const asked = post(SOUND)
    await expect.poll(() => given !== undefined).toBe(true)
    book.end('anna')
    expect((await asked).status).toBe(403)
    expect(given?.aborted).toBe(true)
  })

  it('says what is missing where nothing hears', async () => {
    const { give, post } = await opened(() =>
      Promise.reject(new LaresError('missing_program', 'nothing hears', { hint: 'Install it.' })),
    )
    give()
    const { status, text } = await post(SOUND)
    expect([status, JSON.parse(text).error]).toEqual([
      503,
      { code: 'missing_program', message: 'nothing hears', hint: 'Install it.' },
    ])
  })
})
