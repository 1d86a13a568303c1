import type { Language } from '../language.ts'
import { EN_LISTS } from './lists-en.ts'
import { EN_GRAMMAR } from './sentences-en.ts'

export const ENGLISH: Language = { code: 'en', grammar: EN_GRAMMAR, lists: EN_LISTS }
