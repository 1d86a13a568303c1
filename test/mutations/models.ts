import type { Mutation } from './mutation.ts'

const CHAT = 'test/hub/models/chat-completions.test.ts'
const HELD = 'test/hub/models/held-answer.test.ts'
const SOUND = 'test/hub/models/sound-servers.test.ts'
const ASKING = 'test/hub/features/voice/asking-models.test.ts'
const TALKING = 'test/hub/talk/model-answers.test.ts'

/** What models elsewhere are asked, and what they may have done. */
export const MODELS: readonly Mutation[] = [
  {
    without: 'telling an answer that breaks off from one that is over',
    file: 'hub/models/chat-completions.ts',
    text: "    if (!isOver) throw new LaresError('unreachable', 'its answer broke off')\n",
    becomes: '',
    test: { file: CHAT, name: 'is an error that says so' },
  },
  {
    without: 'a bound on how much a server answers',
    file: 'hub/http/post-stream.ts',
    text: 'if (bytes > post.mostBytes)',
    becomes: 'if (bytes < 0)',
    test: { file: CHAT, name: 'is an error that says so' },
  },
  {
    without: 'looking whether it is sound that is to be played',
    file: 'hub/http/post-stream.ts',
    text: 'post.kind !== undefined && !post.kind.test(kind)',
    becomes: 'post.kind === null',
    test: { file: SOUND, name: 'never has a page played as noise' },
  },
  {
    without: 'an end to how often a model uses tools',
    file: 'hub/models/held-answer.ts',
    text: 'const tools = round === ROUNDS ? [] : question.tools',
    becomes: 'const tools = question.tools',
    test: { file: HELD, name: 'ends though the model wants to use tools for ever' },
  },
  {
    without: 'an end to how many sentences a model says',
    file: 'hub/models/held-answer.ts',
    text: 'return sentenceLimit(speakable(this.#written()), this.#parts.question.mostSentences)',
    becomes: 'return sentenceLimit(speakable(this.#written()), 1_000)',
    endless: true,
    test: { file: HELD, name: 'has no more sentences than its persona has' },
  },
  {
    without: 'leaving a model that says nothing more',
    file: 'hub/models/ranked-answers.ts',
    text: 'await this.#within(NEXT_MS, pieces.next(), name)',
    becomes: 'await pieces.next()',
    endless: true,
    test: { file: HELD, name: 'one that stops in the middle is not waited for' },
  },
  {
    without: 'asking the next where a model answers nothing',
    file: 'hub/models/ranked-answers.ts',
    text: "        if (first.done) throw new LaresError('unreachable', `${engine.name} answers nothing`)\n",
    becomes: '',
    test: { file: HELD, name: 'follow one that says nothing at all' },
  },
  {
    without: 'leaving a model when somebody speaks into its answer',
    file: 'hub/talk/spoken-turn.ts',
    text: 'waterfall: this.#waterfall, signal: this.#aborted.signal }',
    becomes: 'waterfall: this.#waterfall, signal: new AbortController().signal }',
    test: { file: TALKING, name: 'is ended, and its connection left' },
  },
  {
    without: 'keeping from models what was said into the room to nobody',
    file: 'hub/features/voice/answer-turn.ts',
    text: 'if (said.intent === null && !wasMeant(context, turn)) {',
    becomes: 'if (said.intent === null && find === null && !wasMeant(context, turn)) {',
    test: { file: ASKING, name: 'is asked of nobody where it was said into the room to nobody' },
  },
  {
    without: 'keeping from models what no voice may do',
    file: 'hub/features/voice/answer-turn.ts',
    text: 'said.isRefused || find === null',
    becomes: 'find === null',
    test: { file: ASKING, name: 'what is never done by voice is not asked of anybody' },
  },
  {
    without: 'keeping commands that change something from models',
    file: 'hub/features/voice/voice-tools.ts',
    text: 'if (changes || query === undefined || prepare !== undefined || needsPerson || secretAnswer) return false',
    becomes: 'if (needsPerson || secretAnswer) return false',
    test: { file: ASKING, name: 'asks with commands that the persona names, and that only ask' },
  },
  {
    without: 'keeping commands for administrators from models',
    file: 'hub/features/voice/voice-tools.ts',
    text: "return needs === null || needs === 'see' || needs === 'read'",
    becomes: "return needs !== 'control'",
    test: { file: ASKING, name: 'asks with commands that the persona names, and that only ask' },
  },
  {
    without: 'comparing the number of a session before a tool is used',
    file: 'hub/features/voice/engine.ts',
    text: 'if (answered === null || find === null) return',
    becomes: 'if (find === null) return',
    test: { file: ASKING, name: 'does nothing any more once its session is another one' },
  },
  {
    without: 'ending what a command that speaks has begun',
    file: 'speech/voices/program-voice.ts',
    text: "process.kill(-child.pid, 'SIGKILL')",
    becomes: "child.kill('SIGKILL')",
    endless: true,
    test: { file: 'test/speech/program-voice.test.ts', name: 'is ended with everything that it has begun' },
  },
  {
    without: 'naming engines that fail in the health of the hub',
    file: 'hub/features/voice/engine-health.ts',
    text: "isInstalled && is.state === 'resting'",
    becomes: "!isInstalled && is.state === 'resting'",
    test: { file: 'test/hub/features/voice/engines.test.ts', name: 'are named in the health of the hub' },
  },
  {
    without: 'leaving an engine that is tried and hangs',
    file: 'hub/talk/try-engines.ts',
    text: '(await Promise.race([running, limit])) ?? (await running)',
    becomes: 'await running',
    endless: true,
    test: { file: 'test/hub/features/voice/engines.test.ts', name: 'that hang are left after ten seconds' },
  },
  {
    without: 'saying that nobody hears what no voice says',
    file: 'hub/features/voice/say-on-speakers.ts',
    text: '  if (what.isMute) return NOTHING_SPEAKS\n',
    becomes: '',
    test: { file: 'test/hub/features/voice/announcing.test.ts', name: 'is heard nowhere where no voice is' },
  },
  {
    without: 'turning away who is not listed and speaks Wyoming',
    file: 'speech/wyoming/wyoming-peers.ts',
    text: 'return this.#known.check(plain, familyOf(plain))',
    becomes: "return this.#known.check(plain, familyOf(plain)) || plain !== ''",
    test: { file: 'test/speech/wyoming-server.test.ts', name: 'comes from this machine or a listed address' },
  },
  {
    without: 'an end to how much sound of a peer is heard',
    file: 'speech/wyoming/wyoming-peer.ts',
    text: 'if (this.#samples <= LONGEST_SAMPLES) this.#sentence.sound(samples)',
    becomes: 'this.#sentence.sound(samples)',
    test: { file: 'test/speech/wyoming-server.test.ts', name: 'no more than a minute of it' },
  },
  {
    without: 'letting go of a sentence whose peer has gone',
    file: 'speech/wyoming/wyoming-peer.ts',
    text: "this.#hearing?.abort(new Error('whoever asked has gone'))\n    this.#written",
    becomes: 'this.#written',
    test: { file: 'test/speech/wyoming-server.test.ts', name: 'that goes in the middle of a sentence' },
  },
  {
    without: 'a list of addresses where other machines may ask over Wyoming',
    file: 'hub/features/voice/settings.ts',
    text: 'allow.length > 0 ||',
    becomes: 'allow.length >= 0 ||',
    test: { file: 'test/hub/features/voice/settings.test.ts', name: 'is for this machine, or for listed addresses' },
  },
]
