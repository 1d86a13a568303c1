import { expect, it } from 'vitest'
import { commandInput } from '../../engine/ask.ts'
import { openTestHouse } from '../../engine/engine-in-memory.ts'

const MODEL = {
  voice: { engines: { llama: { kind: 'ollama', does: 'answer', url: 'http://127.0.0.1:1', model: 'm' } } },
}

it('a persona that is tried answers to whoever tries it alone, or says why it does not, and nothing is done in the house', () => {
  const house = openTestHouse({ settings: MODEL })
  const answers = () =>
    house.effects.flatMap((effect) => (effect.kind === 'publish' ? [JSON.parse(String(effect.payload))] : []))
  house.input(commandInput('personas/try', { persona: 'companion', said: 'Why is the sky blue?' }))
  const [tried] = house.effects.flatMap((effect) => (effect.kind === 'try_persona' ? [effect] : []))
  if (tried === undefined) throw new Error('nobody was asked')
  expect(tried.question).toMatchObject({
    messages: [{ role: 'system' }, { role: 'user', text: 'Why is the sky blue?' }],
    tools: [],
  })
  expect(answers()).toEqual([])
  const { asker, shown } = tried
  house.input({
    kind: 'persona_tried',
    asker,
    shown,
    answer: { text: 'Because of the air.', by: 'llama' },
    error: null,
  })
  expect(answers()).toMatchObject([{ status: 'ok', data: { answer: 'Because of the air.', says: 'llama answered.' } }])
  house.effects.splice(0)
  house.input({ kind: 'persona_tried', asker, shown, answer: null, error: 'it answers 500' })
  expect(answers()).toMatchObject([
    { status: 'error', error: { message: 'nobody answered: it answers 500', hint: 'See lares voice engines.' } },
  ])
  expect(house.all('SELECT 1 FROM messages')).toEqual([])
})
