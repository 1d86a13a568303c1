import type { Mutation } from './mutation.ts'

const MOVES = 'test/hub/features/sessions/moves.test.ts'
const FENCING = 'test/hub/features/sessions/fencing.test.ts'
const HANDOFF = 'test/hub/features/sessions/handoff.test.ts'

/** Whose word counts in a conversation, and that it is in one place at a time. */
export const SESSIONS: readonly Mutation[] = [
  {
    without: 'comparing the number of a session before it is set',
    file: 'hub/features/sessions/session-moves.ts',
    text: 'WHERE id = ? AND epoch = ? AND state = ?',
    becomes: 'WHERE id = ? AND ? > 0 AND state = ?',
    test: { file: MOVES, name: 'is moved by whoever knows its number, once' },
  },
  {
    without: 'forbidding moves that no state allows',
    file: 'hub/features/sessions/session-moves.ts',
    text: 'return moves[state] ?? null',
    becomes: "return moves[state] ?? 'active'",
    test: { file: MOVES, name: 'comes out of an end by no move' },
  },
  {
    without: 'counting the number of a session up with every move',
    file: 'hub/features/sessions/session-moves.ts',
    text: 'epoch = epoch + 1, device_id',
    becomes: 'epoch = epoch + 0, device_id',
    test: { file: MOVES, name: 'is moved by whoever knows its number, once' },
  },
  {
    without: 'refusing a turn that claims a session wrongly',
    file: 'hub/features/sessions/turns.ts',
    text: 'if (stale !== null) {',
    becomes: 'if (stale?.epoch === -1) {',
    test: { file: FENCING, name: 'has a turn that claims a session wrongly stand down' },
  },
  {
    without: 'leaving a session alone that went on without a turn',
    file: 'hub/features/sessions/turns.ts',
    text: 'if (began !== null && began !== epoch) return null',
    becomes: '',
    test: { file: FENCING, name: 'has the end of a turn that began before it say nothing' },
  },
  {
    without: 'keeping the persona of a session that was handed over',
    file: 'hub/features/sessions/handoff.ts',
    text: 'device_persona: speakingPersona(db, last.to)?.id ?? null',
    becomes: 'device_persona: session.persona',
    test: { file: HANDOFF, name: 'keeps its persona where the other device has another' },
  },
  {
    without: 'ending the turns of a persona that was deactivated',
    file: 'hub/features/sessions/conversation.ts',
    text: '.get(persona) === 1',
    becomes: '.get(persona) !== 2',
    test: { file: FENCING, name: 'that came from another room and was deactivated speaks in no further turn there' },
  },
  {
    without: 'looking again at the device that is to have a session',
    file: 'hub/features/sessions/handoff.ts',
    text: 'if (last !== undefined && fault === null) commit',
    becomes: 'if (last !== undefined) commit',
    test: { file: HANDOFF, name: 'does not happen when the other device vanishes before it has it' },
  },
  {
    without: 'a bound for taking a handoff back',
    file: 'hub/features/sessions/handoff.ts',
    text: 'if (now - at <= HANDOFF_BACK_MS && now >= at)',
    becomes: 'if (now >= at)',
    test: { file: HANDOFF, name: 'is taken back within ten seconds, and not later nor twice' },
  },
  {
    without: 'keeping what was said elsewhere when a device is erased',
    file: 'hub/features/sessions/erased-device.ts',
    text: "if (what !== 'device') return",
    becomes: 'if (what) return',
    test: { file: HANDOFF, name: 'takes along what was said to it, and nothing that was said elsewhere' },
  },
  {
    without: 'ending conversations that were paused long ago',
    file: 'hub/features/sessions/conversation.ts',
    text: "WHERE s.state IN ('active', 'paused') AND (s.expires_at",
    becomes: "WHERE s.state IN ('active') AND (s.expires_at",
    test: { file: HANDOFF, name: 'is over an hour after it was paused' },
  },
  {
    without: 'keeping sound no longer than a persona says',
    file: 'hub/features/sessions/clips.ts',
    text: 'return Math.min(CLIPS.ageMs, days * DAY_MS)',
    becomes: 'return Math.max(CLIPS.ageMs, days * DAY_MS)',
    test: { file: FENCING, name: 'keeps sound no longer than it says' },
  },
  {
    without: 'letting whoever asks aloud for a handoff hear so before it goes',
    file: 'hub/features/sessions/handoff.ts',
    text: '    if (last !== undefined && isBeingSaid(context, last)) continue\n',
    becomes: '',
    test: {
      file: 'test/hub/features/voice/spoken-handoff.test.ts',
      name: 'goes there from the turn in which somebody says so, as soon as they were told',
    },
  },
  {
    without: 'a handoff although telling of it takes too long',
    file: 'hub/features/sessions/handoff.ts',
    text: ' || now - prepared_at > SPOKEN_MS) return false',
    becomes: ') return false',
    test: {
      file: 'test/hub/features/voice/spoken-handoff.test.ts',
      name: 'goes there without a word where telling takes too long',
    },
  },
]
