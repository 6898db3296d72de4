"""The loop of a peer's process in a bench: a command a line, its words apart by tabs; a number or an error a line for each."""

import os
import sys


def answer_lines(commands):
    """Answers the commands of standard input until it ends. `commands`: a function by name, which takes the line's words and returns a number."""
    # The lines are ours, whatever the libraries have to say; what goes wrong is said in a line.
    answers, sys.stdout = sys.stdout, sys.stderr
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    for line in sys.stdin:
        name, *words = line.rstrip("\n").split("\t")
        try:
            said = f"{commands[name](*words):.6f}"
        except Exception as error:
            said = "error: " + " ".join(f"{type(error).__name__}: {error}".split())
        print(said, file=answers, flush=True)
