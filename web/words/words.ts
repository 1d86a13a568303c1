import { computed, signal } from '@preact/signals'
import { en, type Words } from './en.ts'

export type Language = 'en' | 'de'

const KEY = 'lares.language'

export const language = signal<Language>('en')
const loaded = signal<Words>(en)

/** The words of the language that is chosen: `words.value.overview.allWell`. */
export const words = computed(() => loaded.value)

/** That of an earlier choice, or the browser's. */
export async function startWords(): Promise<void> {
  const chosen = localStorage.getItem(KEY) ?? navigator.language.split('-')[0]
  await speak(chosen === 'de' ? 'de' : 'en')
}

/** Languages beside English are loaded when somebody wants them. */
export async function speak(wanted: Language): Promise<void> {
  loaded.value = wanted === 'de' ? (await import('./de.ts')).de : en
  language.value = wanted
  document.documentElement.lang = wanted
}

export async function choose(wanted: Language): Promise<void> {
  localStorage.setItem(KEY, wanted)
  await speak(wanted)
}
