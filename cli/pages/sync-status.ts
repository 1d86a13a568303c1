import { centralWords } from './central-words.ts'
import { type AnswerReader, type MakePage, present } from './page.ts'

/** `lares sync status`: how far central is behind, then what is known of each stream, sent and waiting in one line. */
export const syncStatusPage: MakePage = (answer, schema, now) => {
  const central = centralWords(answer, 'live', now)
  const refused = answer.number('quarantine') ?? 0
  return {
    head:
      central === null
        ? { lines: [] }
        : { lines: [`Central: ${central.words}`, ...conflictLines(answer)], colour: central.colour },
    data: present({
      site: siteWords(answer),
      fenced: answer.text('fenced'),
      refused: refused === 0 ? null : `${refused} rows (lares quarantine list)`,
      lost: lostWords(answer),
      prune:
        answer.at('prune_waits') === true
          ? 'waits until all is sent again: central still shows rows that are gone here'
          : null,
      failures:
        (answer.number('live.failures') ?? 0) === 0 ? null : `${answer.number('live.failures')} one after another`,
      sent: answer.number('live.bytes') || null,
      ...nonEmpty('streams', streamsOf(answer)),
      ...nonEmpty('scopes', answer.list('scopes')),
    }),
    schema: {
      properties: {
        sent: { format: 'bytes' },
        streams: { items: { properties: STREAM } },
        scopes: schema.properties?.scopes ?? {},
      },
    },
  }
}

/** `null` where nothing was lost to damage, or all that central has is back. */
function lostWords(answer: AnswerReader): string | null {
  const waiting = answer.number('lost.waiting')
  if (waiting === null) return null
  const count = (field: string) => (answer.number(`lost.${field}`) ?? 0).toLocaleString('en-US')
  return `${count('came_back')} rows came back from central, up to ${count('waiting')} more come; it did not have ${count('not_at_central')}`
}

/** Each row that this house did not take, and below it what settles it: a table would cut off what there is to type. */
function conflictLines(answer: AnswerReader): string[] {
  return answer
    .list('conflicts')
    .flatMap(({ scope, table, key, reason, settle }) => [
      `refused ${key} of ${table} from ${scope}: ${reason}`,
      `  ${settle}`,
    ])
}

const STREAM = {
  stream: {},
  waiting: {},
  oldest: { format: 'duration-s' },
  sent: {},
  refused: {},
  duplicates: {},
  merged: {},
  size: { format: 'bytes' },
  position: {},
  epoch: {},
}

function siteWords(answer: AnswerReader): string | null {
  const name = answer.text('name')
  const id = answer.text('site') ?? answer.text('live.site')
  return name !== null && id !== null ? `${name} (${id})` : (name ?? id)
}

/** What has been sent and what waits are told apart by the hub: they are one stream to a person. */
function streamsOf(answer: AnswerReader): Record<string, unknown>[] {
  const epoch = answer.number('epoch')
  const waiting = answer.list('live.streams')
  const sent = answer.list('ledger')
  const keys = new Set([...waiting, ...sent].map(keyOf))
  return [...keys].map((key) => {
    const now = waiting.find((one) => keyOf(one) === key)
    const done = sent.find((one) => keyOf(one) === key)
    const stream = { ...done, ...now }
    return {
      stream: stream.stream,
      waiting: now?.rows_behind,
      oldest: now?.seconds_behind === 0 ? undefined : now?.seconds_behind,
      sent: done?.rows,
      refused: done?.quarantined,
      duplicates: done?.duplicates,
      merged: done?.merged,
      size: done?.bytes,
      position: stream.position,
      epoch: stream.epoch === epoch ? undefined : stream.epoch,
    }
  })
}

function keyOf({ stream, epoch }: Record<string, unknown>): string {
  return `${stream} ${epoch}`
}

function nonEmpty(name: string, rows: Record<string, unknown>[]): Record<string, unknown> {
  return rows.length === 0 ? {} : { [name]: rows }
}
