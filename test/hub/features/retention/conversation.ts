import type { TestHouse } from '../../engine/engine-in-memory.ts'

/** An ended session with one turn, one message and one clip of it, as if it had been `age` ago. */
export function conversation(
  house: TestHouse,
  name: string,
  { device = 'garden-esp', age = 0, user = null }: { device?: string; age?: number; user?: string | null } = {},
): void {
  const at = house.now - age
  const run = (sql: string, ...values: unknown[]) => house.db.prepare(sql).run(...values)
  run(
    "INSERT INTO sessions (id, device_id, user_id, persona_id, persona_version, state, ended_at, created_at, updated_at) VALUES (?, ?, ?, 'companion', '1.0.0', 'ended', ?, ?, ?)",
    ...[`s-${name}`, device, user, at, at, at],
  )
  run(
    "INSERT INTO turns (id, session_id, device_id, phase, started_at, created_at, updated_at) VALUES (?, ?, ?, 'ended', ?, ?, ?)",
    ...[`t-${name}`, `s-${name}`, device, at, at, at],
  )
  run(
    "INSERT INTO messages (id, session_id, turn_id, role, content, created_at, updated_at) VALUES (?, ?, ?, 'user', ?, ?, ?)",
    ...[`m-${name}`, `s-${name}`, `t-${name}`, `said in ${name}`, at, at],
  )
  run(
    'INSERT INTO audio_clips (id, session_id, turn_id, device_id, file, format, duration_ms, bytes, frames, lost_frames, checksum, completeness, expires_at, created_at, updated_at) ' +
      "VALUES (?, ?, ?, ?, ?, 'wav', 1, 1, 1, 0, 'c', 'complete', ?, ?, ?)",
    ...[`c-${name}`, `s-${name}`, `t-${name}`, device, `${name}.wav`, house.now * 2, at, at],
  )
}
