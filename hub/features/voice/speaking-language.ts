import type { Context } from '../../engine/context.ts'
import { pinnedDefinition } from '../personas/persona-row.ts'
import { speakingPersona } from '../personas/speaking-persona.ts'

/** What is spoken on a device by whoever speaks there now, as `en`. */
export function speakingLanguage({ db }: Pick<Context, 'db'>, device: string): string {
  const persona = speakingPersona(db, device)
  if (persona === null) return 'en'
  const [language = 'en'] = pinnedDefinition(db, persona.id, persona.version).voice_config.language.split('-')
  return language
}
