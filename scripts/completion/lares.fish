# The words of the lares that is installed, read when they are first completed in a shell.
lares completion fish | source
