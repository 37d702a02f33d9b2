"""Processes by what the kernel says of them: nothing is ended that did not come from here."""

import os
import subprocess
from pathlib import Path


def start(arguments, log, **options):
    """Starts a program whose output goes to a file."""
    with open(log, "wb") as output:
        return subprocess.Popen(arguments, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **options)


def stop(process, patience=20):
    """Ends a program as Ctrl-C does, and kills it when that does not help."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def descendants(ancestor, name):
    """The processes below one that run a program of this name, its direct children first."""
    parents = {}
    names = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            text = (folder / "stat").read_text()
        except OSError:
            continue
        head, tail = text.rsplit(")", 1)
        number = int(folder.name)
        names[number] = head.split("(", 1)[1]
        parents[number] = int(tail.split()[1])

    def depth(number):
        steps = 0
        while number not in (ancestor, 0):
            number = parents.get(number, 0)
            steps += 1
        return steps if number == ancestor else None

    found = [(depth(number), number) for number in parents if names[number].startswith(name)]
    return [number for steps, number in sorted((each for each in found if each[0]), key=lambda each: each[0])]


def signal(numbers, what):
    """Sends a signal to processes, where they still are."""
    for number in numbers:
        try:
            os.kill(number, what)
        except ProcessLookupError:
            pass
