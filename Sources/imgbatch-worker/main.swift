// The worker process of `--mode processes`. imgbatch starts it with a socket as standard input; it cannot be used manually.
internal import BatchEngine
internal import Downloading
import Glibc

// Ctrl-C, and sometimes SIGTERM, reaches the whole process group. imgbatch decides what to do; the worker finishes the image in
// flight.
_ = signal(SIGINT, SIG_IGN)
_ = signal(SIGTERM, SIG_IGN)
_ = signal(SIGXFSZ, SIG_IGN)
if FetchWorker.isWanted { exit(FetchWorker.serve(descriptor: 0) ? 0 : 70) }
WorkerMain.prepare()
exit(WorkerMain.serve(descriptor: 0) ? 0 : 70)
