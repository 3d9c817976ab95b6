// The worker of `--mode processes`. It is started by imgbatch with a socket as standard input and is of no use by hand.
internal import BatchEngine
internal import Downloading
import Glibc

// Ctrl-C goes to the whole process group, and so may SIGTERM: imgbatch decides what they mean, and the image in hand is
// finished.
_ = signal(SIGINT, SIG_IGN)
_ = signal(SIGTERM, SIG_IGN)
_ = signal(SIGXFSZ, SIG_IGN)
if FetchWorker.isWanted { exit(FetchWorker.serve(descriptor: 0) ? 0 : 70) }
WorkerMain.prepare()
exit(WorkerMain.serve(descriptor: 0) ? 0 : 70)
