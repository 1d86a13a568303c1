import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { readSection } from '../../contract/settings-section.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { type Asker, answerLater, failure, Pending, success } from '../../engine/answer-later.ts'
import type { Context } from '../../engine/context.ts'
import type { ModelQuestion } from '../../engine/model-question.ts'
import { personaParam } from '../personas/draft-commands.ts'
import { DRAFT, definitionAt } from '../personas/look-commands.ts'
import { promptFor } from '../personas/persona-prompt.ts'
import { draftOf, personaNamed } from '../personas/persona-row.ts'
import { asksModels } from './ask-model.ts'
import { VOICE } from './settings.ts'

/** What a persona answered that was tried. */
export interface TriedAnswer {
  text: string
  /** Who answered, as the settings call it. */
  by: string
}

interface Shown {
  persona: string
  version: string
  given: { role: string; content: string }[]
  answer: string | null
  says: string
}

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** What a persona that is tried answered; `error`: why it did not. */
    persona_tried: { asker: Asker; shown: Shown; answer: TriedAnswer | null; error: string | null }
  }
  interface EffectKinds {
    /** Ask a model as a persona would, and tell nobody but whoever tries it. */
    try_persona: { asker: Asker; shown: Shown; question: ModelQuestion }
  }
}

export const tryPersona = adminCommand({
  area: 'personas',
  verb: 'try',
  needs: 'control',
  summary:
    'What a persona answers to a sentence that no template means, without saying it to anybody, and what a model is given for it',
  params: z.strictObject({
    persona: personaParam,
    said: text(1_000).trim().min(1).meta({ description: 'what somebody says to it' }),
    version: text(20).min(1).optional().meta({ description: 'of another than the draft or current version' }),
  }),
  result: z.strictObject({
    persona: z.string(),
    version: z.string(),
    /** What whoever answers is given, the first one first. */
    given: z.array(z.strictObject({ role: z.string(), content: z.string() })),
    /** `null`: nobody here can answer. */
    answer: z.string().nullable(),
    says: z.string(),
  }),
  examples: [{ says: 'a question', params: { persona: 'companion', said: 'How warm is it?' } }],
  positional: ['persona', 'said'],
  changes: false,
  run(context, { persona, said, version }) {
    const { id: found, row } = personaNamed(context.db, persona)
    const tried = version ?? (draftOf(context.db, found) === undefined ? (row?.current_version ?? DRAFT) : DRAFT)
    const { definition } = definitionAt(context.db, found, tried)
    const given = promptFor(definition, said)
    const shown: Shown = {
      ...{ persona: found, version: tried, given, answer: null },
      says: 'Nobody answers here what no sentence means: name a model below [voice] in hub.toml. This is what one would be given.',
    }
    if (!asksModels(readSection(VOICE, context.settings))) return shown
    const [language = 'en'] = definition.voice_config.language.split('-')
    const question: ModelQuestion = {
      messages: given.map(({ role, content }) => ({ role, text: content })),
      // Nothing is done in a house for the sake of a try.
      ...{ tools: [], language },
      mostSentences: definition.behavior_config.max_sentences,
      prefer: definition.behavior_config.engines.answer,
    }
    context.effect({ kind: 'try_persona', asker: context.asker, shown, question })
    return new Pending(shown, true)
  },
})

/** Says to whoever tries a persona what it answered. */
export function tellTried(
  context: Context,
  { asker, shown, answer, error }: { asker: Asker; shown: Shown; answer: TriedAnswer | null; error: string | null },
): void {
  const response =
    answer === null
      ? failure(
          asker.request,
          new LaresError('program_failed', `nobody answered: ${error}`, { hint: 'See lares voice engines.' }),
        )
      : success(asker.request, { ...shown, answer: answer.text, says: `${answer.by} answered.` })
  answerLater(context, asker, response)
}
