import { EXIT, exitCodeOf, lastWords } from './exit-code.ts'
import { type Program, type ProgramCall, programHelp, readProgram } from './program.ts'
import { isSystemTrouble, systemTrouble } from './system-trouble.ts'
import { programVersion } from './version.ts'

/** Where a program writes; by default this process. */
export interface Outlets {
  out: (text: string) => void
  err: (text: string) => void
}

export const PROCESS_OUTLETS: Outlets = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
}

/**
 * Runs what the words after a program's name ask for, and returns the exit code. Help and version are answered here, and
 * everything thrown becomes words and a code.
 */
export async function runProgram(
  program: Program,
  words: readonly string[],
  {
    run,
    outlets: { out, err } = PROCESS_OUTLETS,
  }: { run: (call: ProgramCall & { verb: string }) => Promise<number>; outlets?: Outlets },
): Promise<number> {
  try {
    const call = readProgram(program, words)
    const { verb } = call
    if (call.version) {
      out(`${programVersion()}\n`)
      return EXIT.ok
    }
    if (call.help || verb === null) {
      out(programHelp(program, words.some(isWord) ? verb : null))
      return call.help ? EXIT.ok : EXIT.usage
    }
    return await run({ ...call, verb })
  } catch (thrown) {
    const error = isSystemTrouble(thrown) ? systemTrouble(thrown) : thrown
    err(lastWords(error, words))
    return exitCodeOf(error)
  }
}

/** Whether a verb was named and not only meant. */
function isWord(word: string): boolean {
  return !word.startsWith('-') && word !== 'help'
}
