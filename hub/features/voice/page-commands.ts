import { z } from 'zod'
import { deviceParam, time } from '../../../shared/admin/fields.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { SpeechChoice } from '../../contract/speech-desk.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { deviceNamed } from '../devices/named-device.ts'
import { handOut } from '../files/hand-out.ts'
import { pinnedDefinition } from '../personas/persona-row.ts'
import { speakingPersona } from '../personas/speaking-persona.ts'
import { LANGUAGES } from './understand.ts'

const place = {
  device: deviceParam.optional().meta({ description: 'the speaker whose persona and language are meant' }),
  language: z.enum(LANGUAGES).optional().meta({ description: 'absent: of whoever speaks there' }),
}

export const hearAtPage = adminCommand({
  area: 'voice',
  verb: 'hear',
  needs: 'control',
  summary: 'For programs: where to send the sound of one sentence, 16 kHz mono s16le, and get its words',
  params: z.strictObject(place),
  result: z.strictObject({
    /** Below the page's own address: POST; good once, for a minute. */
    path: z.string(),
    expires_at: time,
  }),
  examples: [{ says: 'as whoever speaks in the kitchen understands it', params: { device: 'kitchen-pi' } }],
  positional: ['device'],
  changes: true,
  secretAnswer: true,
  run(context, params) {
    const content = { kind: 'hearing', choice: choiceOf(context, params, 'stt') } as const
    const { path, expires_at } = handOut(context, { content, name: 'sentence', at: 'hear' })
    return { path, expires_at }
  },
})

export const speakAtPage = adminCommand({
  area: 'voice',
  verb: 'speak',
  needs: 'control',
  summary: 'A link to a text spoken by a voice of this hub, as WAV; lares voice say speaks on a speaker',
  params: z.strictObject({
    text: text(2_000).trim().min(1).meta({ description: 'the words' }),
    ...place,
  }),
  result: z.strictObject({
    /** Below the page's own address; good once, for a minute. */
    path: z.string(),
    name: z.string(),
    expires_at: time,
  }),
  examples: [{ says: 'a greeting', params: { text: 'Good morning', language: 'en' } }],
  positional: ['text', 'device'],
  changes: true,
  secretAnswer: true,
  run(context, params) {
    const content = { kind: 'speech', text: params.text, choice: choiceOf(context, params, 'tts') } as const
    return handOut(context, { content, name: 'spoken.wav' })
  },
})

/** How whoever speaks on a device hears and is heard; without one it is who speaks where nobody chose. */
function choiceOf(
  context: CallContext,
  params: { device?: string | undefined; language?: string | undefined },
  stage: 'stt' | 'tts',
): SpeechChoice {
  const device = params.device === undefined ? '' : deviceNamed(context, params.device)
  const persona = speakingPersona(context.db, device)
  if (persona === null) return { language: params.language ?? 'en', prefer: [] }
  const { voice_config, behavior_config } = pinnedDefinition(context.db, persona.id, persona.version)
  const [own = 'en'] = voice_config.language.split('-')
  return { language: params.language ?? own, prefer: behavior_config.engines[stage] }
}
