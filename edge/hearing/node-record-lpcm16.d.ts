/** What we use of the package, which ships no types. */
declare module 'node-record-lpcm16' {
  import type { ChildProcessByStdio } from 'node:child_process'
  import type { Readable, Writable } from 'node:stream'

  export interface Recording {
    process: ChildProcessByStdio<Writable, Readable, Readable>
    /** Standard output of the child. Its `error` event carries a string, not an Error. */
    stream(): Readable
    stop(): void
  }

  export interface RecordOptions {
    /** A name of its own folder, or the absolute path of a module like edge/hearing/arecord.cjs. */
    recorder: string
    sampleRate: number
    channels: number
    audioType: 'raw'
    device: string
    /** Passed on to the recorder module as it is. */
    env?: NodeJS.ProcessEnv
  }

  const lpcm16: { record(options: RecordOptions): Recording }
  // biome-ignore lint/style/noDefaultExport: this is how the package exports it
  export default lpcm16
}
