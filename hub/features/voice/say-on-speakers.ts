import { quietMinutes } from '../../../shared/quiet-minutes.ts'
import type { Context } from '../../engine/context.ts'
import type { UnaskedSpeech } from '../../engine/spoken-turns.ts'
import { isQuiet } from '../alerts/quiet-hours.ts'
import { beginEmergency, emergencyPersona } from '../sessions/emergency-session.ts'
import { addSaid } from '../sessions/spoken-messages.ts'
import { NOTHING_SPEAKS } from './nothing-speaks.ts'
import { speakingLanguage } from './speaking-language.ts'

declare module '../../engine/input.ts' {
  interface EffectKinds {
    /** Speak this, each on its device. */
    announce: { announcements: UnaskedSpeech[] }
  }
}

/** SpeakerPlace something is said: one device, a group, a room, or a whole house. */
export interface SpeakerPlace {
  house: string
  device?: string
  group?: string
  room?: string
}

export interface WhatIsSaid {
  text: string
  /** `null`: as whoever speaks there. */
  language: string | null
  /** Pauses what runs, also in quiet hours, and is as loud as somebody for emergencies. */
  isUrgent: boolean
  /** Who wanted it. */
  by: string
  /** There is no voice on this hub: nobody will hear it. */
  isMute?: boolean
}

/** Devices that it is said on, and those that it is not, with why. */
export interface SaidOnSpeakers {
  said: { device: string; name: string }[]
  missed: { device: string; name: string; why: string }[]
}

interface Row {
  device: string
  name: string
  status: string
  zone: string
  speaks: 0 | 1
  quiet: unknown
}

/** Says something on every speaker there, and says whom it misses. */
export function sayOnSpeakers(context: Context, where: SpeakerPlace, what: WhatIsSaid): SaidOnSpeakers {
  const said: SaidOnSpeakers['said'] = []
  const missed: SaidOnSpeakers['missed'] = []
  const announcements: UnaskedSpeech[] = []
  for (const { device, name, ...row } of speakersIn(context, where)) {
    const why = whyNot(row, what, context.now)
    if (why !== null) missed.push({ device, name, why })
    else {
      said.push({ device, name })
      announcements.push(spokenOn(context, { device, house: where.house }, what))
    }
  }
  if (announcements.length > 0) context.effect({ kind: 'announce', announcements })
  const urgent = what.isUrgent ? { severity: 'warning' as const } : {}
  // Not the words: they are no event.
  context.addEvent({
    ...{ type: 'announced', house: where.house, ...urgent },
    data: { by: what.by, said: said.map(({ device }) => device), missed: missed.map(({ device }) => device) },
  })
  return { said, missed }
}

function spokenOn(
  context: Context,
  { device, house }: { device: string; house: string },
  what: WhatIsSaid,
): UnaskedSpeech {
  const { text, isUrgent } = what
  const persona = isUrgent ? emergencyPersona(context) : null
  const session = persona === null ? null : beginEmergency(context, { device, house, persona })
  if (session !== null && persona !== null) addSaid(context, { session, persona: persona.id, text })
  return { device, text, isUrgent, session, language: what.language ?? speakingLanguage(context, device) }
}

function whyNot(
  { status, speaks, quiet, zone }: Omit<Row, 'device' | 'name'>,
  what: WhatIsSaid,
  now: number,
): string | null {
  if (speaks === 0) return 'it has no speaker'
  if (status === 'offline') return 'it is offline'
  if (what.isMute) return NOTHING_SPEAKS
  if (!what.isUrgent && isQuiet(quietHours(quiet), now, zone)) return 'its group has quiet hours'
  return null
}

const SPEAKS = "EXISTS (SELECT 1 FROM json_each(d.capabilities) WHERE value = 'audio_output')"

/** A device that is named is among them, whatever it can do. */
function speakersIn({ db }: Context, { house, device, group, room }: SpeakerPlace): Row[] {
  const only = { device: device ?? null, group: group ?? null, room: room ?? null }
  return db
    .prepare(
      `SELECT d.id AS device, d.name, d.status, h.timezone AS zone, ${SPEAKS} AS speaks, ` +
        "CASE WHEN json_valid(g.settings) THEN json_extract(g.settings, '$.quiet') END AS quiet " +
        'FROM devices d JOIN houses h ON h.id = d.house_id LEFT JOIN device_groups g ON g.id = d.group_id ' +
        `WHERE d.house_id = :house AND d.revoked_at IS NULL AND (${SPEAKS} OR d.id = :device) ` +
        'AND (:device IS NULL OR d.id = :device) AND (:group IS NULL OR d.group_id = :group) AND (:room IS NULL OR d.room_id = :room) ' +
        'ORDER BY d.name, d.id',
    )
    .all({ house, ...only }) as Row[]
}

/** Whatever central put into the settings of a group. */
function quietHours(said: unknown): { quiet_from: number | null; quiet_to: number | null } {
  const minutes = typeof said === 'string' ? quietMinutes(said) : null
  return { quiet_from: minutes?.from ?? null, quiet_to: minutes?.to ?? null }
}
