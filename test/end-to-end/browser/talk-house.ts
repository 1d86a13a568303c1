import Sqlite from 'better-sqlite3'
import { storeFile } from '../../../hub/store/places.ts'

const MINUTE = 60_000

interface LeftTalk {
  /** The speaker at which it is, and the one from which it came. */
  device: string
  from: string
  now: number
}

/** A database of a house into which rows are written beside its hub. */
export function besideHub<T>(folder: string, write: (run: (sql: string, ...values: unknown[]) => void) => T): T {
  const db = new Sqlite(storeFile(folder), { timeout: 5_000 })
  try {
    return write((sql, ...values) => void db.prepare(sql).run(...values))
  } finally {
    db.close()
  }
}

/** A conversation of one answered question that came from another room and is under way, as a hub has it. */
export function leaveTalk(folder: string, { device, from, now }: LeftTalk): void {
  const at = now - MINUTE
  const stages = {
    ...{ began: 0, ended: 2_400, silent: 2_410, heard: 3_390, answer_first: 3_400, answer_last: 3_405 },
    ...{ voice_first: 3_520, sent_first: 3_522, sounds: 3_560, over: 5_900 },
  }
  const handoffs = [
    {
      from,
      to: device,
      by: 'local',
      prepared_at: at,
      committed_at: at + 2,
      abandoned_at: null,
      reason: null,
      is_back: false,
    },
  ]
  besideHub(folder, (run) => {
    run(
      "INSERT INTO sessions (id, device_id, persona_id, persona_version, state, epoch, handoff_history, expires_at, created_at, updated_at) SELECT 'talk', ?, id, current_version, 'active', 3, ?, ?, ?, ? FROM personas WHERE id = 'companion'",
      ...[device, JSON.stringify(handoffs), now + 110_000, at, at],
    )
    run(
      "INSERT INTO turns (id, session_id, device_id, phase, started_at, ended_at, end_reason, timings, created_at, updated_at) VALUES ('talk-1', 'talk', ?, 'ended', ?, ?, 'silence', ?, ?, ?)",
      ...[device, at, at + 2_400, JSON.stringify({ stages }), at, at],
    )
    const say = (id: string, at: number, said: { role: string; content: string; timings: object; latency?: number }) =>
      run(
        "INSERT INTO messages (id, session_id, turn_id, role, content, persona_id, response_latency_ms, timings, created_at, updated_at) VALUES (?, 'talk', 'talk-1', ?, ?, 'companion', ?, ?, ?, ?)",
        ...[id, said.role, said.content, said.latency ?? null, JSON.stringify(said.timings), at, at],
      )
    say('m-1', at + 3_000, { role: 'user', content: '<b>How warm</b> is it?', timings: { by: 'moonshine' } })
    say('m-2', at + 3_500, {
      ...{ role: 'assistant', content: 'It is twenty-one', latency: 1_160 },
      timings: { by: 'sentences', end: 'stopped', cut: true },
    })
  })
}
