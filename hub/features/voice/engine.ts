import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import type { HeardAnswer, SpokenAnswer } from '../../engine/spoken-turns.ts'
import { endEmergency } from '../sessions/emergency-session.ts'
import { openSessions } from '../sessions/engine.ts'
import type { SessionKey } from '../sessions/session-moves.ts'
import { addAnswered, answeredTurn } from '../sessions/spoken-messages.ts'
import { answerTurn } from './answer-turn.ts'
import { houseNames } from './house-names.ts'
import { prepareSentences } from './understand.ts'

/** Of what can be meant, compiled a second: some milliseconds on a Pi, and all within half a minute of a start. */
const PREPARED_A_TICK = 2

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** What was understood of a turn, and by whom. The answer is a `HeardAnswer`. */
    turn_heard: { device: string; turn: string; text: string; by: string }
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
        return { verdict: 'stored', value: answerTurn(context, answered, { text: text.trim(), by }) }
      },
      turn_answered(context, { device, turn, answer }) {
        const answered = answeredTurn(context, { device, turn })
        if (answered === null) return { verdict: 'refused' }
        addAnswered(context, answered, answer)
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
