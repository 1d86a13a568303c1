import { systemClock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { EXIT } from '../../shared/exit-code.ts'
import { ProgressReport } from '../../shared/terminal/progress-report.ts'
import { ownScreen } from '../../shared/terminal/render.ts'
import type { AdminClient } from '../admin-client.ts'
import type { Call } from '../parse-call.ts'
import { withHub } from '../which-hub.ts'
import { importReport } from './import-report.ts'
import { type AnsweredRow, ImportTally } from './import-tally.ts'
import { type ListFile, openList } from './list-file.ts'
import { RowsToSend, type RowToSend } from './rows-to-send.ts'

/** Of one request: as many rows as a hub takes, and so many bytes that it is never too large with what stands around them. */
const AT_ONCE = { rows: 100, bytes: 700_000 } as const
/** A key that changes while rows are sealed is there a moment later. */
const TRIES = 3

type Ask = Pick<AdminClient, 'request'>

/** Reads the list that a call names and has the hub take it row by row. Returns the exit code. */
export async function importFromFile(call: Call, print: (text: string) => void): Promise<number> {
  const { devices, ...wish } = call.params
  const file = openList(String(devices))
  const tally = new ImportTally(call.json)
  const report = () =>
    call.json
      ? `${JSON.stringify(tally.all())}\n`
      : importReport(tally, { ...file, isDry: wish.dry_run === true }, ownScreen(systemClock.now()))
  const progress = new ProgressReport({ clock: systemClock })
  const told = () => {
    if (!call.json) progress.show({ phase: `reading ${file.name}`, done: tally.rows, total: 0, unit: 'rows' })
  }
  try {
    await withHub(call, (hub) => importRows(hub, { file, wish, tally, told })).finally(() => progress.end())
  } catch (error) {
    if (!call.json && tally.rows > 0) print(report())
    throw interrupted(error, tally)
  }
  print(report())
  return tally.count('broken') + tally.count('name_taken') > 0 ? EXIT.failed : EXIT.ok
}

/** What a hub answered for rows that were sent is done, whatever comes after it. */
export async function importRows(
  hub: Ask,
  {
    file,
    wish,
    tally,
    told = () => {},
  }: {
    file: Pick<ListFile, 'name' | 'rows'>
    wish: Record<string, unknown>
    tally: ImportTally
    /** Called when more rows were answered. */
    told?: () => void
  },
): Promise<void> {
  const ready = new RowsToSend()
  let batch: RowToSend[] = []
  let bytes = 0
  const send = async () => {
    if (batch.length > 0) await sendRows(hub, { batch, wish, tally })
    // A short list is told when it is done.
    if (tally.rows >= AT_ONCE.rows) told()
    batch = []
    bytes = 0
  }
  for (const read of file.rows) {
    const row = ready.next(read)
    if (isLeftOut(row)) {
      tally.leftOut(row)
      continue
    }
    const size = Buffer.byteLength(JSON.stringify(row))
    if (batch.length === AT_ONCE.rows || bytes + size > AT_ONCE.bytes) await send()
    batch.push(row)
    bytes += size
  }
  await send()
  if (tally.rows === 0)
    throw new LaresError('bad_params', `${file.name} has no rows`, {
      hint: 'The first line of CSV names the columns: name,type,brand,api_config. JSON is a list of objects.',
    })
}

async function sendRows(
  hub: Ask,
  { batch, wish, tally }: { batch: RowToSend[]; wish: Record<string, unknown>; tally: ImportTally },
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      const told = (await hub.request('import', 'devices', { ...wish, devices: batch })) as {
        devices: AnsweredRow[]
        rooms?: { name: string; house: string }[]
      }
      for (const row of told.devices) tally.add(row)
      tally.addRooms(told.rooms ?? [])
      return
    } catch (error) {
      if (!(error instanceof LaresError) || error.code !== 'busy' || tries === TRIES) throw error
    }
  }
}

function isLeftOut(
  row: ReturnType<RowsToSend['next']>,
): row is Extract<ReturnType<RowsToSend['next']>, { fault: string }> {
  return typeof row.fault === 'string' && typeof row.hint === 'string'
}

/** An error after which the same call goes on where this one ended. */
function interrupted(error: unknown, tally: ImportTally): unknown {
  if (!(error instanceof LaresError) || tally.rows === 0) return error
  return new LaresError(error.code, `${error.message}; ${tally.rows} rows were done before`, {
    cause: error,
    hint: `${error.hint} Then say the same again: what is done stays, and the rest is taken.`,
  })
}
