import type { Language } from '../language.ts'
import { DE_LISTS } from './lists-de.ts'
import { DE_GRAMMAR } from './sentences-de.ts'

export const GERMAN: Language = { code: 'de', grammar: DE_GRAMMAR, lists: DE_LISTS }
