import { z } from 'zod'
import { address } from '../../../shared/address.ts'
import { placeKey } from '../../contract/named-places.ts'
import { settingsSection } from '../../contract/settings-section.ts'

const language = z.string().regex(/^[a-z]{2,3}$/, 'is no language: write it like en or de')

/** An engine elsewhere. What may be called stands in this file alone. */
const engine = z.strictObject({
  kind: z.literal('wyoming'),
  does: z.enum(['hear', 'speak']),
  address,
  model: z.string().min(1).max(200).optional(),
  voice: z.string().min(1).max(200).optional(),
  languages: z.array(language).min(1).optional(),
})

export type VoiceEngineEntry = z.infer<typeof engine>

const ranking = z.array(placeKey).max(20)

export const VOICE = settingsSection({
  name: 'voice',
  schema: z.strictObject({
    engines: z.record(placeKey, engine).default({}),
    hear: ranking.optional(),
    speak: ranking.optional(),
  }),
  keys: {
    engines: {
      meaning:
        'Engines elsewhere, each under a name of its own. kind = "wyoming" speaks Wyoming at an address: does = "hear" understands speech (faster-whisper, whisper.cpp) and may have a model, ' +
        'does = "speak" speaks (piper) and may have a voice, as the server calls them. languages says which it is for; without it for any. There is no login in Wyoming: keep it on this machine or in a network of your own.',
      example: 'engines = { whisper = { kind = "wyoming", does = "hear", address = "127.0.0.1:10300" } }',
    },
    hear: {
      meaning:
        'Who understands speech, the best first: names of engines, and moonshine, which lares voice install brings. Who fails or is too slow is followed by the next. Absent: engines elsewhere, then moonshine.',
      example: 'hear = ["whisper", "moonshine"]',
    },
    speak: {
      meaning:
        'Who speaks, the best first: names of engines, and flite and espeak-ng, where they are installed. Absent: engines elsewhere, then these.',
      example: 'speak = ["piper", "flite", "espeak-ng"]',
    },
  },
})

export type VoiceSettings = z.infer<typeof VOICE.schema>
