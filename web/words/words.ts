import { computed, signal } from '@preact/signals'
import { en, type Words } from './en.ts'

export type Language = 'en' | 'de'

const KEY = 'lares.language'

export const language = signal<Language>('en')
const loaded = signal<Words>(en)
const eventTexts = signal<ReadonlyMap<string, string>>(new Map())

/** The words of the language that is chosen: `words.value.overview.allWell`. */
export const words = computed(() => loaded.value)

/** What the hub wrote of an event, in the language that is chosen as far as it is the same for all of its type. */
export function eventText(stored: string): string {
  return eventTexts.value.get(stored) ?? stored
}

/** That of an earlier choice, or the browser's. */
export async function startWords(): Promise<void> {
  const chosen = localStorage.getItem(KEY) ?? navigator.language.split('-')[0]
  await speak(chosen === 'de' ? 'de' : 'en')
}

/** Languages beside English are loaded when somebody wants them. */
export async function speak(wanted: Language): Promise<void> {
  const german = wanted === 'de' ? await Promise.all([import('./de.ts'), import('./de-event-texts.ts')]) : null
  loaded.value = german?.[0].de ?? en
  eventTexts.value = german?.[1].DE_EVENT_TEXTS ?? new Map()
  language.value = wanted
  document.documentElement.lang = wanted
}

export async function choose(wanted: Language): Promise<void> {
  localStorage.setItem(KEY, wanted)
  await speak(wanted)
}
