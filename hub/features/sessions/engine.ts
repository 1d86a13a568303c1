import { decode } from '../../../shared/codec.ts'
import { LaresError } from '../../../shared/errors.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import type { Recording } from '../../engine/recording.ts'
import { openDevices } from '../devices/engine.ts'
import { expireClips, keepKnownFiles } from './clips.ts'
import { endIdleSessions, fenceSessions } from './conversation.ts'
import { expireTranscripts } from './expire-transcripts.ts'
import { settleHandoffs } from './handoff.ts'
import { Turns } from './turns.ts'
import { hearWake, settleArbitration } from './wake-bids.ts'

const SWEEP_MS = 60_000

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** A turn is over, with its sound in place; `payload` is the device's own word for it, where there was one. */
    turn_end: { device: string; turn: string; payload: Buffer | null; recording: Recording | null }
  }
  interface EffectKinds {
    delete_clip: { file: string }
    /** Every clip that a turn knows: other files in its folder are left over. */
    keep_files: { clips: string[] }
  }
}

/** Conversations: sessions, their turns and clips. The sound itself is written by the front before a turn's end comes here. */
export function openSessions(house: House): Feature {
  const { db } = house
  const { directory } = house.use(openDevices)
  const turns = new Turns(db)
  let sweptAt = 0
  return {
    name: 'sessions',
    writes: 'sound',
    ingest: {
      turn(context, message, origin) {
        if (message.phase === 'start') turns.start(context, message, origin)
        else turns.end(context, { ...origin, turn: message.turn, message, recording: null })
      },
      wake: (context, message, { device }) => hearWake(context, message, device),
      playback(context, message, { device, house }) {
        context.addEvent({ type: 'playback', severity: 'debug', device, house, source: 'device', data: { ...message } })
      },
    },
    inputs: {
      arbitrated(context, chosen) {
        settleArbitration(context, chosen)
        return { verdict: 'stored' }
      },
      turn_end(context, input) {
        const of = directory.find(input.device)?.house
        if (of === undefined) return { verdict: 'refused' }
        const decoded = input.payload ? decode('turn', Buffer.from(input.payload)) : null
        if (decoded && !decoded.ok) throw new LaresError(decoded.code, decoded.reason)
        const message = decoded?.ok ? decoded.value : null
        const sound = input.recording?.bytes ?? 0
        if (sound > 0) context.committed(() => house.writes.wrote('sound', sound))
        return { verdict: turns.end(context, { ...input, house: of, message }) }
      },
    },
    start(context) {
      turns.closeOpen(context)
      fenceSessions(context)
      keepKnownFiles(context)
    },
    tick(context) {
      settleHandoffs(context)
      endIdleSessions(context)
      if (Math.abs(context.now - sweptAt) < SWEEP_MS) return
      expireClips(context)
      expireTranscripts(context)
      context.committed(() => {
        sweptAt = context.now
      })
    },
  }
}
