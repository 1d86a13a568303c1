import type { Database } from '../../../shared/sqlite/open.ts'
import { readSyncIdentity } from '../../engine/sync-memory.ts'

/** Counting goes on up to here. */
const COUNTED = 1_000_000

/** What an erasure of a device takes, in a sentence. */
export function erasedWithDevice(db: Database, { id, name }: { id: string; name: string }): string {
  const count = counter(db, id)
  const series = 'SELECT id FROM reading_series WHERE device_id = @key'
  const parts = [
    count(['sensor', 'sensors'], 'device_entities WHERE device_id = @key'),
    count(['reading', 'readings'], `series_readings WHERE series_id IN (${series})`),
    count(['event', 'events'], "events WHERE device_id = @key AND category <> 'audit'"),
    count(['conversation', 'conversations'], 'sessions WHERE device_id = @key'),
    count(['recording', 'recordings'], 'audio_clips WHERE device_id = @key'),
  ]
  return (
    `${name} (${id}) will be erased for good, ${where(db)}: ${parts.join(', ')}. ` +
    'The audit says what was done, of a pseudonym. Older backups of the hub go too. What the device still keeps is on its own card.'
  )
}

/** What an erasure of a person takes, in a sentence. */
export function erasedWithUser(db: Database, { id, email }: { id: string; email: string }): string {
  const count = counter(db, id)
  const parts = [
    count(['token', 'tokens'], 'api_tokens WHERE user_id = @key'),
    count(['place in a house', 'places in houses'], 'people WHERE user_id = @key'),
    count(['conversation', 'conversations'], 'sessions WHERE user_id = @key'),
    count(
      ['recording', 'recordings'],
      'audio_clips WHERE session_id IN (SELECT id FROM sessions WHERE user_id = @key)',
    ),
  ]
  return (
    `${email} will be erased for good, ${where(db)}: the account, ${parts.join(', ')}, and the events of it. ` +
    'The audit says what was done, of a pseudonym. Older backups of the hub go too.'
  )
}

/** What goes with a house, in a sentence. */
export function removedWithHouse(db: Database, { id, name }: { id: string; name: string }): string {
  const count = counter(db, id)
  const devices = 'SELECT id FROM devices WHERE house_id = @key'
  const series = `SELECT id FROM reading_series WHERE device_id IN (${devices})`
  const parts = [
    count(['room', 'rooms'], 'rooms WHERE house_id = @key'),
    count(['person in it', 'people in it'], 'people WHERE house_id = @key'),
    count(['group', 'groups'], 'device_groups WHERE house_id = @key'),
    count(['bridge', 'bridges'], 'bridges WHERE house_id = @key'),
    count(['device', 'devices'], 'devices WHERE house_id = @key'),
    count(['sensor', 'sensors'], `device_entities WHERE device_id IN (${devices})`),
    count(['reading', 'readings'], `series_readings WHERE series_id IN (${series})`),
    count(['conversation', 'conversations'], `sessions WHERE device_id IN (${devices})`),
    count(['recording', 'recordings'], `audio_clips WHERE device_id IN (${devices})`),
  ].filter((part) => !part.startsWith('0 '))
  const what = parts.length === 0 ? 'nothing is in it' : parts.join(', ')
  const forgotten = db.prepare('SELECT 1 FROM devices WHERE house_id = ?').get(id)
    ? ` Its devices are shut out at once and forgotten as with devices erase, ${where(db)}; older backups of the hub go too. ` +
      'Move first what is to stay: lares devices move.'
    : ''
  const kept = readSyncIdentity(db).site === null ? '' : ' Central keeps the rest, marked as deleted.'
  return `${name} (${id}) will be gone for good: ${what}. Accounts stay.${kept}${forgotten}`
}

/** A house that has never met a central has nothing there. */
function where(db: Database): string {
  return readSyncIdentity(db).site === null ? 'in this house' : 'in this house and at central'
}

function counter(db: Database, key: string) {
  return ([one, many]: readonly [string, string], rows: string): string => {
    const found = Number(
      db.prepare(`SELECT count(*) FROM (SELECT 1 FROM ${rows} LIMIT ${COUNTED})`).pluck().get({ key }),
    )
    if (found === 1) return `1 ${one}`
    return `${found === COUNTED ? 'at least 1,000,000' : found.toLocaleString('en-US')} ${many}`
  }
}
