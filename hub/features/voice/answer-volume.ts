import { tellDesired, want, wantedOf } from '../control/desired-state.ts'
import { isForEmergencies, volumeOf } from '../control/device-volume.ts'
import { type Answer, numberSlot, type VoiceAsked } from './asked.ts'

/** Of a hundred, by which it gets louder and softer. */
const STEP = 10
const LOUDEST = 100
/** What can be spoken over, where nobody said how loud it was before. */
const AGAIN = 50

export function answerLouder(asked: VoiceAsked): Answer {
  return changed(asked, (before) => before + STEP)
}

export function answerQuieter(asked: VoiceAsked): Answer {
  return changed(asked, (before) => before - STEP)
}

export function answerVolume(asked: VoiceAsked): Answer {
  const wanted = numberSlot(asked, 'number')
  if (wanted === null || wanted < 0 || wanted > LOUDEST)
    return { text: asked.words.notUnderstood(asked.slots.number?.heard ?? '') }
  return changed(asked, () => wanted)
}

export function answerMute(asked: VoiceAsked): Answer {
  return changed(asked, () => 0)
}

/** As loud as its group, where that can be heard. */
export function answerUnmute(asked: VoiceAsked): Answer {
  const { context, device } = asked
  return changed(asked, (before) => {
    if (before > 0) return before
    return (device === null ? null : volumeOf(context.db, device.id, undefined)) || AGAIN
  })
}

/** Sets how loud whoever was spoken to speaks, as `lares devices configure` does. It is told at once, or when it comes back. */
function changed(asked: VoiceAsked, to: (before: number) => number): Answer {
  const { words, context, house, device } = asked
  if (device === null) return { text: words.noSpeaker() }
  const { db, caller } = context
  if (!speaks(asked)) return { text: words.noVolume() }
  const own = wantedOf(db, device.id)
  const before = volumeOf(db, device.id, own.volume) ?? LOUDEST
  const volume = Math.round(Math.min(LOUDEST, Math.max(0, to(before))))
  const version = volume === own.volume ? tellDesired(context, device.id) : want(context, device.id, { ...own, volume })
  context.changed()
  context.addEvent({
    ...{ type: 'device_configured', device: device.id, house: house.id, source: 'user' },
    data: { volume, version, by: caller.principal },
  })
  const now = volumeOf(db, device.id, volume) ?? volume
  const text = now > volume && isForEmergencies(db, device.id) ? words.volumeKept(now) : words.volumeNow(now, before)
  return { text, done: [`volume ${now} on ${device.id}`] }
}

function speaks({ context, device }: VoiceAsked): boolean {
  return (
    context.db
      .prepare(
        "SELECT 1 FROM devices d WHERE d.id = ? AND EXISTS (SELECT 1 FROM json_each(d.capabilities) WHERE value = 'audio_output')",
      )
      .get(device?.id) !== undefined
  )
}
