import type { StructuredInput } from '../../../../hub/engine/input.ts'
import type { Recording } from '../../../../hub/engine/recording.ts'
import type { AdminResponse } from '../../../../shared/messages/admin-response.ts'
import type { Turn } from '../../../../shared/messages/turn.ts'
import { ask, commandInput } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

export const IDLE_MS = 120_000
export const ROOMS = ['kitchen-pi', 'hall-pi', 'attic-pi'] as const

let made = 0

/** A house with three speakers that hear and speak, all of them online. */
export function houseWithSpeakers(): TestHouse {
  const house = openTestHouse()
  for (const device of ROOMS) {
    house.device(device)
    arrives(house, device)
  }
  return house
}

let connects = 0
export function arrives(house: TestHouse, device: string): void {
  connects += 1
  const birth = {
    ...{ agent: '1.0.0', hardware: null, boot: 'b', epoch: 'e1', connects, sensors: [] },
    ...{ capabilities: ['audio_input', 'audio_output'], clock: { synced: true, source: null } },
    sent: { at: house.now, mono: house.now },
  }
  house.send({ kind: 'presence', device, online: true, reason: 'connected' }, [`lares/${device}/birth`, birth])
}

export function leaves(house: TestHouse, device: string): void {
  house.send({ kind: 'presence', device, online: false, reason: 'lost' })
}

export function starts(house: TestHouse, device: string, turn: string, more: Partial<Turn> = {}): void {
  house.send([`lares/${device}/turn`, message(turn, 'start', more)])
}

export function ends(house: TestHouse, device: string, turn: string, more: Partial<Turn> = {}): Recording {
  made += 1
  const size = { bytes: 64_044, frames: 50, lostFrames: 0, durationMs: 2_000 }
  const recording: Recording = {
    ...{ file: `2026-01-01/${String(made).padStart(20, '0')}.wav`, ...size },
    ...{ sha256: 'ab'.repeat(32), crc32: 7, closedBy: 'device' },
  }
  const payload = Buffer.from(
    JSON.stringify(message(turn, 'end', { frames: 50, crc32: 7, reason: 'silence', ...more })),
  )
  house.send({ kind: 'turn_end', device, turn, payload, recording } satisfies StructuredInput)
  return recording
}

function message(turn: string, phase: Turn['phase'], more: Partial<Turn>): Turn {
  return { turn, phase, stream: 7, format: 'pcm_s16le_16000_mono', preroll: 400, trigger: 'voice', ...more }
}

export interface Session {
  id: string
  device_id: string
  state: string
  epoch: number
  persona_id: string
  persona_version: string
  ended_at: number | null
  expires_at: number
  user_id: string | null
}

/** The oldest first. */
export const sessions = (house: TestHouse) => house.all<Session>('SELECT * FROM sessions ORDER BY created_at, rowid')
export const states = (house: TestHouse) => sessions(house).map(({ state }) => state)
export const told = (house: TestHouse, device: string) => house.published(`lares/${device}/session`)

export function say(house: TestHouse, verb: `${string}/${string}`, params: object): AdminResponse {
  return ask(house, commandInput(verb, params as Record<string, unknown>))
}
