import { readSection } from '../../contract/settings-section.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import type { HeardAnswer, SpokenAnswer } from '../../engine/spoken-turns.ts'
import { endEmergency } from '../sessions/emergency-session.ts'
import { openSessions } from '../sessions/engine.ts'
import type { SessionKey } from '../sessions/session-moves.ts'
import { addAnswered, answeredTurn } from '../sessions/spoken-messages.ts'
import { answerTurn } from './answer-turn.ts'
import { asksModels } from './ask-model.ts'
import { houseNames } from './house-names.ts'
import { saidBefore } from './said-before.ts'
import { VOICE } from './settings.ts'
import { tellTried } from './try-persona.ts'
import { prepareSentences } from './understand.ts'
import { useTool } from './voice-tools.ts'

/** Of what can be meant, compiled a second: some milliseconds on a Pi, and all within half a minute of a start. */
const PREPARED_A_TICK = 2

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** What was understood of a turn, and by whom. The answer is a `HeardAnswer`. */
    turn_heard: { device: string; turn: string; text: string; by: string }
    /** What whoever answers wants to have done in a turn; `text` is as it was written. The answer is what came of it, as text. */
    turn_tool: { device: string; turn: string; name: string; text: string }
    /** How its answer went. */
    turn_answered: { device: string; turn: string; answer: SpokenAnswer }
    /** How an announcement went. */
    announced: { device: string; session: SessionKey | null; isUrgent: boolean; end: SpokenAnswer['end'] }
  }
}

const NOTHING: HeardAnswer = { kind: 'nothing' }

/** What is said to the house. */
export function openVoice(house: House): Feature {
  houseNames(house.db)
  house.use(openSessions)
  const find = asksModels(readSection(VOICE, house.settings)) ? house.command : null
  let isPrepared = false
  return {
    name: 'voice',
    writes: 'sound',
    tick() {
      if (!isPrepared) isPrepared = prepareSentences(PREPARED_A_TICK)
    },
    inputs: {
      turn_heard(context, { device, turn, text, by }) {
        const answered = answeredTurn(context, { device, turn })
        if (answered === null) return { verdict: 'refused', value: NOTHING }
        return { verdict: 'stored', value: answerTurn(context, answered, { text: text.trim(), by, find }) }
      },
      persona_tried(context, tried) {
        tellTried(context, tried)
        return { verdict: 'stored' }
      },
      turn_tool(context, { device, turn, name, text }) {
        const answered = answeredTurn(context, { device, turn })
        if (answered === null || find === null) return { verdict: 'refused', value: null }
        return { verdict: 'stored', value: useTool(context, answered, { name, text, find }) }
      },
      turn_answered(context, { device, turn, answer }) {
        const answered = answeredTurn(context, { device, turn })
        if (answered === null) return { verdict: 'refused' }
        addAnswered(context, answered, answer)
        // Somebody may ask to have it said again.
        context.committed(() => saidBefore(house.db).say(device, answer.heard))
        return { verdict: 'stored' }
      },
      announced(context, { device, session, isUrgent, end }) {
        if (session !== null) endEmergency(context, session)
        const house = context.db.prepare('SELECT house_id FROM devices WHERE id = ?').pluck().get(device)
        if (isUrgent && (end === 'unheard' || end === 'failed') && typeof house === 'string')
          context.addEvent({ type: 'announcement_missed', device, house, data: { end } })
        return { verdict: 'stored' }
      },
    },
  }
}
