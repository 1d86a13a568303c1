import type { Mutation } from './mutation.ts'

const ASKING = 'test/hub/features/voice/asking.test.ts'
const PRIVACY = 'test/hub/features/voice/spoken-privacy.test.ts'
const HANDING = 'test/hub/features/voice/spoken-handoff.test.ts'
const VOLUME = 'test/hub/features/control/volume.test.ts'
const NAMES = 'test/hub/features/voice/spoken-names.test.ts'
const RINGING = 'test/hub/features/timers/ringing.test.ts'

/** What keeps a voice from doing what it must not, and a timer from ringing wrongly. */
export const SPOKEN: readonly Mutation[] = [
  {
    without: 'keeping a gate from being moved by what else it is called',
    file: 'hub/features/voice/by-voice.ts',
    text: '`${device_name} ${name} ${also}`',
    becomes: '`${device_name} ${name}${also.slice(0, 0)}`',
    test: { file: NAMES, name: 'of a gate keeps it from being moved' },
  },
  {
    without: 'reading other names again that have changed',
    file: 'hub/features/voice/house-names.ts',
    text: "  spoken_names: 'name, room_id, device_id, entity_id',\n",
    becomes: '',
    test: { file: NAMES, name: 'is understood like its own, until it is removed' },
  },
  {
    without: 'having an alarm that comes again come after it rang',
    file: 'hub/features/timers/ringing.ts',
    text: '    addFollowing(context, row)\n',
    becomes: '',
    test: { file: RINGING, name: 'rings at seven on each of its days' },
  },
  {
    without: 'reckoning what comes again from now, however long the hub was off',
    file: 'hub/features/timers/timer-rows.ts',
    text: 'Math.max(context.now, row.rings_at)',
    becomes: 'row.rings_at',
    test: { file: RINGING, name: 'is missed once however long the hub was off' },
  },
  {
    without: 'the least that somebody for emergencies is heard at',
    file: 'hub/features/control/device-volume.ts',
    text: 'return Math.max(EMERGENCY_VOLUME, volume)',
    becomes: 'return volume',
    test: { file: VOLUME, name: 'is never so soft that somebody for emergencies is missed' },
  },
  {
    without: 'reading a volume of a group that is none as none',
    file: 'hub/features/control/device-volume.ts',
    text: 'row?.speaks === 1 && isVolume(row.group_volume)',
    becomes: 'row?.group_volume',
    test: { file: VOLUME, name: 'is nothing to a device that has no speaker' },
  },
  {
    without: 'keeping a sample that is too loud from turning over',
    file: 'edge/speaking/volume.ts',
    text: 'Math.min(MOST, Math.max(LEAST, value))',
    becomes: 'value << 16 >> 16',
    test: { file: 'test/edge/speaking/volume.test.ts', name: 'never turns a sample over' },
  },
  {
    without: 'going evenly from one volume to another',
    file: 'edge/speaking/player.ts',
    text: 'scaledSound(pcm, playing.gain, this.#gain)',
    becomes: 'scaledSound(pcm, this.#gain, this.#gain)',
    test: { file: 'test/edge/speaking/player.test.ts', name: 'plays as loud as it was told to' },
  },
  {
    without: 'an end to how long anybody may ask what was heard',
    file: 'hub/features/voice/answer-privacy.ts',
    text: 'now - LATELY_MS',
    becomes: '0 * LATELY_MS * now',
    test: { file: PRIVACY, name: 'is told to nobody who comes later' },
  },
  {
    without: 'keeping no answer that tells what somebody said',
    file: 'hub/features/voice/commands.ts',
    text: '  secretAnswer: true,\n',
    becomes: '',
    test: { file: PRIVACY, name: 'is gone, words, answer and recording' },
  },
  {
    without: 'forgetting also the answers that tell what is to be forgotten',
    file: 'hub/features/voice/answer-privacy.ts',
    text: 'words !== null && !isAbout(asked, words)',
    becomes: 'words !== null || !isAbout(asked, "")',
    test: { file: PRIVACY, name: 'is what was meant, with every answer that tells it' },
  },
  {
    without: 'removing the words of what is to be forgotten',
    file: 'hub/features/voice/answer-privacy.ts',
    text: '{ words: true }',
    becomes: '{ words: false }',
    test: { file: PRIVACY, name: 'is gone, words, answer and recording' },
  },
  {
    without: 'looking at a speaker before a conversation goes there',
    file: 'hub/features/voice/answer-handoff.ts',
    text: 'if (wrong !== null) return { text: words.cannotGoOn(to.name, wrong.fault) }',
    becomes: '',
    test: { file: HANDING, name: 'stays where it is, with what is in its way' },
  },
  {
    without: 'an end to how long a conversation is taken back by voice',
    file: 'hub/features/voice/answer-handoff.ts',
    text: ' || since > HANDOFF_BACK_MS',
    becomes: ' || since > HANDOFF_BACK_MS * 2',
    test: { file: HANDING, name: 'comes back within ten seconds' },
  },
  {
    without: 'knowing a gate by the word that its name is joined to',
    file: 'hub/features/voice/by-voice.ts',
    text: ".replaceAll('_', ' ')",
    becomes: '',
    test: { file: ASKING, name: 'is not moved, where nothing says what kind' },
  },
  {
    without: 'compiling sentences before somebody says one',
    file: 'hub/features/voice/engine.ts',
    text: 'if (!isPrepared) isPrepared',
    becomes: 'if (isPrepared) isPrepared',
    test: { file: 'test/hub/features/voice/prepared.test.ts', name: 'is compiled step by step after a start' },
  },
  {
    without: 'keeping what lets somebody in from being opened by voice',
    file: 'hub/features/voice/by-voice.ts',
    text: " || NEVER.has(device_class ?? '')",
    becomes: '',
    test: { file: ASKING, name: 'nothing is opened or unlocked that lets somebody in' },
  },
  {
    without: 'keeping what is called a door or a gate from being moved by voice',
    file: 'hub/features/voice/by-voice.ts',
    text: 'return !BY_CALL.has(type) || !CALLED',
    becomes: 'return type !== "" || !CALLED',
    test: { file: ASKING, name: 'is not moved, where nothing says what kind' },
  },
  {
    without: 'keeping a voice in its house',
    file: 'hub/features/voice/answer-sentence.ts',
    text: 'caller: { ...caller, houses: [house], sees: [house] }',
    becomes: 'caller',
    test: { file: ASKING, name: 'nothing is switched in another house, whoever asks' },
  },
  {
    without: 'what a persona may do',
    file: 'hub/features/voice/answer-sentence.ts',
    text: 'if (command === undefined || ',
    becomes: 'if (true || command === undefined || ',
    test: { file: ASKING, name: 'a persona that names what it may do does nothing else' },
  },
  {
    without: 'reading names again that have changed',
    file: 'hub/features/voice/house-names.ts',
    text: 'if (version !== this.#readAt) this.#houses.clear()',
    becomes: '',
    test: { file: ASKING, name: 'are those that things have now' },
  },
  {
    without: 'refusing rules of templates that need each other',
    file: 'hub/language/template.ts',
    text: 'if (this.#within.includes(name)) throw',
    becomes: 'if (this.#within.length > 9_000) throw',
    test: { file: 'test/hub/language/template.test.ts', name: 'says which rules need each other' },
  },
  {
    without: 'counting a timer by the clock that only goes forward',
    file: 'hub/features/timers/ringing.ts',
    text: 'deadline === undefined || mono === null ? now >= row.rings_at : mono >= deadline',
    becomes: 'now >= row.created_at + (row.duration_ms ?? 0)',
    test: { file: RINGING, name: 'is counted by the clock that only goes forward' },
  },
  {
    without: 'an end to how late something rings',
    file: 'hub/features/timers/ringing.ts',
    text: 'const isMissed = lateMs > LATE_MS',
    becomes: 'const isMissed = false',
    test: { file: RINGING, name: 'rings late after a restart, and is missed when that is too late' },
  },
  {
    without: 'reckoning an alarm by the zone of its house',
    file: 'hub/features/timers/ringing.ts',
    text: 'rings_at = alarmMoment(row.wall_time, zone)',
    becomes: '',
    test: { file: RINGING, name: 'keeps its time of day when the house has another zone' },
  },
  {
    without: 'a limit to how many timers wait',
    file: 'hub/features/timers/timer-rows.ts',
    text: 'if (open >= MOST_TIMERS)',
    becomes: 'if (open < 0)',
    test: { file: RINGING, name: 'is refused where nobody could tell it from others' },
  },
]
