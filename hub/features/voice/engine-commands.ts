import { z } from 'zod'
import { durationMs } from '../../../shared/admin/fields.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { RankedHealth } from '../../../speech/ranked/ranking.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import type { TriedEngine } from '../../talk/try-engines.ts'
import { speaksHere, type VoiceBeside } from './beside.ts'
import { NOTHING_SPEAKS } from './nothing-speaks.ts'

const STAGES = ['hear', 'answer', 'speak'] as const
/** The model that lares voice install brings is English. */
const UNDERSTANDS = 'whisper can, over Wyoming or with the interface of OpenAI (docs/voice.md)'
const TRY = { en: 'The lamp in the kitchen is on.', de: 'Die Lampe in der Küche ist an.' }

export const listEngines = adminCommand({
  area: 'voice',
  verb: 'engines',
  needs: 'read',
  summary: 'What hears, answers and speaks on this hub, the best first, and how each is',
  params: z.strictObject({}),
  result: z.strictObject({
    engines: z.array(
      z.strictObject({
        does: z.enum(STAGES),
        engine: z.string(),
        state: z.enum(['untried', 'ok', 'failing', 'resting', 'not_installed']),
        last_took_ms: durationMs.nullable(),
        error: z.string().nullable(),
        worked: z.int(),
        failed: z.int(),
        /** `null`: it does not say. */
        languages: z.string().nullable(),
        name: z.string(),
      }),
    ),
    /** What is missing for a conversation, in words. */
    says: z.array(z.string()),
  }),
  examples: [{ says: 'all of them', params: {} }],
  changes: false,
  prepare: async (_params, { beside }) => (beside('voice').state() as VoiceBeside).engines,
  run({ prepared }) {
    const engines = prepared as VoiceBeside['engines']
    return { engines: STAGES.flatMap((does) => engines[does].map((one) => line(does, one))), says: missing(engines) }
  },
})

export const tryEngine = adminCommand({
  area: 'voice',
  verb: 'try',
  needs: 'control',
  summary:
    'Have every voice of this hub speak a sentence, and everything that hears hear it: what each understood, and how long it took',
  params: z.strictObject({
    text: text(200).trim().min(1).optional().meta({ description: 'the sentence; absent: one about a lamp' }),
    language: z.enum(['en', 'de']).default('en'),
  }),
  result: z.strictObject({
    tried: z.array(
      z.strictObject({
        voice: z.string(),
        ear: z.string().nullable(),
        heard: z.string().nullable(),
        /** Words that were heard wrong, as a part of those spoken. */
        wrong: z.number().nullable(),
        took_ms: durationMs.nullable(),
        sound_s: z.number().nullable(),
        error: z.string().nullable(),
        hint: z.string().nullable(),
      }),
    ),
    says: z.array(z.string()),
  }),
  examples: [
    { says: 'in English', params: {} },
    { says: 'in German', params: { language: 'de' } },
  ],
  positional: ['text'],
  changes: false,
  async prepare(params, { beside }) {
    const { engines, tryAll } = beside('voice').state() as VoiceBeside
    return { engines, tried: await tryAll(params.text ?? TRY[params.language], params.language) }
  },
  run({ prepared }, { language }) {
    const { engines, tried } = prepared as { engines: VoiceBeside['engines']; tried: TriedEngine[] }
    const hears = engines.hear.some(({ languages }) => languages?.includes(language) ?? true)
    const says = [
      ...missing(engines),
      ...(tried.length > 0 ? [] : [`Nothing here speaks ${language}.`]),
      ...(hears || engines.hear.length === 0 ? [] : [`Nothing here understands ${language}: ${UNDERSTANDS}.`]),
    ]
    return {
      tried: tried.map(({ tookMs, soundS, ...one }) => ({ ...one, took_ms: tookMs, sound_s: soundS })),
      says,
    }
  },
})

function line(does: (typeof STAGES)[number], { key, name, languages, isInstalled, health }: RankedHealth) {
  const { state, error, tookMs, worked, failed } = health
  return {
    ...{ does, engine: key, state: isInstalled ? state : ('not_installed' as const), last_took_ms: tookMs },
    ...{ error, worked, failed, languages: languages?.join(' ') ?? null, name },
  }
}

function missing(engines: VoiceBeside['engines']): string[] {
  return [
    ...(engines.hear.length > 0
      ? []
      : ['Nothing here understands speech: lares voice install, or [voice] in hub.toml.']),
    ...(speaksHere({ engines }) ? [] : [`There is no voice: ${NOTHING_SPEAKS}.`]),
  ]
}
