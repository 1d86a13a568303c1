import type { MicrophoneWords } from './en-microphone.ts'

/** What the page says of its microphone, in German. */
export const microphoneDe: MicrophoneWords = {
  speak: 'Sprechen',
  stop: 'Das war es',
  listening: 'Hört zu …',
  heardNothing: 'Kein Wort war zu verstehen. Sagen Sie es noch einmal, näher am Mikrofon.',
  none: 'Dieser Browser gibt der Seite kein Mikrofon.',
  refused:
    'Der Browser lässt die Seite nicht an das Mikrofon: erlauben Sie es neben der Adresse und drücken Sie noch einmal.',
  missing: 'Der Browser findet kein Mikrofon.',
  failed: 'Das Mikrofon ließ sich nicht benutzen. Hat es ein anderes Programm?',
}
