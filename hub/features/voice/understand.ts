import { GERMAN } from '../../language/de/language-de.ts'
import { ENGLISH } from '../../language/en/language-en.ts'
import type { ReadList } from '../../language/lists.ts'
import { type Match, Matcher } from '../../language/matcher.ts'
import type { AnswerWords } from './answer-words.ts'
import { DE_ANSWERS } from './answers-de.ts'
import { EN_ANSWERS } from './answers-en.ts'

export const LANGUAGES = ['en', 'de'] as const
export type LanguageCode = (typeof LANGUAGES)[number]

const SPOKEN = {
  en: { language: ENGLISH, words: EN_ANSWERS },
  de: { language: GERMAN, words: DE_ANSWERS },
} as const satisfies Record<LanguageCode, unknown>

/** What is said in a language. */
export function answerWords(code: LanguageCode): AnswerWords {
  return SPOKEN[code].words
}

const MATCHERS = new Map<LanguageCode, Matcher>()

/** What was understood; `match` is `null`: nothing. */
export interface Understood {
  language: LanguageCode
  words: AnswerWords
  match: Match | null
  /** What was to be switched that no voice may switch; `null`: nothing. */
  refused: string | null
}

/** What a sentence means in the first of these languages in which it means something. */
export function understand(
  said: string,
  languages: readonly [LanguageCode, ...LanguageCode[]],
  names: ReadonlyMap<string, ReadList>,
): Understood {
  for (const code of languages) {
    const match = firstMatch(code, said, names)
    if (match) return { language: code, words: SPOKEN[code].words, match, refused: null }
  }
  for (const code of languages) {
    const refused = refusedThing(code, said, names)
    if (refused !== null) return { language: code, words: SPOKEN[code].words, match: null, refused }
  }
  const [first] = languages
  return { language: first, words: SPOKEN[first].words, match: null, refused: null }
}

function firstMatch(code: LanguageCode, said: string, names: ReadonlyMap<string, ReadList>): Match | null {
  return matcherOf(code).match(said, new Map([...SPOKEN[code].language.lists, ...names]))[0] ?? null
}

/** What somebody wants to have switched that is there and is never switched by voice: to say so helps more than not to understand. */
function refusedThing(code: LanguageCode, said: string, names: ReadonlyMap<string, ReadList>): string | null {
  const everything = names.get('thing')
  const match = everything && firstMatch(code, said, new Map([...names, ['target', everything]]))
  return match?.slots.thing?.heard ?? null
}

/** Compiles so many more of what can be meant, in the languages in turn; whether that was all. What is missing, the first sentence compiles. */
export function prepareSentences(intents: number): boolean {
  return LANGUAGES.every((code) => matcherOf(code).compile(intents))
}

function matcherOf(code: LanguageCode): Matcher {
  const known = MATCHERS.get(code)
  if (known) return known
  const made = new Matcher(SPOKEN[code].language.grammar)
  MATCHERS.set(code, made)
  return made
}
