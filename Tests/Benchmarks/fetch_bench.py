#!/usr/bin/env python3
"""What `imgbatch fetch` does with time, against a server of this program's own on loopback.

    fetch_bench.py IMGBATCH [PICTURES]     all experiments; PICTURES: a folder of JPEGs of about 100 KB
    fetch_bench.py serve [PORT]            only the server, for trying things by hand

The server answers /N?delay=S&bytes=B&tail=S after a delay of S seconds, and keeps account of how many it serves at once.
"""
import http.server, os, pathlib, random, re, shutil, signal, subprocess, sys, tempfile, threading, time
import hashlib, urllib.parse


class Account:
    lock = threading.Lock()
    active, most, ranges, pictures = {}, {}, 0, [b""]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        parts = urllib.parse.urlparse(self.path)
        query = {k: float(v[0]) for k, v in urllib.parse.parse_qs(parts.query).items()}
        host = self.connection.getsockname()[0]
        with Account.lock:
            Account.active[host] = Account.active.get(host, 0) + 1
            Account.most[host] = max(Account.most.get(host, 0), Account.active[host])
        try:
            self.answer(int(re.sub(r"\D", "", parts.path) or 0), query)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with Account.lock:
                Account.active[host] -= 1

    def answer(self, number, query):
        time.sleep(query.get("delay", 0))
        body = Account.pictures[number % len(Account.pictures)]
        # Zeros behind the end of a JPEG harm nobody.
        body += bytes(max(0, int(query.get("bytes", 0)) - len(body)))
        tag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
        start = 0
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if match and self.headers.get("If-Range", tag) == tag and int(match[1]) < len(body):
            start = int(match[1])
            with Account.lock:
                Account.ranges += 1
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (start, len(body) - 1, len(body)))
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        slow = query.get("tail", 0)
        if not slow:
            self.wfile.write(body[start:])
            return
        for at in range(start, len(body), 8192):
            self.wfile.write(body[at : at + 8192])
            time.sleep(slow * 8192 / len(body))


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True


def serve(hosts=1, port=0):
    servers = []
    for host in range(1, hosts + 1):
        servers.append(Server(("127.0.0.%d" % host, port), Handler))
        port = servers[0].server_port
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    return port


def run(command, addresses, out, *options):
    lines = "".join(address + "\n" for address in addresses)
    began = time.monotonic()
    done = subprocess.run(
        [command, "fetch", "-", "--out", str(out), "--allow-private", "--quiet", *options], input=lines.encode())
    if done.returncode:
        sys.exit("status %d" % done.returncode)
    return time.monotonic() - began


def experiments(command, folder):
    port = serve(hosts=10)
    at = lambda path, host=1: "http://127.0.0.%d:%d%s" % (host, port, path)
    if folder:
        files = sorted(pathlib.Path(folder).glob("*.jpg"), key=lambda f: abs(f.stat().st_size - 100_000))[:100]
    else:
        files = [pathlib.Path(__file__).parents[2] / "samples/dogs/rex.jpg"]
    Account.pictures = [file.read_bytes() for file in files]
    scratch = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    try:
        five = [at("/%d?delay=2" % n) for n in range(5)]
        print("five downloads of 2 s: serial %.2f s, at once %.2f s, in processes %.2f s" % tuple(
            run(command, five, scratch / mode, "--mode", mode) for mode in ("serial", "threads", "processes")))

        hundred = [at("/%d?delay=0.2&bytes=100000" % n) for n in range(100)]
        wide = ["--per-host", "16"]
        serial = run(command, hundred, scratch / "a", "--mode", "serial")
        many = run(command, hundred, scratch / "b", *wide)
        began = time.monotonic()
        subprocess.run([command, "resize", str(scratch / "b"), "--out", str(scratch / "t"), "--quiet"], check=True)
        alone = time.monotonic() - began
        both = run(command, hundred, scratch / "c", *wide, "--thumbs", str(scratch / "u"))
        print("100 pictures of 100 kB, 200 ms each: serial %.2f s, 16 connections %.2f s; resize alone %.2f s; both %.2f s"
              % (serial, many, alone, both))

        Account.most.clear()
        thousand = [at("/%d?delay=0.01" % n, n % 10 + 1) for n in range(1000)]
        took = run(command, thousand, scratch / "d", "--connections", "100", "--per-host", "6")
        print("1,000 addresses over 10 hosts, 6 a host: %.2f s; most at once at a host: %d" % (took, max(Account.most.values())))

        kills(command, at, scratch)
    finally:
        shutil.rmtree(scratch)


def kills(command, at, scratch):
    """Kills a run 20 times in the middle of bodies, then lets it end, and holds every file against what the server has."""
    count, size = 40, 1_500_000
    addresses = [at("/%d?bytes=%d&tail=1.5" % (n, size)) for n in range(count)]
    (scratch / "list").write_text("".join(a + "\n" for a in addresses))
    arguments = [command, "fetch", str(scratch / "list"), "--out", str(scratch / "k"), "--allow-private", "--quiet", "--resume",
                 "--connections", "4"]
    choose = random.Random(1)
    killed = 0
    for _ in range(20):
        process = subprocess.Popen(arguments)
        time.sleep(choose.uniform(0.15, 0.5))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -9
    subprocess.run(arguments, check=True)
    files = sorted(path for path in (scratch / "k").iterdir() if not path.name.startswith("."))
    wanted = [p + bytes(size - len(p)) for p in (Account.pictures[n % len(Account.pictures)] for n in range(count))]
    same = [hashlib.sha256(f.read_bytes()).digest() == hashlib.sha256(w).digest() for f, w in zip(files, wanted)]
    left = [path.name for path in (scratch / "k").iterdir() if path.name.endswith("-part")]
    print("%d kills in mid-body, then --resume: %d of %d files as the server has them, %d answers were parts, %d left over"
          % (killed, sum(same), count, Account.ranges, len(left)))


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "serve":
        Account.pictures = [(pathlib.Path(__file__).parents[2] / "samples/dogs/rex.jpg").read_bytes()]
        print("http://127.0.0.1:%d/" % serve(port=int(sys.argv[2]) if len(sys.argv) > 2 else 0), flush=True)
        signal.pause()
    elif len(sys.argv) > 1:
        experiments(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
    else:
        sys.exit(__doc__)
