import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const SENTENCE = 'Good evening. Please remember that the window in the kitchen is open.'

/** Says a sentence into the sink that the speaker's microphone hears. Resolves when it was said. */
export async function speak(folder: string): Promise<void> {
  const file = join(folder, 'sentence.wav')
  if (!existsSync(file)) await run('espeak-ng', ['-v', 'en', '-s', '150', '-w', file, SENTENCE])
  await run('paplay', [file])
}

function run(program: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore' })
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`))))
  })
}
