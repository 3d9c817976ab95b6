#!/usr/bin/env python3
"""Tests the thumbnail server on loopback: test_server.py THUMBNAIL_SERVER IMGBATCH"""
import concurrent.futures
import contextlib
import os
import pathlib
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

from server import PATIENCE, Server, address, code

SAMPLES = pathlib.Path(__file__).resolve().parents[2]
PROGRAM, IMGBATCH = sys.argv[1:3]


def gray_png(side):
    """A square PNG that takes a while to decode, although it is small."""
    row = b"\1" + random.Random(1).randbytes(side)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * side, 1))
            + chunk(b"IEND", b""))


def is_running(metrics):
    return metrics['thumbnail_images{state="running"}'] > 0


def setUpModule():
    """One folder and one server for all tests; those that need options start their own."""
    global ROOT, FOLDER, SERVER
    ROOT = pathlib.Path(unittest.enterModuleContext(tempfile.TemporaryDirectory()))
    FOLDER = ROOT / "images"
    for name in ("dogs", "patterns", "formats", "broken"):
        shutil.copytree(SAMPLES / name, FOLDER / name)
    (FOLDER / "slow.png").write_bytes(gray_png(10_000))
    (ROOT / "outside.jpg").write_bytes((SAMPLES / "dogs/rex.jpg").read_bytes())
    SERVER = unittest.enterModuleContext(Server(PROGRAM, FOLDER))


class Images(unittest.TestCase):
    def program(self, source, *options):
        """What `imgbatch resize` makes of the same image."""
        with open(FOLDER / source, "rb") as file:
            command = [IMGBATCH, "resize", "-", "-o", "-", *options]
            return subprocess.run(command, stdin=file, capture_output=True, check=True, timeout=PATIENCE).stdout

    def test_bytes_are_those_of_the_program(self):
        images = [path for folder in ("dogs", "patterns") for path in (FOLDER / folder).iterdir()]
        images += [path for path in (FOLDER / "formats").iterdir() if path.suffix in (".webp", ".gif", ".bmp")]
        self.assertGreater(len(images), 20)
        for path in sorted(images):
            source = str(path.relative_to(FOLDER))
            for parameters, options in (
                ({"w": 100, "h": 80, "format": "jpeg"}, ["-s", "100x80", "-f", "jpeg"]),
                ({"w": 64, "h": 64, "fit": "cover", "gravity": "entropy", "format": "png"},
                 ["-s", "64x64", "--fit", "cover", "--gravity", "entropy", "-f", "png"]),
                ({"w": 64, "h": 90, "fit": "contain", "format": "webp"},
                 ["-s", "64x90", "--fit", "contain", "-f", "webp"]),
                ({"w": 50, "h": 60, "fit": "fill", "format": "png"}, ["-s", "50x60", "--fit", "fill", "-f", "png"]),
                ({"w": 90, "h": 90, "fit": "outside"}, ["-s", "90x90", "--fit", "outside", "-f", "auto"]),
                ({"w": 120}, ["-s", "120x", "-f", "auto"]),
                ({"h": 4096}, ["-s", "x4096", "-f", "auto"]),
            ):
                with self.subTest(source=source, **parameters):
                    answer = SERVER.thumbnail(source, **parameters)
                    self.assertEqual(answer.status, 200)
                    self.assertEqual(answer.body, self.program(source, *options))

    def test_format_follows_accept_and_opacity(self):
        for source, accept, kind in (
            ("dogs/rex.jpg", None, "image/jpeg"),
            ("dogs/rex.jpg", "*/*", "image/jpeg"),
            ("dogs/rex.jpg", "image/avif,image/webp;q=0.8,*/*", "image/webp"),
            ("dogs/rex.jpg", "image/webp; q=0, image/jpeg", "image/jpeg"),
            ("patterns/rgba-disc.png", "image/png", "image/png"),
        ):
            with self.subTest(source=source, accept=accept):
                answer = SERVER.thumbnail(source, {"Accept": accept} if accept else {}, w=80)
                self.assertEqual((answer.headers["Content-Type"], answer.headers["Vary"]), (kind, "Accept"))
        answer = SERVER.thumbnail("dogs/rex.jpg", {"Accept": "image/webp"}, w=80, format="jpeg")
        self.assertEqual((answer.headers["Content-Type"], answer.headers["Vary"]), ("image/jpeg", None))

    def test_head_has_the_headers_of_get(self):
        get = SERVER.thumbnail("dogs/rex.jpg", w=80)
        head = SERVER.thumbnail("dogs/rex.jpg", w=80, method="HEAD")
        for name in ("Content-Length", "Content-Type", "ETag", "Cache-Control"):
            self.assertEqual(head.headers[name], get.headers[name])
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(int(head.headers["Content-Length"]), len(get.body))

    def test_known_thumbnails_are_not_sent_again(self):
        first = SERVER.thumbnail("dogs/rex.jpg", w=80)
        tag = first.headers["ETag"]
        self.assertIn("max-age", first.headers["Cache-Control"])
        for known in (tag, "W/" + tag, '"other", ' + tag, "*"):
            answer = SERVER.thumbnail("dogs/rex.jpg", {"If-None-Match": known}, w=80)
            self.assertEqual((answer.status, answer.body, answer.headers["ETag"]), (304, b"", tag))
            self.assertEqual(answer.headers["Vary"], "Accept")
        for headers, parameters in (
            ({}, {"w": 81}), ({}, {"h": 80}), ({}, {"w": 80, "fit": "fill"}),
            ({}, {"w": 80, "gravity": "north"}), ({"Accept": "image/webp"}, {"w": 80}),
        ):
            answer = SERVER.thumbnail("dogs/rex.jpg", headers | {"If-None-Match": tag}, **parameters)
            self.assertEqual(answer.status, 200)
            self.assertNotEqual(answer.headers["ETag"], tag)

    def test_changed_image_has_another_tag(self):
        path = FOLDER / "changed.jpg"
        shutil.copy(FOLDER / "dogs/rex.jpg", path)
        tag = SERVER.thumbnail("changed.jpg", w=80).headers["ETag"]
        os.utime(path, ns=(0, 1))
        answer = SERVER.thumbnail("changed.jpg", {"If-None-Match": tag}, w=80)
        self.assertEqual(answer.status, 200)
        self.assertNotEqual(answer.headers["ETag"], tag)


