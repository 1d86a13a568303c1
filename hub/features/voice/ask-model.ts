import type { Context } from '../../engine/context.ts'
import type { ChatMessage, ModelQuestion } from '../../engine/model-question.ts'
import { promptFor } from '../personas/persona-prompt.ts'
import { pinnedDefinition } from '../personas/persona-row.ts'
import type { AnsweredTurn } from '../sessions/spoken-messages.ts'
import type { VoiceSettings } from './settings.ts'
import { type FindCommand, voiceTools } from './voice-tools.ts'

/** What was said before, in messages and in characters: more of it makes small models slower and no wiser. */
const BEFORE = { messages: 12, characters: 4_000 } as const

/** Whether somebody answers here what no sentence means. */
export function asksModels({ engines, answer }: Pick<VoiceSettings, 'engines' | 'answer'>): boolean {
  return (answer ?? Object.keys(engines)).some((key) => engines[key]?.does === 'answer')
}

/** What a model is asked in a turn: its persona, what was said before as far as it was heard, and what is said now. */
export function questionFor(
  context: Context,
  turn: AnsweredTurn,
  asked: { text: string; find: FindCommand },
): ModelQuestion {
  const definition = pinnedDefinition(context.db, turn.persona, turn.version)
  const [prompt] = promptFor(definition, asked.text)
  const [language = 'en'] = definition.voice_config.language.split('-')
  return {
    messages: [
      { role: 'system', text: prompt?.content ?? '' },
      ...saidBefore(context, turn),
      { role: 'user', text: asked.text },
    ],
    tools: voiceTools(context, turn, asked.find),
    language,
    mostSentences: definition.behavior_config.max_sentences,
    prefer: definition.behavior_config.engines.answer,
  }
}

function saidBefore({ db }: Context, { session, id }: AnsweredTurn): ChatMessage[] {
  const rows = db
    .prepare(
      "SELECT role, content FROM messages WHERE session_id = ? AND role IN ('user', 'assistant') AND turn_id IS NOT ? ORDER BY created_at DESC, id DESC LIMIT ?",
    )
    .all(session.id, id, BEFORE.messages) as { role: 'user' | 'assistant'; content: string }[]
  const kept: ChatMessage[] = []
  let characters = 0
  for (const { role, content } of rows) {
    characters += content.length
    if (characters > BEFORE.characters) break
    kept.unshift({ role, text: content })
  }
  return kept
}
