import { describe, expect, it } from 'vitest'
import type { StructuredInput } from '../../../hub/engine/input.ts'
import type { Recording } from '../../../hub/engine/recording.ts'
import { CLIPS, TURN_MAX_MS } from '../../../shared/limits.ts'
import type { Turn } from '../../../shared/messages/turn.ts'
import { openTestHouse, START, type TestHouse } from '../engine/engine-in-memory.ts'

const DEVICE = 'kitchen-pi'
const TOPIC = `lares/${DEVICE}/turn`
const CRC = 0x00ab_cdef
const IDLE_MS = 120_000

function openHouse(): TestHouse {
  const house = openTestHouse()
  house.device(DEVICE)
  return house
}

function start(turn: string): Turn {
  return { turn, phase: 'start', stream: 7, format: 'pcm_s16le_16000_mono', preroll: 400, trigger: 'voice' }
}

function end(turn: string, more: Partial<Turn> = {}): Turn {
  return { ...start(turn), phase: 'end', frames: 50, crc32: CRC, reason: 'silence', ...more }
}

let made = 0
function recording(more: Partial<Recording> = {}): Recording {
  made += 1
  const file = `2026-01-01/${String(made).padStart(20, '0')}.wav`
  const size = { bytes: 64_044, frames: 50, lostFrames: 0, durationMs: 2_000 }
  return { file, ...size, sha256: 'ab'.repeat(32), crc32: CRC, closedBy: 'device', ...more }
}

/** What the front sends when a turn is over. */
function over(message: Turn | string, sound: Recording | null): StructuredInput {
  const [turn, payload] =
    typeof message === 'string' ? [message, null] : [message.turn, Buffer.from(JSON.stringify(message))]
  return { kind: 'turn_end', device: DEVICE, turn, payload, recording: sound }
}

/** A whole turn at once. */
function say(house: TestHouse, turn: string, sound: Recording = recording()): Recording {
  house.send([TOPIC, start(turn)], over(end(turn), sound))
  return sound
}

const clipEffects = (house: TestHouse) => house.effects.flatMap((e) => (e.kind === 'delete_clip' ? [e.file] : []))
const count = (house: TestHouse, table: string) => house.all<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]?.n
const activeSession = (house: TestHouse) =>
  house.all<{ id: string | null }>(`SELECT active_session_id AS id FROM devices WHERE id = '${DEVICE}'`)[0]?.id

