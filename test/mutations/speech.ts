import type { Mutation } from './mutation.ts'

const FOLDER = 'test/speech/speech-folder.test.ts'
const LISTENER = 'test/speech/moonshine-listener.test.ts'
const VOICES = 'test/speech/program-voice.test.ts'

/** Engines that hear and speak: what is fetched, and the process that runs a model. */
export const SPEECH: readonly Mutation[] = [
  {
    without: 'asking the next ears when the first fail',
    file: 'speech/ranked/ranked-ears.ts',
    text: 'this.#others(others, joinSamples(pieces), { options, error: asError(error) }),',
    becomes: 'this.#others([], joinSamples(pieces), { options, error: asError(error) }),',
    test: { file: 'test/speech/ranked.test.ts', name: 'are asked one after the other, each with all of the sentence' },
  },
  {
    without: 'leaving an engine alone that fails again and again',
    file: 'speech/ranked/ranking.ts',
    text: '(this.breaker(key).rests ? 1_000 : 0)',
    becomes: '0',
    test: { file: 'test/speech/ranked.test.ts', name: 'that fail three times are left alone for a while' },
  },
  {
    without: 'taking an interruption for nobody’s failure',
    file: 'speech/ranked/ranked-ears.ts',
    text: 'if (!signal?.aborted) this.#ranking',
    becomes: 'this.#ranking',
    test: { file: 'test/speech/ranked.test.ts', name: 'that are interrupted have not failed' },
  },
  {
    without: 'never beginning anew what a voice began',
    file: 'speech/ranked/ranked-voice.ts',
    text: 'yield* this.#rest(one, first, { spoken, options })\n      return',
    becomes:
      'try {\n        yield* this.#rest(one, first, { spoken, options })\n      } catch {\n        continue\n      }\n      return',
    test: { file: 'test/speech/ranked.test.ts', name: 'do not begin anew what one of them began' },
  },
  {
    without: 'a bound on the time until a voice begins',
    file: 'speech/ranked/ranked-voice.ts',
    text: 'const FIRST_MS = 5_000',
    becomes: 'const FIRST_MS = 5_000_000',
    test: { file: 'test/speech/ranked.test.ts', name: 'follow one that does not begin within five seconds' },
  },
  {
    without: 'bounds on what a Wyoming server sends',
    file: 'speech/wyoming/wyoming-event.ts',
    text: 'Number(value) >= 0 && Number(value) <= most',
    becomes: 'Number(value) >= 0 && most > 0',
    test: { file: 'test/speech/wyoming.test.ts', name: 'end the connection with what is wrong' },
  },
  {
    without: 'a bound on the silence of a Wyoming server',
    file: 'speech/wyoming/wyoming-call.ts',
    text: 'const SILENT_MS = 30_000',
    becomes: 'const SILENT_MS = 30_000_000',
    test: { file: 'test/speech/wyoming.test.ts', name: 'that nobody runs, or that say nothing, fail it too' },
  },
  {
    without: 'comparing what was fetched with what was looked at',
    file: 'speech/packages/fetch-tarball.ts',
    text: 'if (found === tarball.sha256) return file',
    becomes: 'if (found !== "") return file',
    test: { file: FOLDER, name: 'is not what came where one byte of it is another' },
  },
  {
    without: 'an end to what a source sends',
    file: 'speech/packages/fetch-tarball.ts',
    text: 'if (at + chunk.length > tarball.bytes) throw',
    becomes: 'if (at > 64e6) throw',
    test: { file: FOLDER, name: 'takes no more from a source without end' },
  },
  {
    without: 'going on where a connection broke',
    file: 'speech/packages/fetch-tarball.ts',
    text: 'there < tarball.bytes ? there : 0',
    becomes: '0 * there',
    test: { file: FOLDER, name: 'goes on where a connection broke' },
  },
  {
    without: 'keeping the names of a tarball inside its folder',
    file: 'speech/packages/unpack-files.ts',
    text: "if (!name.startsWith(ROOT) || name.split('/').includes('..')) return null",
    becomes: 'if (!name.startsWith(ROOT)) return null',
    test: { file: FOLDER, name: 'leads nowhere but to the folder' },
  },
  {
    without: 'removing what an interruption left half unpacked',
    file: 'speech/packages/speech-folder.ts',
    text: '    rmSync(unpacked, { recursive: true, force: true })\n',
    becomes: '',
    test: { file: FOLDER, name: 'leaves nothing behind that an interruption left' },
  },
  {
    without: 'ending a process that hangs in native code',
    file: 'speech/moonshine/moonshine-listener.ts',
    text: "${durationWords(most)}`))\n        child.kill('SIGKILL')",
    becomes: '${durationWords(most)}`))',
    endless: true,
    test: { file: LISTENER, name: 'that hangs in native code is ended' },
  },
  {
    without: 'failing the sentences of a process that died',
    file: 'speech/moonshine/moonshine-listener.ts',
    text: 'for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error)',
    becomes: '',
    endless: true,
    test: { file: LISTENER, name: 'that is killed in a sentence fails that one' },
  },
  {
    without: 'beginning anew when the process has grown',
    file: 'speech/moonshine/moonshine-listener.ts',
    text: 'if (message.memoryBytes > MOST_BYTES && this.#waiting.size === 0) void this.rest()',
    becomes: '',
    test: { file: LISTENER, name: 'begins anew when it has grown' },
  },
  {
    without: 'keeping what is spoken out of the words of a program',
    file: 'speech/voices/program-voice.ts',
    text: 'writeFileSync(files.text, text)',
    becomes: "writeFileSync(files.text, text.replaceAll('--', ''))",
    test: { file: VOICES, name: 'is given the text as it is' },
  },
  {
    without: 'removing what was spoken from the disk',
    file: 'speech/voices/program-voice.ts',
    text: '      rmSync(folder, { recursive: true, force: true })\n',
    becomes: '',
    test: { file: VOICES, name: 'is given the text as it is' },
  },
  {
    without: 'trusting a registry that the machine trusts',
    file: 'speech/packages/tarball-source.ts',
    text: '  trustAsMachine()\n',
    becomes: '',
    test: { file: 'test/speech/trusted-registry.test.ts', name: 'a registry whose authority only the machine trusts' },
  },
]
