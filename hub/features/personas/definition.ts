import { z } from 'zod'
import { describeIssues } from '../../../shared/codec.ts'
import { text } from '../../../shared/messages/fields.ts'

/** A persona as it is, and what it is called by: companion, medication_nurse. */
export const PERSONA_ID = /^[a-z][a-z0-9_-]{1,49}$/

/** From here on a persona is for emergencies: it speaks before all others, also where a device has one of its own. */
export const EMERGENCY_PRIORITY = 100

/** Names an entry of this machine's own settings. Neither path nor address fits into it: a persona brings no code. */
const localKey = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.+-]{0,79}$/, 'is no key: letters, digits, . _ + and -')
const ranking = z.array(localKey).max(8).default([])

/** How it sounds. */
const voiceConfig = z.strictObject({
  language: z
    .string()
    .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, 'is no language tag; write it like en or de-AT')
    .default('en'),
  /** As its engine calls it; `null`: the engine's own for the language. */
  voice: localKey.nullable().default(null),
  rate: z.number().min(0.5).max(2).default(1),
  pitch: z.number().min(0.5).max(2).default(1),
  volume: z.number().min(0).max(1).default(1),
})

/** How it listens and answers. */
const behaviorConfig = z.strictObject({
  /** How long a silence ends what somebody says: `patient` waits for people who speak slowly. */
  activity: z.enum(['quick', 'normal', 'patient']).default('normal'),
  /** What interrupts it while it speaks. */
  barge_in: z.enum(['off', 'wake_word', 'speech']).default('wake_word'),
  /** How long it listens after an answer without being called again; 0: not at all. */
  follow_up_s: z.number().min(0).max(60).default(8),
  max_sentences: z.int().min(1).max(20).default(4),
  /** By stage, the one to be asked first in front; empty: as the hub ranks them. */
  engines: z
    .strictObject({ wake: ranking, activity: ranking, stt: ranking, answer: ranking, tts: ranking })
    .prefault({}),
  /** Commands that it may call, as area/verb or area/*, with no more rights than its device has. */
  actions: z
    .array(z.string().regex(/^[a-z-]{2,40}\/(?:[a-z-]{2,40}|\*)$/, 'is no command; write it like devices/list'))
    .max(100)
    .default([]),
  privacy: z
    .strictObject({
      /**
       * How long the sound of what was said to it is kept; 0: until the next look, at most a minute; `null`: until its words are
       * known, and for a week where nobody understood it.
       */
      audio_days: z.number().min(0).max(7).nullable().default(null),
      /** The same of the words; `null`: as the house keeps conversations. */
      transcript_days: z.int().min(0).max(3_650).nullable().default(null),
    })
    .prefault({}),
})

/** The complete definition of a persona: what a version keeps. */
export const personaDefinition = z.strictObject({
  name: text(100).trim().min(1),
  description: text(500).default(''),
  adaptation_mode: z
    .string()
    .refine(
      (mode) => mode === 'instruction_only',
      'only instruction_only is there: a persona becomes another by a version that somebody publishes, and never by itself',
    )
    .default('instruction_only'),
  system_prompt: text(8_000).trim().min(1),
  voice_config: voiceConfig.prefault({}),
  behavior_config: behaviorConfig.prefault({}),
  tags: z.array(text(40).trim().min(1)).max(20).default([]),
  /** Higher speaks before lower. */
  priority: z.int().min(0).max(1_000).default(0),
})

export type PersonaDefinition = z.infer<typeof personaDefinition>

/** A definition as it lies in the database, and what of it was not understood. */
export interface ReadDefinition {
  definition: PersonaDefinition
  faults: string[]
}

const UNKNOWN = { system_prompt: 'You answer in one or two short sentences. Say so when you do not know something.' }

/**
 * Reads what is stored: central's rows and those of older hubs need not be as this one writes them. What is not understood has its
 * default and is named in `faults`; nothing throws, because whoever speaks must have some definition.
 */
export function readDefinition(stored: unknown, id: string): ReadDefinition {
  const value = withoutNulls(stored)
  const first = personaDefinition.safeParse(value)
  if (first.success) return { definition: first.data, faults: [] }
  for (const issue of first.error.issues) leaveOut(value, issue)
  const rest = personaDefinition.safeParse({ ...UNKNOWN, name: id, ...value })
  return {
    definition: rest.success ? rest.data : personaDefinition.parse({ ...UNKNOWN, name: id }),
    faults: first.error.issues.map((issue) => describeIssues(new z.ZodError([issue]), 'definition')),
  }
}

/** Columns that nobody filled say nothing. */
function withoutNulls(stored: unknown): Record<string, unknown> {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return {}
  return Object.fromEntries(Object.entries(structuredClone(stored)).filter(([, value]) => value !== null))
}

function leaveOut(value: Record<string, unknown>, issue: z.core.$ZodIssue): void {
  const path = issue.path.map(String)
  const names = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path]
  for (const at of names) {
    let inside: unknown = value
    for (const [depth, name] of at.entries()) {
      if (typeof inside !== 'object' || inside === null) break
      const here = inside as Record<string, unknown>
      // Of a list all is left out: one that is shorter would be another list.
      if (depth === at.length - 1 || Array.isArray(here[name])) {
        delete here[name]
        break
      }
      inside = here[name]
    }
  }
}
