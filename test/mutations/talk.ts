import type { Mutation } from './mutation.ts'

const TALK = 'test/hub/talk/talk.test.ts'
const STREAM = 'test/hub/talk/speech-stream.test.ts'
const ANNOUNCING = 'test/hub/features/voice/announcing.test.ts'
const TURNS = 'test/hub/features/voice/spoken-turns.test.ts'

/** A turn from its sound to the end of its answer. */
export const TALKED: readonly Mutation[] = [
  {
    without: 'understanding nothing of a turn that was muted or stood down',
    file: 'hub/talk/spoken-turn.ts',
    text: 'if (reason === null || !ANSWERED.has(reason)) {',
    becomes: 'if (reason === null) {',
    test: { file: TALK, name: 'is understood by nobody' },
  },
  {
    without: 'looking whether somebody has spoken into it before an answer is spoken',
    file: 'hub/talk/spoken-turn.ts',
    text: "text: words.text, by: words.by ?? this.#parts.ears.name })\n    if (signal.aborted) return 'interrupted'",
    becomes: 'text: words.text, by: words.by ?? this.#parts.ears.name })',
    test: { file: TALK, name: 'while it is looked for, ends that, and a late word of it reaches nobody' },
  },
  {
    without: 'a sign that somebody is still thinking',
    file: 'hub/talk/thinking-sound.ts',
    text: 'for (const frame of frames()) play(frame, speech)',
    becomes: 'for (const frame of frames()) if (speech === null) play(frame, speech)',
    test: { file: TALK, name: 'is never silent for longer than two seconds' },
  },
  {
    without: 'ending that sign with the first sound of the answer',
    file: 'hub/talk/spoken-turn.ts',
    text: 'begins: () => this.#thinking?.stop(),',
    becomes: 'begins: () => {},',
    test: { file: TALK, name: 'is never silent for longer than two seconds' },
  },
  {
    without: 'interrupting an answer when somebody speaks into it',
    file: 'hub/talk/talk.ts',
    text: "this.#turns.get(device)?.interrupt('somebody speaks into it')",
    becomes: '',
    test: { file: TALK, name: 'stops it: no further frame' },
  },
  {
    without: 'ending what is said in a session that is over',
    file: 'hub/talk/talk.ts',
    text: "if (turn?.session === session) turn.interrupt('its session is over')",
    becomes: 'if (turn?.session === session) return',
    test: { file: TALK, name: 'ends what is said there, and nothing of another session' },
  },
  {
    without: 'letting go of a turn that was never granted',
    file: 'hub/talk/spoken-turn.ts',
    text: 'return await Promise.race([this.#opened.promise, late])',
    becomes: 'return await Promise.race([this.#opened.promise, late.then(() => this.#opened.promise)])',
    test: { file: TALK, name: 'that the engine never grants is let go' },
  },
  {
    without: 'not waiting for the word of a device when the hub stops',
    file: 'hub/talk/utterance.ts',
    text: 'if (atOnce) this.#played.resolve(null)',
    becomes: '',
    test: { file: TALK, name: 'stops with everything that is said' },
  },
  {
    without: 'pacing speech',
    file: 'hub/talk/speech-stream.ts',
    text: 'if (early > 0) await wait(',
    becomes: 'if (early > 1e9) await wait(',
    test: { file: STREAM, name: 'is at most two seconds ahead of what can have been played' },
  },
  {
    without: 'keeping back a frame that may be the last',
    file: 'hub/talk/speech-stream.ts',
    text: 'all.length - at > AUDIO.frameSamples',
    becomes: 'all.length - at >= AUDIO.frameSamples',
    test: { file: STREAM, name: 'samples in order, of which the last frame says that it is' },
  },
  {
    without: 'comparing the session of words that come',
    file: 'hub/features/sessions/spoken-messages.ts',
    text: `"AND s.epoch = t.timings ->> 'session_epoch' JOIN devices d ON d.id = t.device_id WHERE t.id = ?",`,
    becomes: "'JOIN devices d ON d.id = t.device_id WHERE t.id = ?',",
    test: { file: TURNS, name: 'come too late once the session was paused and taken up again' },
  },
  {
    without: 'keeping of an answer only what was heard',
    file: 'hub/features/sessions/spoken-messages.ts',
    text: "if (heard !== '') addMessage(context, turn, { role: 'assistant', text: heard,",
    becomes: "if (heard !== '') addMessage(context, turn, { role: 'assistant', text,",
    test: { file: TURNS, name: 'are kept with what was answered, as far as it was heard' },
  },
  {
    without: 'keeping nothing of what was said to nobody',
    file: 'hub/features/voice/answer-turn.ts',
    text: 'if (said.intent === null && !wasMeant(context, turn)) {',
    becomes: "if (said.intent === 'nothing' && !wasMeant(context, turn)) {",
    test: { file: TURNS, name: 'that were said into the room and mean nothing are kept nowhere' },
  },
  {
    without: 'letting sound go whose words are known',
    file: 'hub/features/sessions/clips.ts',
    text: "db.prepare('UPDATE audio_clips SET expires_at = ?, updated_at = ? WHERE turn_id = ?').run(now, now, turn.id)",
    becomes: '',
    test: { file: TURNS, name: 'goes at the next look, whether it came' },
  },
  {
    without: 'remembering that its words are known when the sound comes later',
    file: 'hub/features/sessions/clips.ts',
    text: 'pluck().get(turnId) === 1',
    becomes: 'pluck().get(turnId) === 2',
    test: { file: TURNS, name: 'goes at the next look, whether it came' },
  },
  {
    without: 'pausing what runs before something urgent is said',
    file: 'hub/features/sessions/emergency-session.ts',
    text: "if (row !== undefined) pauseSession(context, row, { reason: 'emergency', givesBack: true })",
    becomes: '',
    test: { file: ANNOUNCING, name: 'pauses what runs, is said by whoever speaks in emergencies, and gives back' },
  },
  {
    without: 'giving back what was paused once something urgent was said',
    file: 'hub/features/voice/engine.ts',
    text: 'if (session !== null) endEmergency(context, session)',
    becomes: '',
    test: { file: ANNOUNCING, name: 'pauses what runs, is said by whoever speaks in emergencies, and gives back' },
  },
  {
    without: 'quiet hours of speakers',
    file: 'hub/features/voice/say-on-speakers.ts',
    text: "if (!what.isUrgent && isQuiet(quietHours(quiet), now, zone)) return 'its group has quiet hours'",
    becomes: '',
    test: { file: ANNOUNCING, name: 'is said on one, or in a group or room, and not in its quiet hours' },
  },
  {
    without: 'waiting with an announcement until nobody speaks',
    file: 'hub/talk/unasked.ts',
    text: '    await before\n',
    becomes: '',
    test: { file: TALK, name: 'is said when nobody speaks there, one after the other' },
  },
  {
    without: 'saying something urgent in the place of what is said',
    file: 'hub/talk/talk.ts',
    text: "if (isUrgent) this.#turns.get(device)?.interrupt('something urgent is said')",
    becomes: '',
    test: { file: TALK, name: 'and is urgent takes the place of whatever is said there' },
  },
  {
    without: 'saying sorry after the hub was away',
    file: 'hub/features/sessions/conversation.ts',
    text: "if (key !== null && session.state === 'active') ownUp(context, { ...session, ...key })",
    becomes: '',
    test: { file: TURNS, name: 'says sorry where somebody spoke or waited for an answer' },
  },
  {
    without: 'leaving the step to who answers when the sound is kept',
    file: 'hub/features/sessions/turns.ts',
    text: "if (contextStep(context, fence) === 'listening')",
    becomes: '',
    test: { file: TURNS, name: 'and come before the end of their turn is on the disk' },
  },
]
