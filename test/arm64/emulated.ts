import { join } from 'node:path'
import { ROOT } from '../source-tree.ts'

/** The folder of a program `node` that is Node on arm64, run by an emulator: scripts/lib/arm64/prepare.sh makes it. */
export const EMULATED = join(ROOT, '.cache/arm64/bin')
