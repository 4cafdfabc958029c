"""What the tests of the worker run in a child process; imported there by its own name."""

import os
import time

import numpy as np


def echo(values, arrays, channel):
    channel.send({"first": values["word"]}, {"twice": 2 * arrays["x"]})
    command = channel.commands.get()
    print("to standard output, where the frames go")
    channel.send({"told": command})
    return {"done": command["do"]}, {"x": arrays["x"]}


def refuse(values, arrays, channel):
    raise ValueError("A word must be short. Received: a long one.")


def wait(values, arrays, channel):
    channel.send({"pid": os.getpid()})
    time.sleep(60)
    return {}, {}


def grow(values, arrays, channel):
    channel.send({"pid": os.getpid()})
    kept = np.ones(40_000_000)
    time.sleep(60)
    return {}, {"kept": kept}
