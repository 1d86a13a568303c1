/** The last millisecond of the year 9999. */
export const LATEST_TIME = 253_402_300_799_999