class Errors(unittest.TestCase):
    def check(self, answer, status, expected):
        self.assertEqual((answer.status, answer.headers["Content-Type"].split(";")[0]), (status, "application/json"))
        self.assertEqual((code(answer), answer.headers["Cache-Control"]), (expected, "no-store"))

    def test_parameters(self):
        for parameters in (
            {}, {"w": 0}, {"w": -1}, {"w": 4097}, {"w": "ten"}, {"w": ""}, {"w": 10, "h": 0}, {"w": "9" * 30},
            {"w": 10, "fit": "crop"}, {"w": 10, "gravity": "up"},
            {"w": 10, "format": "gif"},
        ):
            with self.subTest(**parameters):
                self.check(SERVER.thumbnail("dogs/rex.jpg", **parameters), 400, "invalid-parameter")
        self.check(SERVER.get("/thumb?w=10"), 400, "invalid-parameter")
        self.check(SERVER.get("/other"), 404, "not-found")

    def test_paths_stay_in_the_folder(self):
        for source in (
            "", "/", "../outside.jpg", "dogs/../../outside.jpg", "dogs/../dogs/rex.jpg", "./dogs/rex.jpg", "dogs//rex.jpg",
            str(ROOT / "outside.jpg"), "/etc/passwd", "dogs/rex.jpg/", "dogs/rex.jpg\0",
        ):
            with self.subTest(source=source):
                self.check(SERVER.thumbnail(source, w=10), 400, "invalid-parameter")
        self.check(SERVER.get("/thumb?w=10&src=%2e%2e/outside.jpg"), 400, "invalid-parameter")

    def test_only_regular_files_are_read(self):
        (FOLDER / "file-link.jpg").symlink_to(ROOT / "outside.jpg")
        (FOLDER / "inner-link.jpg").symlink_to("dogs/rex.jpg")
        (FOLDER / "folder-link").symlink_to(ROOT)
        os.mkfifo(FOLDER / "pipe.jpg")
        for source in (
            "none.jpg", "dogs", "dogs/rex.jpg/x.jpg", "file-link.jpg", "inner-link.jpg", "folder-link/outside.jpg", "pipe.jpg",
            "x" * 300, "%ff.jpg",
        ):
            with self.subTest(source=source):
                self.check(SERVER.thumbnail(source, w=10), 404, "not-found")

    def test_images(self):
        with open(FOLDER / "large.jpg", "wb") as file:
            file.truncate((64 << 20) + 1)
        (FOLDER / "many.png").write_bytes(gray_png(12_000))
        for source, status, expected in (
            ("formats/photo.heic", 415, "needs-isolation"), ("formats/10bit.avif", 415, "needs-isolation"),
            ("formats/lzw.tif", 415, "needs-isolation"), ("formats/photo.jxl", 415, "needs-isolation"),
            ("broken/not-an-image.jpg", 415, "not-an-image"), ("broken/empty.jpg", 415, "not-an-image"),
            ("broken/truncated.jpg", 422, "truncated"), ("broken/truncated-progressive.jpg", 422, "truncated"),
            ("broken/truncated.png", 422, "truncated"), ("broken/no-image.png", 422, "corrupt"),
            ("broken/bit-flipped.jpg", 422, "corrupt"), ("broken/bit-flipped.png", 422, "corrupt"),
            ("broken/lying-header-65500.jpg", 413, "limit-pixels"), ("broken/lying-header.png", 413, "limit-pixels"),
            ("many.png", 413, "limit-pixels"), ("large.jpg", 413, "limit-bytes"),
        ):
            with self.subTest(source=source):
                self.check(SERVER.thumbnail(source, w=10), status, expected)

    def test_limits_of_the_server(self):
        with Server(PROGRAM, FOLDER, "--side", "100", "--side", "200") as server:
            self.assertEqual(server.thumbnail("dogs/rex.jpg", w=100, h=200).status, 200)
            self.check(server.thumbnail("dogs/rex.jpg", w=101), 400, "invalid-parameter")
        # One image for each core is in work, and none may wait.
        count = 2 * os.cpu_count()
        with Server(PROGRAM, FOLDER, "--max-waiting", "0") as server, concurrent.futures.ThreadPoolExecutor(count) as clients:
            answers = list(clients.map(lambda _: server.thumbnail("slow.png", w=100), range(count)))
            refused = [answer for answer in answers if answer.status == 503]
            self.assertIn(200, [answer.status for answer in answers])
            self.assertEqual({(code(answer), answer.headers["Retry-After"]) for answer in refused}, {("busy", "1")})
        with Server(PROGRAM, FOLDER, "--timeout", "0.001") as server:
            self.check(server.thumbnail("slow.png", w=100), 504, "timeout")


