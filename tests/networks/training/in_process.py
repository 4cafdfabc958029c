"""A worker without a process of its own: the same training, in a thread of the test's."""

import threading

import numpy as np

from cnnviz.server.worker import Channel


class InProcess:
    """Stands for `Worker` where a test is not about the process: what is trained is the same."""

    process_id = 0

    def __init__(self, function, values, arrays, *, receive):
        self.ended, self.result, self.error, self.was_ended = threading.Event(), None, "", False
        self._channel = _Direct(receive)
        arrays = {name: np.array(array) for name, array in arrays.items()}
        self._thread = threading.Thread(target=self._work, args=(function, values, arrays))
        self._thread.start()

    def _work(self, function, values, arrays):
        try:
            self.result = function(values, arrays, self._channel)
        except _Over:
            pass
        finally:
            self.ended.set()

    def tell(self, **command):
        self._channel.commands.put(command)

    def look(self):
        pass

    def end(self):
        self.was_ended = self._channel.is_over = True
        self.tell(do="stop")
        self._thread.join()


class _Over(Exception):  # noqa: N818 as a process that is killed goes no further
    pass


class _Direct(Channel):
    """Hands messages on as they are."""

    def __init__(self, receive):
        super().__init__(None)
        self._receive, self.is_over = receive, False

    def send(self, values, arrays=None):
        if self.is_over:
            raise _Over
        self._receive(dict(values), {name: np.array(one) for name, one in (arrays or {}).items()})
