"""A thumbnail server that runs for a test, and requests to it."""
import collections
import http.client
import json
import queue
import re
import signal
import subprocess
import threading
import time
import urllib.parse

# Longer than any answer takes; a server that hangs fails the test.
PATIENCE = 60

Answer = collections.namedtuple("Answer", "status headers body")


class Server:
    """Starts on a free port of loopback, and ends with the block."""

    def __init__(self, program, folder, *options):
        self.command = [program, folder, "--port", "0", *options]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        ports = queue.Queue()
        self.log = threading.Thread(target=self._read_log, args=(ports,), daemon=True)
        self.log.start()
        self.port = ports.get(timeout=PATIENCE)
        if self.port is None:
            raise SystemExit(f"the server did not start: {self.process.wait()}")
        return self

    def _read_log(self, ports):
        """Reads the log to its end, so that the server never waits for a reader."""
        for line in self.process.stdout:
            found = re.search(r"listening on .*:(\d+)", line)
            if found:
                ports.put(int(found[1]))
        ports.put(None)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.log.join(PATIENCE)
        self.process.stdout.close()

    def end(self):
        """The exit status after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def get(self, path, headers={}, method="GET", connection=None):
        own = connection or self.connection()
        own.request(method, path, headers=headers)
        response = own.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        if connection is None:
            own.close()
        return answer

    def thumbnail(self, source, headers={}, method="GET", connection=None, **parameters):
        return self.get(address(source, **parameters), headers, method, connection)

    def metrics(self):
        """The value of each series."""
        lines = self.get("/metrics").body.decode().splitlines()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")}

    def until(self, holds):
        """Asks for the metrics until they are as expected; the last ones, if they never are."""
        end = time.monotonic() + PATIENCE
        while not holds(metrics := self.metrics()) and time.monotonic() < end:
            pass
        return metrics

    def status(self, field):
        """A number of /proc/PID/status: bytes in kB, threads."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(field + ":"))


def address(source, **parameters):
    return "/thumb?" + urllib.parse.urlencode({"src": source, **parameters}, safe="/", quote_via=urllib.parse.quote)


def code(answer):
    return json.loads(answer.body)["code"]
