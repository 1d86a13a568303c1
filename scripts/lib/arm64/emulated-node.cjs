// Loaded before everything else by a Node that an emulator runs (prepare.sh writes the program that begins it so).
'use strict'
const { join } = require('node:path')

const prepared = join(process.execPath, '../../../..')

// The kernel cannot execute a program of another processor. Whoever starts this very Node again, as tests, Vitest and
// the hub's backups do, or `node`, as ./lares does, is to start the emulator with it.
process.execPath = join(prepared, 'bin/node')
const programs = join(prepared, 'bin:')
const { PATH } = process.env
if (PATH !== undefined && !PATH.startsWith(programs)) process.env.PATH = programs + PATH

// epoll is the one package that is compiled where it is installed, so node_modules has it for this machine's processor.
// All others bring their native parts for both.
const compiledHere = /\/node_modules\/(epoll\/build\/Release\/epoll\.node)$/
const load = process.dlopen
process.dlopen = (module, file, ...flags) => {
  const forUs = compiledHere.exec(file)
  return load.call(process, module, forUs ? join(prepared, 'node_modules', forUs[1]) : file, ...flags)
}
