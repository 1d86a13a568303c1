import { z } from 'zod'
import { deviceParam, time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { deviceNamed } from '../devices/named-device.ts'
import { closeSession, pauseSession, resumeSession } from './conversation.ts'
import { HANDOFF_BACK_MS, prepareHandoff, wayBack } from './handoff.ts'
import type { SessionKey } from './session-moves.ts'
import { notNow, type SessionRow, sessionAt, sessionNamed, sessionRow } from './session-row.ts'

const session = text(64).min(1).meta({ description: 'its id, or the device that it is at' })
const epoch = z.int().min(1).optional().meta({ description: 'for programs: only while it has this number' })

const moved = z.strictObject({
  session: z.string(),
  device: z.string(),
  state: z.string(),
  /** Its number from now on. */
  epoch: z.int(),
})

export const pauseTalk = adminCommand({
  area: 'sessions',
  verb: 'pause',
  needs: 'control',
  summary: 'Set a conversation aside for up to an hour; what is being said there ends',
  params: z.strictObject({ session, epoch }),
  result: moved,
  examples: [{ says: 'the one at a device', params: { session: 'kitchen-pi' } }],
  positional: ['session'],
  changes: true,
  run(context, params) {
    const found = meant(context, params)
    return answer(context, found, pauseSession(context, found, { reason: 'asked' }))
  },
})

export const resumeTalk = adminCommand({
  area: 'sessions',
  verb: 'resume',
  needs: 'control',
  summary: 'Take up a conversation that was paused, where it was',
  params: z.strictObject({ session, epoch }),
  result: moved,
  examples: [{ says: 'the one at a device', params: { session: 'kitchen-pi' } }],
  positional: ['session'],
  changes: true,
  run(context, params) {
    const found = meant(context, params)
    const other = sessionAt(context.db, found.device)
    if (found.state === 'paused' && other !== undefined)
      throw new LaresError('bad_params', `${found.device} is in another conversation`, {
        hint: `End that one first: lares sessions end ${other.id}.`,
      })
    return answer(context, found, resumeSession(context, found))
  },
})

export const endTalk = adminCommand({
  area: 'sessions',
  verb: 'end',
  needs: 'control',
  summary: 'End a conversation; the next turn there begins another one',
  params: z.strictObject({ session, epoch }),
  result: moved,
  examples: [{ says: 'the one at a device', params: { session: 'kitchen-pi' } }],
  positional: ['session'],
  changes: true,
  run(context, params) {
    const found = meant(context, params)
    return answer(context, found, closeSession(context, found, 'asked'))
  },
})

export const handOverTalk = adminCommand({
  area: 'sessions',
  verb: 'handoff',
  needs: 'control',
  summary: 'Have a conversation go on at another device of the house, within a second; or take that back, within ten',
  params: z
    .strictObject({
      session,
      to: deviceParam.optional().meta({ description: 'the device that is to have it' }),
      back: z.boolean().default(false).meta({ description: 'take the last handoff back' }),
      epoch,
    })
    .refine(({ to, back }) => (to === undefined) === back, {
      path: ['to'],
      error: 'is the device that is to have it, or say --back',
    }),
  result: z.strictObject({
    ...moved.shape,
    /** Where it goes. */
    to: z.string(),
    /** Until when it can be taken back. */
    back_until: time,
  }),
  examples: [
    { says: 'to another room', params: { session: 'kitchen-pi', to: 'hall-pi' } },
    { says: 'back again', params: { session: 'a-session', back: true } },
  ],
  positional: ['session', 'to'],
  changes: true,
  run(context, params) {
    const found = meant(context, params)
    const to = params.to === undefined ? wayBack(context, found) : deviceNamed(context, params.to)
    const key = prepareHandoff(context, found, { to, isBack: params.back })
    return { ...answer(context, found, key), to, back_until: context.now + HANDOFF_BACK_MS }
  },
})

/** The session that is meant, at the number that whoever asks believes. Throws `not_found` and `bad_params`. */
function meant(context: CallContext, params: { session: string; epoch?: number | undefined }): SessionRow {
  const found = sessionNamed(context, params.session)
  if (params.epoch === undefined || params.epoch === found.epoch) return found
  throw new LaresError('bad_params', `the conversation has the number ${found.epoch} and not ${params.epoch}`, {
    hint: 'Somebody moved it meanwhile: see lares sessions list, and say it again.',
  })
}

/** Throws `bad_params` where nothing was moved. */
function answer(context: CallContext, before: SessionRow, key: SessionKey | null) {
  const now = sessionRow(context.db, before.id) ?? before
  if (key !== null) return { session: now.id, device: now.device, state: now.state, epoch: now.epoch }
  throw notNow(before.state)
}
