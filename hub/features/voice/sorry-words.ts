/** What goes wrong beside the house, in the languages that are spoken here. */
const WORDS = {
  cannot_hear: {
    en: 'Sorry, I could not make out what you said. Something is wrong with my ears.',
    de: 'Entschuldigung, ich konnte nicht verstehen, was gesagt wurde. Mit meinen Ohren stimmt etwas nicht.',
  },
  cannot_answer: {
    en: 'Sorry, nobody here has an answer to that now.',
    de: 'Entschuldigung, darauf hat hier gerade niemand eine Antwort.',
  },
  broken_off: {
    en: 'Sorry, that is all I have.',
    de: 'Entschuldigung, weiter weiß ich nicht.',
  },
  interrupted: {
    en: 'Sorry, I was interrupted. Please say that again.',
    de: 'Entschuldigung, ich wurde unterbrochen. Bitte sage das noch einmal.',
  },
} as const

export type Sorry = keyof typeof WORDS

/** What is said then; in English where the language is another. */
export function sorryWords(what: Sorry, language: string): string {
  const words: Readonly<Record<string, string>> = WORDS[what]
  return words[language] ?? WORDS[what].en
}
