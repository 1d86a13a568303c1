import { HANDOFF_BACK_MS, handedFrom, prepareHandoff, unfit } from '../sessions/handoff.ts'
import { handoffsOf } from '../sessions/handoff-history.ts'
import { type SessionRow, sessionAt } from '../sessions/session-row.ts'
import { type Answer, placesSlot, type VoiceAsked } from './asked.ts'
import type { SpokenPlace } from './house-names.ts'

/** Hands the conversation over, in the same way as `lares sessions handoff`, or says what is in its way. */
export function answerContinue(asked: VoiceAsked): Answer {
  const { words, context, house, device, slots } = asked
  if (device === null) return { text: words.noSpeaker() }
  const session = sessionAt(context.db, device.id)
  if (session === undefined) return { text: words.noTalk() }
  if (session.state !== 'active') return { text: words.talkOnItsWay() }
  const meant = speakersMeant(asked)
  const others = meant.filter(({ id }) => id !== device.id)
  const place = slots.room?.heard ?? slots.device?.heard ?? ''
  if (others.length === 0) return { text: meant.length > 0 ? words.talkThere(place) : words.noSpeakerIn(place) }
  const fit = others.filter(({ id }) => unfit(context, { to: id, house: house.id }) === null)
  const [to, ...more] = fit.length > 0 ? fit : others
  if (to === undefined || more.length > 0)
    return { text: words.whichSpeaker((fit.length > 0 ? fit : others).map(({ name }) => name)) }
  const wrong = unfit(context, { to: to.id, house: house.id })
  if (wrong !== null) return { text: words.cannotGoOn(to.name, wrong.fault) }
  return handed(asked, session, to)
}

/** Takes the last handoff back: said at either of the two, within ten seconds. */
export function answerComeBack(asked: VoiceAsked): Answer {
  const { words, context, house, device } = asked
  if (device === null) return { text: words.noSpeaker() }
  const session = [handedFrom(context, device.id), sessionAt(context.db, device.id)].find((one) => one && isAway(one))
  if (session === undefined || session.house !== house.id) return { text: words.nothingToTakeBack() }
  if (session.state !== 'active') return { text: words.talkOnItsWay() }
  const last = handoffsOf(session).at(-1)
  const since = context.now - (last?.committed_at ?? 0)
  if (last === undefined || since < 0 || since > HANDOFF_BACK_MS) return { text: words.tooLateToTakeBack() }
  const to = context.db.prepare('SELECT id, name FROM devices WHERE id = ?').get(last.from) as SpokenPlace | undefined
  const wrong = unfit(context, { to: last.from, house: house.id, asking: device.id })
  if (to === undefined || wrong !== null)
    return { text: words.cannotGoOn(to?.name ?? last.from, wrong?.fault ?? 'gone') }
  return handed(asked, session, to, true)
}

/** Whether its last handoff was not given up and is not itself one back. */
function isAway(session: SessionRow): boolean {
  const last = handoffsOf(session).at(-1)
  return last !== undefined && last.abandoned_at === null && !last.is_back
}

function handed(
  { context, words, device, turn }: VoiceAsked,
  session: SessionRow,
  to: SpokenPlace,
  isBack = false,
): Answer {
  prepareHandoff(context, session, { to: to.id, isBack, asking: device?.id ?? null, turn })
  return { text: words.goesOn(to.name), done: [`conversation ${session.id} to ${to.id}`] }
}

/** The devices that were named, or those of the room that can hear and speak. */
function speakersMeant(asked: VoiceAsked): readonly SpokenPlace[] {
  const named = placesSlot(asked, 'device')
  if (named.length > 0) return named
  const rooms = placesSlot(asked, 'room').map(({ id }) => id)
  return asked.context.db
    .prepare(
      'SELECT id, name FROM devices d WHERE house_id = ? AND revoked_at IS NULL AND room_id IN (SELECT value FROM json_each(?)) AND ' +
        "(SELECT count(*) FROM json_each(d.capabilities) WHERE value IN ('audio_input', 'audio_output')) = 2 ORDER BY name, id",
    )
    .all(asked.house.id, JSON.stringify(rooms)) as SpokenPlace[]
}
