import { stateWords } from '../../shared/health-words.ts'
import type { Head } from '../../shared/terminal/render.ts'
import { bytesWords, timeWords } from '../../shared/time-words.ts'
import { centralWords } from './central-words.ts'
import { type AnswerReader, type MakePage, present } from './page.ts'

/** `lares hub status`: whether somebody has to do something, and what; then the numbers that people ask for. */
export const hubStatusPage: MakePage = (answer, _schema, now) => ({
  head: headOf(answer),
  data: present({
    devices: devicesWords(answer),
    readings: answer.number('readings'),
    messages: messagesWords(answer),
    conversations: count(answer.number('sessions'), 'kept', answer.number('clips'), 'recordings'),
    'not understood': refusedWords(answer.number('rejected_kept')),
    waiting: waitingWords(answer.number('front.queue_depth')),
    disk: diskWords(answer),
    database: databaseWords(answer),
    'last backup': backupWords(answer, now),
    'read through': scrubWords(answer, now),
    central: centralWords(answer, 'front.sync', now)?.words,
    clock: CLOCKS.get(answer.text('clock') ?? '') ?? answer.text('clock'),
    page: pageWords(answer),
    memory: mapped(answer.number('front.rss_mb'), (megabytes) => bytesWords(megabytes * 1e6)),
    version: versionWords(answer),
  }),
  schema: {},
})

const CLOCKS: ReadonlyMap<string, string> = new Map([
  ['synced', 'set by the network'],
  ['unsynced', 'not set: times may be wrong, and nobody can be invited'],
  ['unknown', 'nobody says whether it is right'],
])

function headOf(answer: AnswerReader): Head {
  const state = answer.text('front.health.state')
  if (state === null) return { lines: ['The hub answers'] }
  const problems = answer
    .list('front.health.problems')
    .flatMap(({ code, message, hint }) => [String(message), `  ${hint} [${code}]`])
  const lines = [`The hub ${stateWords(state)}${problems.length > 0 ? ':' : ''}`, ...problems]
  return { lines, colour: state === 'ok' ? 'green' : state === 'attention' ? 'yellow' : 'red' }
}

/** What a browser shows of the page before it trusts it is compared with this. */
function pageWords(answer: AnswerReader): string | null {
  const port = answer.number('front.page.port')
  const fingerprint = answer.text('front.page.fingerprint')
  if (port === null) return null
  return `HTTPS on port ${port}${fingerprint === null ? '' : `, vouched for by ${fingerprint} (SHA-256)`}`
}

function devicesWords(answer: AnswerReader): string | null {
  const known = answer.number('devices.known')
  const online = answer.number('devices.online')
  if (known === null) return null
  if (known === 0) return 'none yet (lares devices invite NAME)'
  return `${online ?? 0} of ${known} connected`
}

function messagesWords(answer: AnswerReader): string | null {
  const received = answer.number('ledger.received')
  if (received === null) return null
  const parts = ['applied', 'duplicate', 'rejected'].map(
    (name) => [name, answer.number(`ledger.${name}`) ?? 0] as const,
  )
  const [[, applied] = ['', 0], [, again] = ['', 0], [, refused] = ['', 0]] = parts
  return `${received} received: ${applied} applied, ${again} received again, ${refused} not understood`
}

function count(sessions: number | null, kept: string, clips: number | null, recordings: string): string | null {
  return sessions === null ? null : `${sessions} ${kept}, with ${clips ?? 0} ${recordings}`
}

function refusedWords(rows: number | null): string | null {
  return rows === null || rows === 0 ? null : `${rows} messages are kept (lares rejected list)`
}

function waitingWords(depth: number | null): string | null {
  return depth === null || depth === 0 ? null : `${depth} messages wait for the disk`
}

function diskWords(answer: AnswerReader): string | null {
  const total = answer.number('front.storage.disk_total_bytes')
  const free = answer.number('front.storage.disk_free_bytes')
  if (total === null || free === null || total === 0) return null
  return `${bytesWords(free)} free of ${bytesWords(total)}, ${Math.floor((1 - free / total) * 100)} % full`
}

function databaseWords(answer: AnswerReader): string | null {
  const size = answer.number('front.storage.database_bytes')
  const log = answer.number('front.wal_bytes') ?? 0
  return mapped(size, (bytes) => `${bytesWords(bytes)}${log > 0 ? `, and its log of ${bytesWords(log)}` : ''}`)
}

function backupWords(answer: AnswerReader, now: number): string | null {
  if (answer.at('front.storage') === undefined) return null
  return mapped(answer.number('front.storage.last_backup'), (time) => timeWords(time, now)) ?? 'none yet'
}

/** A hub of another version does not say it. */
function scrubWords(answer: AnswerReader, now: number): string | null {
  if (answer.at('front.storage.last_scrub') === undefined) return null
  return (
    mapped(answer.number('front.storage.last_scrub'), (time) => timeWords(time, now)) ??
    'not yet; once a week, while little happens'
  )
}

function versionWords(answer: AnswerReader): string | null {
  const own = answer.text('version')
  const agents = answer.list('agents').map(({ version, devices }) => `${version} (${devices})`)
  return mapped(own, (version) => `${version}${agents.length > 0 ? `; agents ${agents.join(', ')}` : ''}`)
}

function mapped<T>(value: T | null, words: (value: T) => string): string | null {
  return value === null ? null : words(value)
}
