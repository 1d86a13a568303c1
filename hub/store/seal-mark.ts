/** What every sealed value begins with, so that a table can refuse what is not sealed. The digit is the version of the format. */
export const SEAL_MARK = 'sealed1:'
