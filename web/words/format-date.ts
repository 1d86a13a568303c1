import { language } from './words.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

/** The clock of Germany and of most of Europe: 24 hours in every language here. */
const TAGS = { en: 'en-GB', de: 'de-DE' } as const

/** Making a format costs more than a hundred uses of it. */
export function formatDate(date: Date, options: Intl.DateTimeFormatOptions): string {
  const key = language.value + JSON.stringify(options)
  const known = formats.get(key) ?? new Intl.DateTimeFormat(TAGS[language.value], options)
  formats.set(key, known)
  return known.format(date)
}
