"""The one error a user may see."""


class LstmvizError(ValueError):
    """One sentence naming the file, the place, the cause and the mend.

    The command line prints it on stderr and exits with 2; the window shows it
    in a banner and keeps the session as it was.

    `line` is the same sentence for the command line, where it would else speak of the window.
    """

    def __init__(self, sentence: str = "", line: str = "") -> None:
        super().__init__(sentence)
        self.line = line or sentence
