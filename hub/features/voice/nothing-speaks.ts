/** What to do where no voice is. */
export const NOTHING_SPEAKS =
  'nothing on this hub speaks: sudo apt-get install flite espeak-ng, or name a voice below [voice] in hub.toml'
