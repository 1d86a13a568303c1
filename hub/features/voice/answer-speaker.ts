import { tellDesired } from '../control/desired-state.ts'
import { type Answer, placeSlot, type VoiceAsked } from './asked.ts'

export function answerRepeat({ words, context, device, before }: VoiceAsked): Answer {
  return { text: before.last(device?.id ?? context.caller.principal) ?? words.nothingSaid() }
}

export function answerWho({ words, persona }: VoiceAsked): Answer {
  return { text: words.whoAmI(persona.name, persona.description) }
}

export function answerPersona(asked: VoiceAsked): Answer {
  const { words, context, house, device } = asked
  const persona = placeSlot(asked, 'persona')
  if (device === null || persona === null) return { text: words.noSpeaker() }
  const { db, now, caller } = context
  db.prepare('UPDATE devices SET active_persona_id = ?, updated_at = ? WHERE id = ?').run(persona.id, now, device.id)
  tellDesired(context, device.id)
  context.changed()
  context.addEvent({
    ...{ type: 'persona_switch', device: device.id, house: house.id, source: 'user' },
    description: `${persona.name} speaks on ${device.name}.`,
    data: { persona: persona.id, by: caller.principal },
  })
  return { text: words.personaNow(persona.name), done: [`persona ${persona.id} on ${device.id}`] }
}

export function answerHelp({ words }: VoiceAsked): Answer {
  return { text: words.help() }
}

export function answerHome(asked: VoiceAsked): Answer {
  const { words, context, house } = asked
  const person = placeSlot(asked, 'person')
  const people = context.db
    .prepare('SELECT id, name, is_present FROM people WHERE house_id = ? ORDER BY name, id')
    .all(house.id) as { id: string; name: string; is_present: 0 | 1 }[]
  const asks = [person, placeSlot(asked, 'other')].flatMap((one) => people.filter(({ id }) => id === one?.id))
  if (asks.length > 0) return { text: asks.map((one) => words.isHome(one.name, one.is_present === 1)).join(' ') }
  const home = people.filter(({ is_present }) => is_present === 1).map(({ name }) => name)
  return { text: home.length === 0 ? words.nobodyHome() : words.home(home) }
}