describe('a turn', () => {
  it('makes one session, one turn and one clip, and the device hears granted and stored', () => {
    const house = openHouse()
    expect(house.send([TOPIC, start('t1')])).toEqual(['stored'])
    const [granted] = house.published('/session')
    expect(granted).toEqual({ session: expect.any(String), epoch: 1, turn: 't1', step: 'granted' })
    expect(activeSession(house)).toBe(granted?.session)
    house.now += 2_000
    const sound = recording()
    expect(house.send(over(end('t1'), sound))).toEqual(['stored'])
    expect(house.published('/session')).toEqual([{ ...granted, step: 'stored' }])
    expect(house.all('SELECT id, state, persona_id, expires_at, ended_at FROM sessions')).toEqual([
      {
        id: granted?.session,
        state: 'active',
        persona_id: expect.any(String),
        expires_at: START + 2_000 + IDLE_MS,
        ended_at: null,
      },
    ])
    expect(
      house.all(
        'SELECT id, session_id, device_id, phase, started_at, ended_at, end_reason, frames, lost_frames, checksum FROM turns',
      ),
    ).toEqual([
      {
        id: `${DEVICE}/t1`,
        session_id: granted?.session,
        device_id: DEVICE,
        phase: 'ended',
        started_at: START,
        ended_at: START + 2_000,
        end_reason: 'silence',
        frames: 50,
        lost_frames: 0,
        checksum: '00abcdef',
      },
    ])
    expect(
      house.all(
        'SELECT turn_id, file, format, duration_ms, bytes, checksum, completeness, expires_at FROM audio_clips',
      ),
    ).toEqual([
      {
        turn_id: `${DEVICE}/t1`,
        file: sound.file,
        format: 'wav_pcm_s16le_16000_mono',
        duration_ms: 2_000,
        bytes: 64_044,
        checksum: sound.sha256,
        completeness: 'complete',
        expires_at: START + 2_000 + CLIPS.ageMs,
      },
    ])
    expect(
      house.all("SELECT device_id, house_id IS NOT NULL AS housed FROM events WHERE event_type LIKE 'session%'"),
    ).toEqual([{ device_id: DEVICE, housed: 1 }])
  })

  it('is answered the same when its start or end is repeated, and stored once', () => {
    const house = openHouse()
    house.send([TOPIC, start('t1')])
    const granted = house.published('/session')
    expect(house.send([TOPIC, start('t1')])).toEqual(['stored'])
    expect(house.published('/session')).toEqual(granted)
    const sound = recording()
    house.send(over(end('t1'), sound))
    const stored = house.published('/session')
    expect(stored).toMatchObject([{ step: 'stored' }])
    const rows = ['sessions', 'turns', 'audio_clips', 'events'].map((table) => count(house, table))
    for (const again of [over(end('t1'), sound), over(end('t1'), null), [TOPIC, start('t1')] as const]) {
      house.send(again)
      expect(house.published('/session')).toEqual(stored)
      expect(clipEffects(house)).toEqual([])
    }
    expect(['sessions', 'turns', 'audio_clips', 'events'].map((table) => count(house, table))).toEqual(rows)
    expect(house.send(over(end('t1'), sound))).toEqual(['duplicate'])
  })

  it('is stored from its end alone when the start never came', () => {
    const house = openHouse()
    expect(house.send(over(end('t1'), recording()))).toEqual(['stored'])
    expect(house.published('/session')).toMatchObject([{ turn: 't1', step: 'stored' }])
    expect([count(house, 'sessions'), count(house, 'turns'), count(house, 'audio_clips')]).toEqual([1, 1, 1])
  })

  it('without sound leaves no clip and is not called truncated', () => {
    const house = openHouse()
    house.send([TOPIC, start('t1')], over(end('t1', { frames: 0, crc32: 0, reason: 'button' }), null))
    expect(house.published('/session').at(-1)).toEqual({
      session: expect.any(String),
      epoch: 1,
      turn: 't1',
      step: 'stored',
    })
    expect(house.all('SELECT end_reason, frames FROM turns')).toEqual([{ end_reason: 'button', frames: 0 }])
    expect(count(house, 'audio_clips')).toBe(0)
  })

  it.each([
    ['the end never came', over('t1', recording({ closedBy: 'silence' })), 'truncated', 0],
    ['nothing was recorded', over(end('t1'), null), 'truncated', 50],
    ['frames were lost', over(end('t1'), recording({ frames: 48, lostFrames: 2 })), 'silence', 2],
    ['the checksum differs', over(end('t1'), recording({ crc32: 1 })), 'silence', 0],
    ['the count differs', over(end('t1', { frames: 49 }), recording()), 'silence', 0],
    ['the device gave no count', over({ ...start('t1'), phase: 'end' }, recording()), 'stopped', 0],
  ])('says truncated when %s, as often as it is asked', (_, input, reason, lost) => {
    const house = openHouse()
    house.send([TOPIC, start('t1')])
    house.send(input)
    const answer = house.published('/session')
    expect(answer).toMatchObject([{ step: 'stored', reason: 'truncated' }])
    expect(house.all('SELECT end_reason, lost_frames FROM turns')).toEqual([{ end_reason: reason, lost_frames: lost }])
    for (const { completeness } of house.all('SELECT completeness FROM audio_clips'))
      expect(completeness).toBe('truncated')
    house.send(over(end('t1'), null))
    expect(house.published('/session')).toEqual(answer)
  })

  it('that the hub closed at its longest length says so, and the end that follows changes nothing', () => {
    const house = openHouse()
    house.send([TOPIC, start('t1')], over('t1', recording({ closedBy: 'cap' })))
    expect(house.all('SELECT end_reason FROM turns')).toEqual([{ end_reason: 'cap' }])
    expect(house.send(over(end('t1'), null))).toEqual(['duplicate'])
    expect(house.all('SELECT end_reason FROM turns')).toEqual([{ end_reason: 'cap' }])
    expect(house.published('/session')).toMatchObject([{ step: 'stored' }])
  })

  it('that nobody began is refused, and its file goes', () => {
    const house = openHouse()
    const sound = recording({ closedBy: 'silence' })
    expect(house.send(over('t9', sound))).toEqual(['refused'])
    expect(clipEffects(house)).toEqual([sound.file])
    expect(count(house, 'turns')).toBe(0)
  })

  it('of a revoked device is refused', () => {
    const house = openHouse()
    house.db.prepare('UPDATE devices SET revoked_at = ?').run(START)
    expect(house.send([TOPIC, start('t1')], over(end('t1'), null))).toEqual(['refused', 'refused'])
  })
})

