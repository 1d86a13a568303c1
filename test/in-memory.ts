import { IN_MEMORY } from './memory-folder.ts'

// A disk keeps what it is given for as long as it takes to have it, a hundred times in some files. These tests ask what
// becomes of that, not of the disk.
const folder = process.env[IN_MEMORY]
if (folder) process.env.TMPDIR = folder
