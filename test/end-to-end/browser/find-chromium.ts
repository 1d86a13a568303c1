import { programAt } from '../../../speech/voices/program-at.ts'

/** Debian's Chromium, or what goes by its name on the path; `null`: there is none. */
export function findChromium(): string | null {
  return programAt('chromium') ?? programAt('chromium-browser')
}