describe('a session', () => {
  it('is shared by turns less than two minutes apart, and no other device is in it', () => {
    const house = openHouse()
    house.device('hall-pi')
    say(house, 't1')
    house.tick(IDLE_MS - 1)
    say(house, 't2')
    house.send(['lares/hall-pi/turn', start('t1')])
    expect(
      house.all(
        'SELECT s.device_id, count(*) AS turns FROM turns t JOIN sessions s ON s.id = t.session_id GROUP BY s.id ORDER BY s.device_id',
      ),
    ).toEqual([
      { device_id: 'hall-pi', turns: 1 },
      { device_id: DEVICE, turns: 2 },
    ])
  })

  it('is over two minutes after its last turn: the device is told and points to it no more', () => {
    const house = openHouse()
    say(house, 't1')
    const id = activeSession(house)
    house.tick(IDLE_MS)
    expect(house.all('SELECT state, ended_at, expires_at FROM sessions')).toEqual([
      { state: 'ended', ended_at: START + IDLE_MS, expires_at: START + IDLE_MS },
    ])
    expect(activeSession(house)).toBeNull()
    expect(house.published('/session')).toEqual([{ session: id, epoch: 1, turn: null, step: 'ended', reason: 'idle' }])
    expect(
      house.all(
        "SELECT session_id, device_id, house_id IS NOT NULL AS housed FROM events WHERE event_type = 'session_end'",
      ),
    ).toEqual([{ session_id: id, device_id: DEVICE, housed: 1 }])
    house.tick(60_000)
    expect(house.published('/session')).toEqual([])
    say(house, 't2')
    expect(count(house, 'sessions')).toBe(2)
    expect(activeSession(house)).not.toBe(id)
  })

  it('does not end, nor does another begin, while a long turn is spoken', () => {
    const house = openHouse()
    house.send([TOPIC, start('t1')])
    house.tick(IDLE_MS * 2)
    expect(house.published('/session')).toEqual([])
    house.send([TOPIC, start('t2')], over(end('t2'), recording()))
    house.tick(IDLE_MS * 2)
    house.send(over(end('t1'), recording()))
    expect(house.all('SELECT state, expires_at FROM sessions')).toEqual([
      { state: 'active', expires_at: house.now + IDLE_MS },
    ])
    expect(house.all('SELECT DISTINCT session_id FROM turns')).toHaveLength(1)
  })

  it('ends although a turn of it was never closed', () => {
    const house = openHouse()
    house.send([TOPIC, start('t1')])
    house.tick(TURN_MAX_MS)
    expect(house.all('SELECT state FROM sessions')).toEqual([{ state: 'active' }])
    house.tick(60_000)
    expect(house.all('SELECT state FROM sessions')).toEqual([{ state: 'ended' }])
    const endedAt = house.now
    house.tick(60_000)
    house.send(over(end('t1'), recording()))
    expect(house.all('SELECT ended_at, expires_at FROM sessions')).toEqual([
      { ended_at: endedAt, expires_at: START + IDLE_MS },
    ])
    expect(count(house, 'audio_clips')).toBe(1)
  })
})

describe('a restart', () => {
  it('closes the turns that were open, keeps the files it knows and fences what was said before', () => {
    const house = openHouse()
    const sound = say(house, 't1')
    house.send([TOPIC, start('t2')])
    house.now += 5_000
    house.restart()
    expect(house.effects.filter((effect) => effect.kind === 'keep_files')).toEqual([
      { kind: 'keep_files', clips: [sound.file] },
    ])
    expect(house.all('SELECT id, phase, end_reason, ended_at FROM turns ORDER BY id')).toEqual([
      { id: `${DEVICE}/t1`, phase: 'ended', end_reason: 'silence', ended_at: START },
      { id: `${DEVICE}/t2`, phase: 'ended', end_reason: 'hub_restart', ended_at: START + 5_000 },
    ])
    const late = recording({ lostFrames: 20, frames: 30 })
    expect(house.send(over(end('t2'), late))).toEqual(['duplicate'])
    expect(house.published('/session')).toMatchObject([{ turn: 't2', epoch: 2, step: 'stored', reason: 'hub_restart' }])
    expect(clipEffects(house)).toEqual([late.file])
    expect(house.send([TOPIC, start('t2')])).toEqual(['stored'])
    expect(house.published('/session')).toMatchObject([{ turn: 't2', step: 'stored', reason: 'hub_restart' }])
  })

  it('of a house without clips keeps none', () => {
    const house = openHouse()
    house.restart()
    expect(house.effects).toContainEqual({ kind: 'keep_files', clips: [] })
  })
})

describe('a clip', () => {
  it('goes after seven days, row first and then the file; turn and session stay', () => {
    const house = openHouse()
    const first = say(house, 't1')
    house.tick(86_400_000)
    const second = say(house, 't2')
    house.tick(CLIPS.ageMs - 86_400_000 - 1)
    expect(clipEffects(house)).toEqual([])
    house.tick(60_000)
    expect(clipEffects(house)).toEqual([first.file])
    expect(house.all('SELECT file FROM audio_clips')).toEqual([{ file: second.file }])
    expect([count(house, 'turns'), count(house, 'sessions')]).toEqual([2, 2])
  })

  it('goes before its time when all together have more than 1 GB, the oldest first', () => {
    const house = openHouse()
    const sounds = [1, 2, 3, 4].map((index) => {
      house.now += 1_000
      return say(house, `t${index}`, recording({ bytes: Math.floor(CLIPS.bytes / 3) }))
    })
    house.tick(60_000)
    expect(clipEffects(house)).toEqual([sounds[0]?.file])
    house.tick(60_000)
    expect(clipEffects(house)).toEqual([])
    expect(house.all('SELECT file FROM audio_clips ORDER BY created_at')).toEqual(
      sounds.slice(1).map(({ file }) => ({ file })),
    )
  })
})
