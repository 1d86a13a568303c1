import type { PersonaDefinition } from './definition.ts'

/** What whoever answers is given for what somebody said, the first one first. */
export interface PromptMessage {
  role: 'system' | 'user'
  content: string
}

/** The persona's own words with what its settings mean in words, and then what was said: nothing of it is an instruction. */
export function promptFor(definition: PersonaDefinition, said: string): PromptMessage[] {
  const { system_prompt, voice_config, behavior_config } = definition
  const { max_sentences, actions } = behavior_config
  const rules = [
    `Answer in ${max_sentences === 1 ? 'one sentence' : `at most ${max_sentences} sentences`} that can be spoken: no lists, links or markup.`,
    `Answer in the language ${voice_config.language}.`,
    actions.length === 0
      ? 'You can change nothing in this house and look nothing up in it: say so when you are asked to.'
      : `In this house you may use these and nothing else: ${actions.join(', ')}.`,
  ]
  return [
    { role: 'system', content: `${system_prompt}\n\n${rules.join('\n')}` },
    { role: 'user', content: said },
  ]
}
