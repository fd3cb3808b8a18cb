"""The one error a user may see."""


class LstmvizError(ValueError):
    """One sentence naming the file, the place, the cause and the mend.

    The command line prints it on stderr and exits with 2; the window shows it
    in a banner and keeps the session as it was.
    """
