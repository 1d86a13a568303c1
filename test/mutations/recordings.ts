import type { Mutation } from './mutation.ts'

const LIMITS = 'test/hub/voice/turn-recorder-limits.test.ts'
const CLIPS = 'test/hub/voice/clip-folder.test.ts'
const WAV = 'test/hub/voice/wav-file.test.ts'
const REORDER = 'test/hub/voice/reorder.test.ts'
const DELETED = 'test/hub/features/recordings-deleted.test.ts'

/** Recordings: bounded, whole, private, and on the disk before anybody is told. */
export const RECORDINGS: readonly Mutation[] = [
  {
    without: 'removing the file of a recording that somebody deletes',
    file: 'hub/features/sessions/delete-recording.ts',
    text: "  for (const file of files) context.effect({ kind: 'delete_clip', file: String(file) })\n",
    becomes: '',
    test: { file: DELETED, name: 'goes with its file' },
  },
  {
    without: 'overwriting the words of a recording that somebody deletes',
    file: 'hub/features/sessions/delete-recording.ts',
    text: "db.pragma('secure_delete = ON')",
    becomes: "db.pragma('secure_delete = OFF')",
    test: { file: DELETED, name: 'nowhere in the file of the database' },
  },
  {
    without: 'deleting recordings of the own house alone',
    file: 'hub/features/sessions/delete-recording.ts',
    text: "visibleHouses(caller, 'd.house_id')",
    becomes: "visibleHouses({ houses: null }, 'd.house_id')",
    test: { file: DELETED, name: 'for those who may configure its house' },
  },
  {
    without: 'the longest time that a turn may be open',
    endless: true,
    file: 'hub/voice/turn-recorder.ts',
    text: "if (now - recording.openedAt >= TURN_MAX_MS) this.#close(key, 'cap')\n      else if",
    becomes: 'if',
    test: { file: LIMITS, name: 'has been open for ten minutes, however little came' },
  },
  {
    without: 'the end of a turn that fell silent',
    endless: true,
    file: 'hub/voice/turn-recorder.ts',
    text: "else if (now - recording.heardAt >= TURN_SILENT_MS) this.#close(key, 'silence')",
    becomes: '',
    test: { file: LIMITS, name: 'has fallen silent: no frame and no end for ten seconds' },
  },
  {
    without: 'a bound on the open turns of a device',
    endless: true,
    file: 'hub/voice/turn-recorder.ts',
    text: "for (const [oldest] of ofDevice.slice(0, -OPEN_TURNS_PER_DEVICE)) this.#close(oldest, 'silence')",
    becomes: 'void ofDevice',
    test: { file: LIMITS, name: 'is the oldest of a device that opens a third' },
  },
  {
    without: 'looking whether what is to be removed is a clip',
    file: 'hub/voice/turn-recorder.ts',
    text: 'if (!isClipName(file)) {',
    becomes: "if (file === '') {",
    test: { file: LIMITS, name: 'nothing outside the folder goes' },
  },
  {
    without: 'keeping clips that a row knows',
    file: 'hub/voice/turn-recorder.ts',
    text: 'if (!finished || !keep.has(file)) await',
    becomes: 'void [finished, keep]\n      await',
    test: { file: LIMITS, name: 'are swept unless a row knows them; what this run made stays' },
  },
  {
    without: 'hiding clips from others',
    file: 'hub/voice/clip-folder.ts',
    text: "open(part, 'wx+', 0o600)",
    becomes: "open(part, 'wx+', 0o644)",
    test: { file: CLIPS, name: 'shows a clip under its name only when it is finished, readable by its owner alone' },
  },
  {
    without: 'telling the names of clips from other files',
    file: 'hub/voice/clip-folder.ts',
    text: 'if (isClipName(file)) clips.push',
    becomes: 'clips.push',
    test: { file: CLIPS, name: 'leaves files that it did not make out of the list' },
  },
  {
    without: 'an fsync before a clip takes its place',
    file: 'hub/voice/wav-file.ts',
    text: 'await handle.sync()\n',
    becomes: '',
    test: { file: WAV, name: 'is synced when it is closed, after the last byte was written' },
  },
  {
    without: 'a bound on the frames that wait for those before them',
    file: 'hub/voice/reorder.ts',
    text: 'if (this.#held.size > HELD_MAX) upto = Math.max(upto, this.#lowest())',
    becomes: '',
    test: { file: REORDER, name: 'holds no more than a second of sound, however fast it comes' },
  },
  {
    without: 'telling a frame that came twice from one that came too late',
    file: 'hub/voice/reorder.ts',
    text: "this.#missed.delete(seq) ? 'late' : 'duplicate'",
    becomes: "this.#missed.has(-1) ? 'late' : 'duplicate'",
    test: { file: REORDER, name: 'tells a frame that came too late from one that came twice' },
  },
]
