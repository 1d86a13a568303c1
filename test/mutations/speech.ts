import type { Mutation } from './mutation.ts'

const FOLDER = 'test/speech/speech-folder.test.ts'
const LISTENER = 'test/speech/moonshine-listener.test.ts'
const VOICES = 'test/speech/program-voice.test.ts'

/** Engines that hear and speak: what is fetched, and the process that runs a model. */
export const SPEECH: readonly Mutation[] = [
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
]
