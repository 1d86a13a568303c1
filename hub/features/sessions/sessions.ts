import type { Database } from '../../../shared/sqlite/open.ts'
import type { Feature } from '../../engine/feature.ts'
import { expireClips, keepKnownFiles } from './clips.ts'
import { endIdleSessions, fenceSessions } from './conversation.ts'
import { Turns } from './turns.ts'

const SWEEP_MS = 60_000

export interface Sessions extends Feature {
  turns: Turns
}

/** Conversations: sessions, their turns and clips. The sound itself is written by the front before a turn's end comes here. */
export function openSessions(db: Database): Sessions {
  const turns = new Turns(db)
  let sweptAt = 0
  return {
    name: 'sessions',
    turns,
    ingest: {
      turn(context, message, origin) {
        if (message.phase === 'start') turns.start(context, message, origin)
        else turns.end(context, { ...origin, turn: message.turn, message, recording: null })
      },
      /** One device alone is always granted; choosing among several needs their wakes only. */
      wake() {},
      playback(context, message, { device, house }) {
        context.addEvent({ type: 'playback', severity: 'debug', device, house, source: 'device', data: { ...message } })
      },
    },
    start(context) {
      turns.closeOpen(context)
      fenceSessions(context)
      keepKnownFiles(context)
    },
    tick(context) {
      endIdleSessions(context)
      if (Math.abs(context.now - sweptAt) < SWEEP_MS) return
      expireClips(context)
      context.committed(() => {
        sweptAt = context.now
      })
    },
  }
}