class Service(unittest.TestCase):
    def test_many_clients_at_once(self):
        sources = ["dogs/rex.jpg", "dogs/luna.jpg", "dogs/bello.png", "broken/truncated.jpg", "patterns/cmyk.jpg"]

        def made(source, connection=None):
            answer = SERVER.thumbnail(source, connection=connection, w=120)
            return answer.body if answer.status == 200 else code(answer)

        def client(number):
            with contextlib.closing(SERVER.connection()) as connection:
                order = [sources[(number + step) % len(sources)] for step in range(20)]
                return [made(source, connection) == alone[source] for source in order]

        alone = {source: made(source) for source in sources}
        with concurrent.futures.ThreadPoolExecutor(32) as clients:
            for answers in clients.map(client, range(32)):
                self.assertEqual(answers, [True] * 20)

    def test_metrics_count_every_response(self):
        with Server(PROGRAM, FOLDER) as server:
            for source in ("dogs/rex.jpg", "dogs/rex.jpg", "none.jpg", "broken/truncated.jpg"):
                server.thumbnail(source, w=100)
            metrics = server.metrics()
            counts = {status: metrics[f'thumbnail_responses_total{{status="{status}"}}'] for status in (200, 404, 422)}
            self.assertEqual(counts, {200: 2, 404: 1, 422: 1})
            self.assertEqual(metrics["thumbnail_seconds_count"], 3)
            self.assertEqual(metrics['thumbnail_seconds_bucket{le="+Inf"}'], 3)
            self.assertGreater(metrics["thumbnail_seconds_sum"], 0)
            self.assertEqual(metrics['thumbnail_images{state="running"}'], 0)

    def test_work_ends_with_the_connection(self):
        with Server(PROGRAM, FOLDER) as server:
            clients = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(8)]
            for client in clients:
                client.sendall(f"GET {address('slow.png', w=100)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            server.until(is_running)
            for client in clients:
                client.close()
            cancelled = 'thumbnail_responses_total{status="499"}'
            metrics = server.until(lambda metrics: metrics.get(cancelled) == len(clients))
            self.assertEqual(metrics.get(cancelled), len(clients))
            self.assertEqual(server.thumbnail("dogs/rex.jpg", w=100).status, 200)

    def test_sigterm_ends_it_after_the_answers(self):
        with Server(PROGRAM, FOLDER) as server, concurrent.futures.ThreadPoolExecutor() as clients:
            answer = clients.submit(server.thumbnail, "slow.png", w=100)
            server.until(is_running)
            self.assertEqual(server.end(), 0)
            self.assertEqual((answer.result().status, answer.result().headers["Content-Type"]), (200, "image/jpeg"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
