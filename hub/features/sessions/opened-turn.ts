import type { Context } from '../../engine/context.ts'
import type { OpenedTurn, Speaks } from '../../engine/spoken-turns.ts'
import { pinnedDefinition } from '../personas/persona-row.ts'
import type { SessionKey } from './session-moves.ts'
import { sessionRow } from './session-row.ts'

declare module '../../engine/input.ts' {
  interface EffectKinds {
    /** A turn began, in this session, and may be answered. */
    turn_opened: { opened: OpenedTurn }
    /** A session is over at this device, or goes on elsewhere. */
    session_left: { device: string; session: string }
  }
}

/** Tells who hears and speaks that a turn began. In a session of nobody nobody answers. */
export function tellOpened(
  context: Context,
  key: SessionKey,
  { device, turn }: { device: string; turn: string },
): void {
  const row = sessionRow(context.db, key.id)
  if (row === undefined || row.version === 'none') return
  const opened = { device, turn, session: key.id, epoch: key.epoch, speaks: speaks(context, row) }
  context.effect({ kind: 'turn_opened', opened })
}

/** How the persona of a session speaks. */
export function speaks(
  { db }: Pick<Context, 'db'>,
  { persona, version }: { persona: string; version: string },
): Speaks {
  const { voice_config, behavior_config } = pinnedDefinition(db, persona, version)
  const { stt, tts, answer } = behavior_config.engines
  const [language = 'en'] = voice_config.language.split('-')
  const { follow_up_s, barge_in: bargeIn } = behavior_config
  return { persona, language, followUpMs: follow_up_s * 1_000, bargeIn, engines: { stt, tts, answer } }
}

/** How long a silence ends what somebody says, milliseconds, where it is not as the device has it; the longest waits for who breathes in a sentence. */
const SILENCES = { quick: 300, normal: null, patient: 2_200 } as const

/** The silence that the persona of a session waits for; `null`: as the device has it. */
export function silenceOf({ db }: Pick<Context, 'db'>, session: string): number | null {
  const row = sessionRow(db, session)
  if (row === undefined || row.version === 'none') return null
  return SILENCES[pinnedDefinition(db, row.persona, row.version).behavior_config.activity]
}
